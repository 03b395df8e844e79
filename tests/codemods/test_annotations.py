"""Annotations that name torch's classes, and star imports that bring them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.codemods.test_traps import BOTH
from tests.rewriting import (
    check_bridged,
    check_native,
    check_refused,
    check_rewritten,
    check_sound,
)

if TYPE_CHECKING:
    from codemods.model import Target

HEAD = "from typing import Optional\nfrom torch import optim\n"
BODY = """\
def train(opt: optim.Optimizer, s: Optional[optim.lr_scheduler.LRScheduler] = None) -> None:
    opt.step()

opt: optim.SGD = optim.SGD(model.parameters(), lr=0.1)
train(opt)
"""
IN_PADDLE = """\
def train(opt: optim.Optimizer, s: Optional[optim.lr.LRScheduler] = None) -> None:
    opt.step()

opt: optim.SGD = optim.SGD(parameters=model.parameters(), learning_rate=0.1)
train(opt)
"""
STAR = "from torch.optim import *\n"
OPT = "opt = SGD(model.parameters(), lr=0.1)\n"


def test_annotations_of_native_code_are_native_on_paddle() -> None:
    head = "from typing import Optional\nfrom paddle import optimizer as optim\n"
    check_rewritten(HEAD + BODY, head + IN_PADDLE, "paddle")


def test_annotations_of_native_code_are_native_on_oneflow() -> None:
    body = BODY.replace("LRScheduler", "_LRScheduler")
    check_rewritten(HEAD + BODY, (HEAD + body).replace("torch", "oneflow"), "oneflow")


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(
    "body",
    [
        BODY + "wrap(opt)\n",
        "def train(opt: optim.Optimizer): ...\n",
    ],
)
def test_annotations_of_what_is_not_native_are_bridges(to: Target, body: str) -> None:
    check_bridged(HEAD + body, to, "")


@pytest.mark.parametrize("to", BOTH)
def test_annotations_are_bridges_where_one_of_several_is_not_native(to: Target) -> None:
    result = check_sound((HEAD + BODY + "other = optim.LBFGS(w)\n").encode(), to)

    assert "torch.optim.Optimizer -> bridge.optim.Optimizer" in {f.what for f in result.findings}


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("use", ["isinstance(opt, optim.Optimizer)", "keep(optim.Optimizer)"])
def test_a_class_that_is_a_value_is_bridges(to: Target, use: str) -> None:
    result = check_native(HEAD + BODY + "x = 3\n", to, {"paddle": "PD101", "oneflow": "OF101"}[to])
    valued = check_bridged(f"from torch import optim\n{use}\n", to, "")

    assert not result.needs_bridge
    assert valued.needs_bridge


def test_a_star_import_is_written_out() -> None:
    before = STAR + OPT + "s = lr_scheduler.StepLR(opt, 3)\n"

    check_rewritten(
        before,
        before.replace("torch", "oneflow").replace("*", "lr_scheduler, SGD"),
        "oneflow",
    )


def test_star_imports_of_schedulers_are_written_out() -> None:
    before = "from torch.optim.lr_scheduler import *\nimport torch\n" + OPT + "s = StepLR(opt, 3)\n"
    before = before.replace("SGD", "torch.optim.SGD")

    check_rewritten(before, before.replace("torch", "oneflow").replace("*", "StepLR"), "oneflow")


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(
    "before",
    [
        STAR + "x = 3\n",
        STAR + "def SGD(p, lr): ...\n" + OPT,
        STAR + "from mine import *\n" + OPT,
        "from torch import *\n" + OPT,
    ],
)
def test_a_star_import_that_hides_something_is_left(to: Target, before: str) -> None:
    check_refused(before, to, 1, "star import")
