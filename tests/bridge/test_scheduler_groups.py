"""Schedules of single groups and of other hyperparameters, and groups that join during training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim
from bridge.optim import lr_scheduler
from bridge.optim.lr_scheduler import add_group, hyperparameter
from tests.scheduler_cases import COMPOSED, PLAIN, WARM_UP, Factor, Schedule, of, sequential
from tests.scheduler_runs import snapshot, step, torch_optimizer

if TYPE_CHECKING:
    from tests.frameworks import Framework

HYPERPARAMETERS = ["weight_decay", "momentum", "betas[0]", "betas[1]"]


def optimizer_with(name: str, value: float) -> Any:
    """Make an optimizer whose hyperparameter has that value in both of its groups."""
    groups = [{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(2)]
    if name == "weight_decay":
        return torch.optim.SGD(groups, lr=0.1, weight_decay=value)
    if name == "momentum":
        return torch.optim.SGD(groups, lr=0.1, momentum=value)
    betas = (value, 0.5) if name == "betas[0]" else (0.5, value)
    return torch.optim.Adam(groups, betas=betas)


def value_of(group: Any, name: str) -> Any:
    return group["betas"][int(name[6])] if name.startswith("betas") else group[name]


@pytest.mark.parametrize("name", HYPERPARAMETERS)
@pytest.mark.parametrize(
    "schedule", [s for s in PLAIN + COMPOSED if s.kind not in {"CyclicLR", "OneCycleLR"}], ids=str
)
def test_a_hyperparameter_goes_the_way_a_learning_rate_would(schedule: Schedule, name: str) -> None:
    lr_of = schedule.build(lr_scheduler, torch_optimizer(0.1))
    optimizer = optimizer_with(name, 0.1)
    view = hyperparameter(optimizer, name, groups=[1])
    driven = schedule.build(lr_scheduler, view)
    kept = [dict(group) for group in optimizer.param_groups]
    for _ in range(20):
        step(lr_of)
        step(driven)

        assert value_of(optimizer.param_groups[1], name) == lr_of.get_last_lr()[0]
    assert optimizer.param_groups[0] == kept[0]
    assert optimizer.param_groups[1]["lr"] == kept[1]["lr"]


def test_lr_and_weight_decay_are_driven_together(xp: Framework) -> None:
    optimizer = optim.AdamW([xp.param(np.zeros(2, np.float32))], lr=0.1, weight_decay=0.2)
    decay = lr_scheduler.ExponentialLR(hyperparameter(optimizer, "weight_decay"), 0.5)
    scheduler = lr_scheduler.CombinedScheduler([lr_scheduler.StepLR(optimizer, 2, 0.1), decay])
    for _ in range(2):
        optimizer.step()
        scheduler.step()

    assert optimizer.param_groups[0]["weight_decay"] == 0.05
    assert scheduler.get_last_lr() == [0.1 * 0.1]


def test_cycling_reaches_a_hyperparameter_with_its_own_bounds() -> None:
    optimizer = optimizer_with("weight_decay", 0.1)
    view = hyperparameter(optimizer, "weight_decay")
    scheduler = lr_scheduler.OneCycleLR(view, 0.5, 10, cycle_momentum=False)
    scheduler.resume(2)

    assert optimizer.param_groups[0]["weight_decay"] == 0.5
    assert optimizer.param_groups[0]["max_weight_decay"] == 0.5
    assert "max_lr" not in optimizer.param_groups[0]


@pytest.mark.parametrize(
    ("name", "groups", "error", "message"),
    [
        ("weight_dekay", None, KeyError, "has no weight_dekay; it has lr"),
        ("betas[0]", None, KeyError, r"has no betas\[0\]"),
        ("lr", [2], IndexError, "places in param_groups, 0 to 1, got 2"),
    ],
)
def test_what_the_groups_have_not_is_refused(
    name: str, groups: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        hyperparameter(torch_optimizer(0.1, 0.2), name, groups)


def test_a_view_of_a_view_is_refused() -> None:
    view = hyperparameter(torch_optimizer(0.1), "momentum")
    with pytest.raises(TypeError, match="has no hyperparameters of its own"):
        hyperparameter(view, "lr")


def new_group(lr: float) -> dict[str, Any]:
    return {"params": [torch.zeros(1, requires_grad=True)], "lr": lr}


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("schedule", PLAIN + COMPOSED, ids=str)
def test_a_new_group_follows_the_same_schedule_from_its_beginning(schedule: Schedule) -> None:
    def alone(steps: int) -> Any:
        scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1))
        for _ in range(steps):
            step(scheduler)
        return snapshot(scheduler.optimizer)[0]

    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1))
    for _ in range(7):
        step(scheduler)
    combined = add_group(scheduler, new_group(0.1))
    for _ in range(6):
        step(combined)
    optimizer = combined.optimizer

    assert snapshot(optimizer) == [alone(13), alone(6)]
    assert len(combined.get_last_lr()) == 2
    combined.resume(3)
    assert snapshot(optimizer) == [alone(3), alone(0)]
    combined.resume(13)
    assert snapshot(optimizer) == [alone(13), alone(6)]


def test_a_new_group_may_have_a_schedule_of_its_own() -> None:
    scheduler = of("LambdaLR", Factor("0.9**e")).build(lr_scheduler, torch_optimizer(0.1))
    step(scheduler)
    first = add_group(scheduler, new_group(0.8), lambda o: lr_scheduler.ExponentialLR(o, 0.5))
    step(first)
    warm = lambda o: sequential(WARM_UP, of("StepLR", 3), milestones=[10]).build(lr_scheduler, o)  # noqa: E731
    second = add_group(first, new_group(0.4), warm)
    step(second)

    assert second.get_last_lr() == pytest.approx([0.1 * 0.9**3, 0.2, 0.4 * 0.19])
    assert second.starts == [0, 1, 2]


def test_a_combination_is_saved_and_loaded() -> None:
    def built() -> Any:
        scheduler = lr_scheduler.StepLR(torch_optimizer(0.1), 2, 0.5)
        return add_group(scheduler, new_group(0.8), lambda o: lr_scheduler.ExponentialLR(o, 0.5))

    old, new = built(), built()
    for _ in range(3):
        step(old)
    new.optimizer.load_state_dict(old.optimizer.state_dict())
    new.load_state_dict(old.state_dict())
    step(old)
    step(new)

    assert snapshot(new.optimizer) == snapshot(old.optimizer)
    assert new.get_last_lr() == old.get_last_lr()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: [], "at least one scheduler"),
        (lambda o: [lr_scheduler.ReduceLROnPlateau(o)], "does not support `ReduceLROnPlateau`"),
        (
            lambda o: [lr_scheduler.StepLR(each, 2) for each in (o, torch_optimizer(0.1))],
            "to drive the same optimizer",
        ),
    ],
)
def test_a_combination_of_nothing_or_of_two_optimizers_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lr_scheduler.CombinedScheduler(make(torch_optimizer(0.1)))


def test_a_group_for_a_plateau_is_refused_before_anything_changes() -> None:
    scheduler = lr_scheduler.ReduceLROnPlateau(torch_optimizer(0.1))
    with pytest.raises(ValueError, match="add_group does not support `ReduceLROnPlateau`"):
        add_group(scheduler, new_group(0.1))

    assert len(scheduler.optimizer.param_groups) == 1


def test_the_starts_of_a_combination_are_checked() -> None:
    members = [lr_scheduler.StepLR(torch_optimizer(0.1), 2)]
    with pytest.raises(ValueError, match="starts must have one entry for each of the 1 sched"):
        lr_scheduler.CombinedScheduler(members, [0, 1])
