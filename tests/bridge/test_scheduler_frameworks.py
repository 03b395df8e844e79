"""The same learning rates on every framework's parameters, and on its own optimizers."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim, wrap
from bridge.optim import lr_scheduler
from tests.scheduler_cases import WARM_UP, Case, Factor, chained, of, sequential
from tests.scheduler_runs import run, torch_optimizer

if TYPE_CHECKING:
    from tests.frameworks import Framework

CASES = [
    Case(of("LambdaLR", Factor("0.95**e")), (0.1, 0.01), steps=30),
    Case(of("StepLR", 7), (0.1,), steps=30),
    Case(of("LinearLR", 0.1, 1.0, 10), (0.1, 0.01), steps=30),
    Case(of("CosineAnnealingLR", 10, 0.001), (0.1, 0.01), steps=30),
    Case(of("CosineAnnealingWarmRestarts", 4, 2), (0.1,), steps=30),
    Case(of("CyclicLR", 0.01, 0.1, 5), (0.1,), steps=30),
    Case(of("CyclicLR", 0.01, 0.1, 5), (0.1,), optimizer="adam", steps=30),
    Case(of("OneCycleLR", 0.1, 30), (0.1, 0.01), steps=30),
    Case(of("OneCycleLR", 0.1, 30), (0.1,), optimizer="adam", steps=30),
    Case(of("ReduceLROnPlateau", patience=1, factor=0.5), (0.1, 0.01), metrics="flat", steps=30),
    Case(chained(WARM_UP, of("ExponentialLR", 0.98)), (0.1,), steps=30),
    Case(sequential(WARM_UP, of("StepLR", 3), milestones=[8]), (0.1, 0.01), steps=30),
]
OURS: dict[str, Any] = {
    "sgd": lambda groups: optim.SGD(groups, momentum=0.5),
    "adam": optim.Adam,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.schedule}{case.optimizer}")
def test_our_optimizers_get_torchs_learning_rates(xp: Framework, case: Case) -> None:
    params = [xp.param(np.zeros(2, np.float32)) for _ in case.lrs]
    groups = [{"params": [p], "lr": lr} for p, lr in zip(params, case.lrs, strict=True)]
    expected = run(case, torch.optim.lr_scheduler, torch_optimizer(*case.lrs, name=case.optimizer))

    assert run(case, lr_scheduler, OURS[case.optimizer](groups)) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.schedule}{case.optimizer}")
def test_wrapped_native_optimizers_get_torchs_learning_rates(xp: Framework, case: Case) -> None:
    expected = run(case, torch.optim.lr_scheduler, torch_optimizer(*case.lrs, name=case.optimizer))
    optimizer = wrap(native(xp, case))

    assert run(case, lr_scheduler, optimizer) == expected


def test_a_copy_of_a_schedule_takes_our_optimizer_along(xp: Framework) -> None:
    optimizer = optim.SGD([xp.param(np.zeros(2, np.float32))], lr=0.1)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    twin = copy.deepcopy(scheduler)
    twin.optimizer.step()  # type: ignore[attr-defined]  # of our SGD
    twin.step()

    assert twin.optimizer.param_groups[0]["lr"] == 0.025
    assert optimizer.param_groups[0]["lr"] == 0.05


def test_a_scheduler_stepped_before_our_optimizer_warns_as_torchs(xp: Framework) -> None:
    optimizer = optim.SGD([xp.param(np.zeros(2, np.float32))], lr=0.1)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)

    with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler.step\(\)` before"):
        scheduler.step()


@pytest.mark.parametrize("kind", ["StepLR", "LambdaLR", "CyclicLR"])
def test_a_bare_native_optimizer_is_refused_unless_it_is_torchs(xp: Framework, kind: str) -> None:
    optimizer = native(xp, CASES[1])
    args = {"StepLR": (3,), "LambdaLR": (Factor("1"),), "CyclicLR": (0.1, 0.2)}[kind]
    if xp.name == "torch":
        assert getattr(lr_scheduler, kind)(optimizer, *args).optimizer is optimizer
        return

    with pytest.raises(TypeError, match=r"bridge\.wrap\(optimizer\)"):
        getattr(lr_scheduler, kind)(optimizer, *args)


def native(xp: Framework, case: Case) -> Any:
    """Build the framework's own optimizer, with momentum 0.5 where it is SGD."""
    params = [xp.param(np.zeros(2, np.float32)) for _ in case.lrs]
    if xp.name != "paddle":
        groups = [{"params": [p], "lr": lr} for p, lr in zip(params, case.lrs, strict=True)]
        if case.optimizer == "adam":
            return xp.module.optim.Adam(groups)
        return xp.module.optim.SGD(groups, lr=0.1, momentum=0.5)
    # Paddle's learning rate of a group is a factor of the optimizer's.
    groups = [
        {"params": [p], "learning_rate": lr / case.lrs[0]}
        for p, lr in zip(params, case.lrs, strict=True)
    ]
    parameters = params if len(params) == 1 else groups
    if case.optimizer == "adam":
        return xp.module.optimizer.Adam(case.lrs[0], parameters=parameters)
    return xp.module.optimizer.Momentum(case.lrs[0], 0.5, parameters=parameters)
