"""The proof of every port: the script before on torch, after on the target, the same numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from bridge.equivalents import OPTIMIZERS, SCHEDULERS
from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.execution import largest_differences, run
from tests.codemods.execution_cases import CASES
from tests.codemods.execution_forms import FORMS, FORMS_OF_ONEFLOW
from tests.codemods.forms import WRITTEN
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.model import FileResult, Style, Target
    from tests.codemods.execution import Trace
    from tests.codemods.execution_cases import Case

    Trained: TypeAlias = Callable[[Framework, tuple[str, ...]], Trace]

ALL = (*CASES, *FORMS, *FORMS_OF_ONEFLOW, *WRITTEN)
TORCH = Framework("torch")
SAME_LR = 1e-12  # of the largest lr: grades a and b
SAME_PARAMS = 1e-5  # of a tensor's largest entry: grade p
# On torch `bridge` is torch's own optimizer.
TARGETS: dict[str, Target] = {"torch": "bridge", "paddle": "paddle", "oneflow": "oneflow"}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Run a script once, however many styles and tests it is the same in."""

    @cache
    def train(xp: Framework, texts: tuple[str, ...]) -> Trace:
        return run(xp, texts, tmp_path_factory.mktemp("trained") / "checkpoint")

    return train


def ported(case: Case, target: Target, style: Style = "auto") -> list[FileResult]:
    # The script is the whole project: nothing else can reach what it makes.
    return [port(t.encode(), Path("x.py"), Options(target, style), Project()) for t in case.texts]


# Paddle's LinearWarmup warns of its own state whenever it loads one; torch of how it is used.
@pytest.mark.filterwarnings("ignore:There are some unused values in state_dict")
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step")
@pytest.mark.filterwarnings("ignore:To get the last learning rate computed by the scheduler")
@pytest.mark.parametrize("case", ALL, ids=str)
@pytest.mark.parametrize("style", ["auto", "bridge"])
def test_the_port_trains_as_the_original_does(
    xp: Framework, case: Case, style: Style, trained: Trained
) -> None:
    results = ported(case, TARGETS[xp.name], style)
    assert all(r.changed and not r.incomplete for r in results)

    theirs = trained(TORCH, case.texts)
    ours = trained(xp, tuple(r.after.decode() for r in results))
    lr, params = largest_differences(ours, theirs)

    assert lr <= SAME_LR
    assert params <= SAME_PARAMS


@pytest.mark.parametrize("framework", ["paddle", "oneflow"])
def test_every_native_equivalent_is_executed(framework: Target) -> None:
    rows = {row.code for row in (*OPTIMIZERS[framework], *SCHEDULERS[framework])}
    results = [result for case in CASES for result in ported(case, framework)]
    executed = {f.code for result in results for f in result.findings if f.kind == "native"}

    assert rows <= executed
