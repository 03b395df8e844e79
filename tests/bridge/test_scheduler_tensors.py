"""A learning rate that is a framework's 0-d tensor: written in place, to torch's values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim
from bridge.optim import lr_scheduler
from tests.scheduler_cases import WARM_UP, Schedule, chained, of, sequential
from tests.scheduler_runs import step

if TYPE_CHECKING:
    from tests.frameworks import Framework

SCHEDULES = [
    of("StepLR", 3),
    of("LinearLR", 0.1, 1.0, 10),
    of("PolynomialLR", 10, 2.0),
    of("CosineAnnealingLR", 10, 0.001),
    of("CosineAnnealingWarmRestarts", 4, 2),
    of("CyclicLR", 0.01, 0.1, 5),
    of("OneCycleLR", 0.1, 30),
    of("ReduceLROnPlateau", patience=1, factor=0.5),
    chained(WARM_UP, of("ExponentialLR", 0.98)),
    sequential(WARM_UP, of("StepLR", 3), milestones=[8]),
]
STEPS = 20
RATE = 0.25


def learning_rates(schedule: Schedule, module: Any, optimizer: Any) -> list[float]:
    scheduler = schedule.build(module, optimizer)
    rates = []
    for _ in range(STEPS):
        step(scheduler)
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_a_tensor_is_written_in_place_to_torchs_values(xp: Framework, schedule: Schedule) -> None:
    lr = xp.tensor(np.asarray(RATE, np.float32))
    optimizer = optim.SGD([xp.param(np.zeros(2, np.float32))], lr=lr, momentum=0.5)
    theirs = torch.optim.SGD([torch.zeros(2)], lr=torch.tensor(RATE), momentum=0.5)
    expected = learning_rates(schedule, torch.optim.lr_scheduler, theirs)

    np.testing.assert_allclose(
        learning_rates(schedule, lr_scheduler, optimizer), expected, rtol=3e-7, atol=1e-9
    )
    assert optimizer.param_groups[0]["lr"] is lr


@pytest.mark.parametrize("shape", [(), (1,)], ids=["scalar", "one entry"])
def test_a_metric_may_be_a_tensor(xp: Framework, shape: tuple[int, ...]) -> None:
    optimizer = optim.SGD([xp.param(np.zeros(2, np.float32))], lr=RATE)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, factor=0.5)
    for loss in (3.0, 2.0, 2.0, 2.0):
        optimizer.step()
        scheduler.step(xp.tensor(np.full(shape, loss, np.float32)))

    assert scheduler.best == 2.0
    assert scheduler.get_last_lr() == [RATE / 2]
