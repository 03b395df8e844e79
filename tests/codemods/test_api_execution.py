"""Every row of the tables is run: torch's code and its port give the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from codemods.api import TABLES
from tests.codemods.api_cases import CASES, Case
from tests.codemods.api_runs import Runner, inputs_of, ported, program
from tests.frameworks import Framework

if TYPE_CHECKING:
    from codemods.model import Target

TORCH = Framework("torch")
# Relative to the largest entry.
OUTPUT = 2e-6
GRADIENT = 1e-5


@pytest.mark.filterwarnings(
    "ignore:When training, we now always track",  # Paddle's BatchNorm
    # Mixed precision for CUDA switches itself off on the CPU, on either side.
    "ignore:.*is enabled, but CUDA is not available",
    "ignore:.*Disabling autocast",
    "ignore:.*is deprecated. Please use `torch.amp",
    "ignore:.*can only be enabled on CUDAPlace",
)
@pytest.mark.parametrize(
    "case", [pytest.param(c, id=str(c), marks=pytest.mark.only_backend(*c.on)) for c in CASES]
)
def test_the_port_gives_the_same_numbers(case: Case, xp: Framework) -> None:
    names = inputs_of(case.code)
    before = program(case.code, names)
    result = ported(before, cast("Target", xp.name))
    stuck = [f for f in result.findings if f.kind in ("left", "refused", "error")]

    assert not stuck
    expected, expected_gradients = Runner(TORCH).run(before, names)
    actual, gradients = Runner(xp).run(result.after.decode(), names)
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert_close(ours, theirs, OUTPUT)
    assert gradients.keys() == expected_gradients.keys()
    for name, gradient in expected_gradients.items():
        assert_close(gradients[name], gradient, GRADIENT)


@pytest.mark.only_backend("paddle", "oneflow")
def test_every_row_of_the_tables_is_run(xp: Framework) -> None:
    table = TABLES[xp.name]
    rows = {name.removeprefix("torch.") for name in table.names}
    rows |= {f"{holder}.{name}" for holder, members in table.members.items() for name in members}
    run = {row for case in CASES if xp.name in case.on for row in case.rows.split()}

    assert rows - run == set()
    assert {row for row in run - rows if not row.startswith("tensor.")} == set()


def assert_close(ours: Any, theirs: Any, tolerance: float) -> None:
    if not isinstance(theirs, np.ndarray):
        assert isinstance(ours, type(theirs))
        expected = theirs if isinstance(theirs, str) else pytest.approx(theirs, rel=tolerance)
        assert ours == expected
        return
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    scale = max(float(np.abs(theirs.astype("f8")).max()), 1e-30) if theirs.size else 1.0
    assert np.abs(ours.astype("f8") - theirs.astype("f8")).max() / scale <= tolerance


@pytest.mark.only_backend("paddle")
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_a_recurrent_layer_of_paddle_cannot_be_moved_on_the_cpu(xp: Framework, name: str) -> None:
    layer = getattr(xp.module.nn, name)(1, 4)

    with pytest.raises(RuntimeError, match="PreconditionNotMet"):
        layer.to("cpu")
