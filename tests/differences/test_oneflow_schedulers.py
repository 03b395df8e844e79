"""docs/differences.md, OneFlow's own schedulers."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("oneflow")


def sgd(xp: Framework, lr: float = 0.1) -> Any:
    return xp.module.optim.SGD([xp.param(np.zeros(1, "f4"))], lr=lr)


def rate(optimizer: Any) -> float:
    return float(optimizer.param_groups[0]["lr"])


def test_a_written_rate_is_overwritten(xp: Framework) -> None:
    optimizer = sgd(xp)
    schedule = xp.module.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    optimizer.param_groups[0]["lr"] = 0.5
    schedule.step()

    assert rate(optimizer) == pytest.approx(0.09)  # torch: 0.45


def test_of_two_schedules_the_last_one_wins(xp: Framework) -> None:
    optimizer = sgd(xp)
    schedules = xp.module.optim.lr_scheduler
    both = schedules.ExponentialLR(optimizer, 0.9), schedules.StepLR(optimizer, 2)
    for schedule in both:
        schedule.step()

    assert rate(optimizer) == pytest.approx(0.1)  # torch: 0.09


def test_sequential_lr_goes_on_counting(xp: Framework) -> None:
    schedules = xp.module.optim.lr_scheduler
    rates = []
    for options in ({}, {"interval_rescaling": True}):
        optimizer = sgd(xp)
        members = [
            schedules.ConstantLR(optimizer, 1.0, 5),
            schedules.ExponentialLR(optimizer, 0.5),
        ]
        schedule = schedules.SequentialLR(optimizer, members, [5], **options)
        for _ in range(5):
            schedule.step()
        rates.append(rate(optimizer))

    assert rates == pytest.approx([0.1 * 0.5**5, 0.1])  # torch's is the second one


def test_warm_restarts_miss_a_restart(xp: Framework) -> None:
    optimizer = sgd(xp)
    schedule = xp.module.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 1, 3)
    for _ in range(121):
        schedule.step()

    assert rate(optimizer) == pytest.approx(0.0, abs=1e-6)  # torch: 0.1


def test_the_arguments_after_eta_min_are_others(xp: Framework) -> None:
    restarts = xp.module.optim.lr_scheduler.CosineAnnealingWarmRestarts

    # torch has last_epoch after eta_min
    assert list(inspect.signature(restarts).parameters)[4] == "decay_rate"


def test_polynomial_lr_ends_above_zero_by_default(xp: Framework) -> None:
    parameters = inspect.signature(xp.module.optim.lr_scheduler.PolynomialLR).parameters

    assert list(parameters)[2] == "end_learning_rate"  # where torch has its power
    assert parameters["end_learning_rate"].default == 0.0001


def test_lambda_lr_breaks_at_its_milestone(xp: Framework) -> None:
    schedules = xp.module.optim.lr_scheduler
    optimizer = sgd(xp)
    members = [schedules.ConstantLR(optimizer, 1.0, 2), schedules.LambdaLR(optimizer, lambda _: 1)]
    schedule = schedules.SequentialLR(optimizer, members, [2], interval_rescaling=True)
    schedule.step()

    with pytest.raises(NotImplementedError):
        schedule.step()


def test_a_new_group_is_not_scheduled(xp: Framework) -> None:
    optimizer = sgd(xp)
    schedule = xp.module.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.add_param_group({"params": [xp.param(np.zeros(1, "f4"))]})
    schedule.step()

    assert [group["lr"] for group in optimizer.param_groups] == [0.05, 0.1]


def test_get_lr_is_a_function_of_the_step(xp: Framework) -> None:
    schedule = xp.module.optim.lr_scheduler.ExponentialLR(sgd(xp), 0.5)

    assert schedule.get_lr(0.1, 2) == 0.025
    with pytest.raises(TypeError):
        schedule.get_lr()


def test_step_takes_no_epoch(xp: Framework) -> None:
    with pytest.raises(TypeError):
        xp.module.optim.lr_scheduler.ExponentialLR(sgd(xp), 0.5).step(3)


def test_there_is_no_one_cycle_lr(xp: Framework) -> None:
    schedules = xp.module.optim.lr_scheduler

    assert [
        n for n in ("OneCycleLR", "CyclicLR", "MultiplicativeLR") if hasattr(schedules, n)
    ] == []


def test_the_step_rounds_the_rate_to_float32(xp: Framework) -> None:
    param = xp.param(np.zeros(1, "f8"))
    optimizer = xp.module.optim.SGD([param], lr=0.1)
    xp.set_grad(param, np.ones(1, "f8"))
    optimizer.step()

    assert float(xp.numpy(param)[0]) == -float(np.float32(0.1))


def test_milestones_twice_are_refused(xp: Framework) -> None:
    with pytest.raises(AssertionError):
        xp.module.optim.lr_scheduler.MultiStepLR(sgd(xp), [2, 2])


def test_fractional_milestones_fire(xp: Framework) -> None:
    optimizer = sgd(xp)
    schedule = xp.module.optim.lr_scheduler.MultiStepLR(optimizer, [1.5])
    for _ in range(3):
        schedule.step()

    assert rate(optimizer) == pytest.approx(0.01)


def test_last_step_resumes(xp: Framework) -> None:
    optimizer = sgd(xp)
    schedules = xp.module.optim.lr_scheduler
    schedule = schedules.CosineAnnealingLR(optimizer, 120)
    for _ in range(37):
        schedule.step()
    another = sgd(xp)
    another.param_groups[0]["initial_lr"] = 0.1
    schedules.CosineAnnealingLR(another, 120, last_step=36)

    assert rate(another) == rate(optimizer)


def test_a_plateau_cannot_be_warmed_up(xp: Framework) -> None:
    schedules = xp.module.optim.lr_scheduler
    plateau = schedules.ReduceLROnPlateau(sgd(xp))

    with pytest.raises((AttributeError, AssertionError, TypeError, ValueError)):
        schedules.WarmupLR(plateau, 0.1, 5, warmup_prefix=True)
