"""Programs drawn at random: their ports are sound, and train as they do."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from codemods.engine import port
from codemods.model import Options
from tests.codemods.execution import largest_differences, run
from tests.codemods.own_programs import own_programs
from tests.codemods.programs import programs
from tests.codemods.test_execution import SAME_LR, SAME_PARAMS, TARGETS, TORCH
from tests.rewriting import check_sound

if TYPE_CHECKING:
    from codemods.model import Target
    from tests.frameworks import Framework

HERE = Path("unused")
# The same programs in every run, and a new one reproducible from what is printed.
FEW = settings(
    deadline=None,
    derandomize=True,
    max_examples=32,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


PROGRAMS = st.one_of(programs(), own_programs())


@settings(FEW, max_examples=60)
@given(PROGRAMS, st.sampled_from(["paddle", "oneflow", "bridge"]), st.booleans())
def test_a_generated_program_is_ported_soundly(text: str, to: Target, partial: bool) -> None:
    check_sound(text.encode(), to, partial=partial)


@pytest.mark.only_backend("paddle", "oneflow")
@FEW
@given(text=PROGRAMS)
def test_a_generated_program_trains_as_its_port_does(xp: Framework, text: str) -> None:
    result = port(text.encode(), Path("x.py"), Options(TARGETS[xp.name]))
    assume(result.changed and not result.incomplete)
    # A note says that OneFlow's Adam takes every parameter to have a gradient at every step.
    assume("in_part" not in text or not any("every gradient" in f.what for f in result.findings))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of the order of steps is not ours
        try:
            theirs = run(TORCH, [text], HERE)
        except Exception:  # noqa: BLE001  # a program that torch itself refuses shows nothing
            reject()
        ours = run(xp, [result.after.decode()], HERE)
    lr, params = largest_differences(ours, theirs)

    assert lr <= SAME_LR, result.after.decode()
    assert params <= SAME_PARAMS, result.after.decode()
