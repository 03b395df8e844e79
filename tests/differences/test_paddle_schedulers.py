"""docs/differences.md, Paddle's own schedulers, beside torch's."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("paddle")


def torchs(lr: float = 0.1, **options: Any) -> torch.optim.SGD:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr, **options)


def test_warm_restarts_forget_the_cycle_when_loaded(xp: Framework) -> None:
    def make() -> Any:
        return xp.module.optimizer.lr.CosineAnnealingWarmRestarts(0.1, T_0=10, T_mult=2)

    schedule, loaded = make(), make()
    for _ in range(37):
        schedule.step()
    loaded.set_state_dict(schedule.state_dict())
    schedule.step()
    loaded.step()

    assert loaded() != pytest.approx(schedule(), rel=0.05)


def test_last_epoch_resumes_no_recursion(xp: Framework) -> None:
    schedule = xp.module.optimizer.lr.CosineAnnealingDecay(0.1, T_max=120)
    for _ in range(37):
        schedule.step()
    resumed = xp.module.optimizer.lr.CosineAnnealingDecay(0.1, T_max=120, last_epoch=36)

    assert resumed() != pytest.approx(schedule(), rel=0.05)


def test_polynomial_decay_ends_above_zero_by_default(xp: Framework) -> None:
    decay = xp.module.optimizer.lr.PolynomialDecay
    names = list(inspect.signature(decay).parameters)

    assert names[2] == "end_lr"  # where torch's PolynomialLR has its power
    assert inspect.signature(decay).parameters["end_lr"].default == 0.0001


def test_one_cycle_does_not_cycle_the_momentum(xp: Framework) -> None:
    ours = torchs(momentum=0.9)
    lr_scheduler.OneCycleLR(ours, max_lr=0.1, total_steps=10)
    param = xp.param(np.zeros(1, "f4"))
    schedule = xp.module.optimizer.lr.OneCycleLR(0.1, 10)
    native = xp.module.optimizer.Momentum(schedule, 0.9, parameters=[param])

    assert ours.param_groups[0]["momentum"] == 0.95
    assert native._momentum == 0.9


def test_plateau_forgets_what_it_sees_while_it_cools_down(xp: Framework) -> None:
    ours = torchs()
    options = {"factor": 0.5, "patience": 0, "cooldown": 2, "threshold": 0.0}
    schedule = lr_scheduler.ReduceLROnPlateau(ours, **options)
    native = xp.module.optimizer.lr.ReduceOnPlateau(0.1, **options)
    for metric in (1.0, 1.0, 0.5, 0.5, 0.8):
        schedule.step(metric)
        native.step(metric)

    assert (ours.param_groups[0]["lr"], native()) == (0.025, 0.05)


def test_plateau_never_recovers_from_a_first_nan(xp: Framework) -> None:
    ours = torchs()
    schedule = lr_scheduler.ReduceLROnPlateau(ours, patience=1)
    native = xp.module.optimizer.lr.ReduceOnPlateau(0.1, patience=1)
    for metric in (float("nan"), 5.0, 4.0, 3.0, 2.0, 1.0):
        schedule.step(metric)
        native.step(metric)

    assert ours.param_groups[0]["lr"] == 0.1
    assert native() < 0.1


def test_warm_up_before_a_plateau_takes_the_epoch_for_the_metric(xp: Framework) -> None:
    plateau = xp.module.optimizer.lr.ReduceOnPlateau(0.1, factor=0.5, patience=1)
    schedule = xp.module.optimizer.lr.LinearWarmup(plateau, 2, 0.0, 0.1)
    for _ in range(12):
        schedule.step()

    assert schedule() < 0.1


def test_a_groups_floor_is_scaled_too(xp: Framework) -> None:
    schedule = xp.module.optimizer.lr.CosineAnnealingDecay(1.0, T_max=1, eta_min=0.5)
    param = xp.param(np.zeros(1, "f4"))
    groups = [{"params": [param], "learning_rate": 0.1}]
    optimizer = xp.module.optimizer.SGD(schedule, parameters=groups)
    schedule.step()
    xp.set_grad(param, np.ones(1, "f4"))
    optimizer.step()

    # torch: the floor is 0.5, whatever the group began with
    assert float(xp.numpy(param)[0]) == pytest.approx(-0.05)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("StepDecay", {"step_size": 2, "gamma": 1.0}),
        ("MultiStepDecay", {"milestones": [2, 2]}),
        ("ExponentialDecay", {"gamma": 1.01}),
        ("CosineAnnealingDecay", {"T_max": 5.0}),
    ],
)
def test_refused_though_torch_takes_it(xp: Framework, name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises((ValueError, AssertionError, TypeError)):
        getattr(xp.module.optimizer.lr, name)(0.1, **arguments)


def test_fractional_milestones_fire(xp: Framework) -> None:
    ours = torchs()
    schedule = lr_scheduler.MultiStepLR(ours, [1.5])
    native = xp.module.optimizer.lr.MultiStepDecay(0.1, [1.5])
    for _ in range(3):
        ours.step()
        schedule.step()
        native.step()

    assert (ours.param_groups[0]["lr"], native()) == (0.1, pytest.approx(0.01))


def test_linear_lr_stepped_to_an_epoch_is_wrong(xp: Framework) -> None:
    stepped, jumped = (xp.module.optimizer.lr.LinearLR(0.1, 10) for _ in range(2))
    for _ in range(7):
        stepped.step()
    jumped.step(7)

    assert jumped() != pytest.approx(stepped(), rel=0.05)


def test_a_rate_cannot_be_written_beside_a_schedule(xp: Framework) -> None:
    schedule = xp.module.optimizer.lr.StepDecay(0.1, 10)
    param = xp.param(np.zeros(1, "f4"))
    optimizer = xp.module.optimizer.SGD(schedule, parameters=[param])

    with pytest.raises(RuntimeError):
        optimizer.set_lr(0.5)
