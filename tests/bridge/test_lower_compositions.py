"""bridge.lower on schedules of schedules: one after the other, and several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import bridge
from bridge.equivalents import SCHEDULERS
from bridge.errors import UnsupportedError
from bridge.optim import lr_scheduler
from tests.bridge.test_lower_schedulers import SAME_LR, STEPS, lr_of, sgd

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework

    Build = Callable[[Any, Any], Any]


def after_warm_up(name: str, **options: Any) -> Build:
    def build(module: Any, optimizer: Any) -> Any:
        warm_up = module.LinearLR(optimizer, 0.1, 1.0, 10)
        then = getattr(module, name)(optimizer, **options)
        return module.SequentialLR(optimizer, [warm_up, then], [10])

    return build


def three_in_turn(module: Any, optimizer: Any) -> Any:
    members = [
        module.ConstantLR(optimizer, 0.5, 20),
        module.ExponentialLR(optimizer, 0.95),
        module.CosineAnnealingLR(optimizer, 70, 1e-3),
    ]
    return module.SequentialLR(optimizer, members, [15, 50])


def chained(module: Any, optimizer: Any) -> Any:
    members = [
        module.LinearLR(optimizer, 0.1, 1.0, 20),
        module.MultiStepLR(optimizer, [10, 60], 0.5),
        module.PolynomialLR(optimizer, 110, 2.0),
    ]
    return module.ChainedScheduler(members)


def chained_cosine(module: Any, optimizer: Any) -> Any:
    members = [module.CosineAnnealingLR(optimizer, 30), module.ExponentialLR(optimizer, 0.99)]
    return module.ChainedScheduler(members)


def short_warm_up(module: Any, optimizer: Any) -> Any:
    members = [module.LinearLR(optimizer, 0.1, 1.0, 5), module.StepLR(optimizer, 30)]
    return module.SequentialLR(optimizer, members, [10])


# What is built -> where a native class equals it; torch has all of them itself.
BOTH, ONEFLOW, PADDLE, NONE = ("paddle", "oneflow"), ("oneflow",), ("paddle",), ()
CASES = [
    pytest.param(after_warm_up("CosineAnnealingLR", T_max=110), BOTH, id="cosine"),
    pytest.param(after_warm_up("CosineAnnealingLR", T_max=40, eta_min=1e-3), BOTH, id="waves"),
    pytest.param(after_warm_up("ExponentialLR", gamma=0.97), BOTH, id="exponential"),
    pytest.param(after_warm_up("StepLR", step_size=30), BOTH, id="step"),
    pytest.param(after_warm_up("MultiStepLR", milestones=[50, 90]), BOTH, id="milestones"),
    pytest.param(after_warm_up("PolynomialLR", total_iters=90), BOTH, id="polynomial"),
    pytest.param(after_warm_up("ConstantLR", factor=0.5, total_iters=30), BOTH, id="constant"),
    pytest.param(after_warm_up("CosineAnnealingWarmRestarts", T_0=20), BOTH, id="restarts"),
    pytest.param(
        after_warm_up("CosineAnnealingWarmRestarts", T_0=1, T_mult=3), NONE, id="three times"
    ),
    pytest.param(after_warm_up("LambdaLR", lr_lambda=lambda e: 0.95**e), PADDLE, id="lambda"),
    pytest.param(
        after_warm_up("CyclicLR", base_lr=0.01, max_lr=0.1, cycle_momentum=False),
        PADDLE,
        id="cyclic",
    ),
    pytest.param(
        after_warm_up("MultiplicativeLR", lr_lambda=lambda _: 0.95), NONE, id="multiplicative"
    ),
    pytest.param(after_warm_up("LinearLR", total_iters=30), ONEFLOW, id="linear"),
    pytest.param(short_warm_up, ONEFLOW, id="short warm-up"),
    pytest.param(three_in_turn, ONEFLOW, id="three"),
    pytest.param(chained, ONEFLOW, id="chained"),
    pytest.param(chained_cosine, NONE, id="chained cosine"),
]


@pytest.mark.parametrize("before", [0, 4, 37])
@pytest.mark.parametrize(("build", "where"), CASES)
def test_a_lowered_composition_gives_torchs_learning_rates(
    xp: Framework, build: Build, where: tuple[str, ...], before: int
) -> None:
    optimizer, theirs = sgd(xp), torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=0.05)
    scheduler, reference = build(lr_scheduler, optimizer), build(torch.optim.lr_scheduler, theirs)
    for _ in range(before):
        for each in (optimizer, theirs, scheduler, reference):
            each.step()
    if xp.name not in (*where, "torch"):
        with pytest.raises(UnsupportedError, match="cannot be lowered"):
            bridge.lower(optimizer, scheduler)
        return
    native, schedule = bridge.lower(optimizer, scheduler)
    lrs, want = [], []
    for _ in range(STEPS - before):
        lrs.append(lr_of(xp, native))
        want.append(theirs.param_groups[0]["lr"])
        for each in (native, theirs, schedule, reference):
            each.step()

    assert type(schedule).__module__.startswith(f"{xp.name}.")
    np.testing.assert_allclose(lrs, want, rtol=0, atol=SAME_LR * 0.05)


def test_every_member_of_the_table_is_tried(xp: Framework) -> None:
    rows = [row for row in SCHEDULERS.get(xp.name, ()) if row.members]
    tried = {name for case in CASES for name in _names(case.values[0])}

    assert {name for row in rows for name in row.members} <= tried


def _names(build: Any) -> set[str]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=0.05)
    members = build(torch.optim.lr_scheduler, optimizer)._schedulers
    return {type(member).__name__ for member in members}
