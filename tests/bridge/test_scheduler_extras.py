"""What ours have beyond torch's: `last_step`, `verbose`, and what they refuse with a hint."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import COMPOSED, PLAIN, PLATEAU_ALONE, Schedule
from tests.scheduler_runs import step, torch_optimizer


def test_last_step_is_another_name_of_last_epoch() -> None:
    scheduler = lr_scheduler.StepLR(torch_optimizer(0.1), 3)
    scheduler.last_step = 5

    assert scheduler.last_epoch == 5
    assert scheduler.last_step == 5
    with pytest.raises(TypeError, match="two names of one argument"):
        lr_scheduler.StepLR(torch_optimizer(0.1), 3, last_epoch=2, last_step=4)


def test_verbose_prints_what_torch_printed_up_to_2_2(capsys: pytest.CaptureFixture[str]) -> None:
    scheduler = lr_scheduler.ExponentialLR(torch_optimizer(0.1, 0.01), 0.5, verbose=True)
    step(scheduler)
    with pytest.warns(UserWarning, match="The epoch parameter"):
        scheduler.step(4)

    assert capsys.readouterr().out.splitlines() == [
        "Adjusting learning rate of group 0 to 1.0000e-01.",
        "Adjusting learning rate of group 1 to 1.0000e-02.",
        "Adjusting learning rate of group 0 to 5.0000e-02.",
        "Adjusting learning rate of group 1 to 5.0000e-03.",
        "Epoch 00004: adjusting learning rate of group 0 to 6.2500e-03.",
        "Epoch 00004: adjusting learning rate of group 1 to 6.2500e-04.",
    ]


@pytest.mark.parametrize("schedule", COMPOSED, ids=str)
def test_verbose_prints_what_a_composition_sets(
    schedule: Schedule, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1), verbose=True)
    capsys.readouterr()
    step(scheduler)
    set_lr = scheduler.get_last_lr()[0]

    assert capsys.readouterr().out == f"Adjusting learning rate of group 0 to {set_lr:.4e}.\n"


def test_verbose_prints_reductions(capsys: pytest.CaptureFixture[str]) -> None:
    scheduler = lr_scheduler.ReduceLROnPlateau(torch_optimizer(0.1), patience=0, verbose=True)
    for _ in range(2):
        step(scheduler)

    assert (
        capsys.readouterr().out == "Epoch 00002: reducing learning rate of group 0 to 1.0000e-02.\n"
    )


@pytest.mark.parametrize(
    "given", [torch.nn.Linear(1, 1), [torch.zeros(1)], 0.1, None, SimpleNamespace(param_groups=[1])]
)
@pytest.mark.parametrize("schedule", [*PLAIN, PLATEAU_ALONE], ids=str)
def test_what_is_no_optimizer_is_refused_with_a_hint(schedule: Schedule, given: Any) -> None:
    with pytest.raises(TypeError) as caught:
        schedule.build(lr_scheduler, given)

    lines = str(caught.value).splitlines()
    assert lines[0] == f"{type(given).__name__} is not an Optimizer"
    assert "bridge.wrap" in lines[-1]
