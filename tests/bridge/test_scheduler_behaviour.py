"""What users do to a running schedule has the same effect, and the same warnings, as with torch."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import COMPOSED, PLAIN, PLATEAU_ALONE, Schedule, of
from tests.scheduler_runs import first_sentence, snapshot, step, torch_optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = torch.optim.lr_scheduler
MODULES = (REFERENCE, lr_scheduler)


def record(schedule: Schedule, module: Any, act: Callable[[Any, int], None]) -> list[Any]:
    """Act at each of 30 steps; return what is left in the groups, the warnings and the error."""
    seen: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            scheduler = schedule.build(module, torch_optimizer(0.1))
            for index in range(30):
                act(scheduler, index)
                seen.append((snapshot(scheduler.optimizer), scheduler.get_last_lr()))
        except Exception as error:  # noqa: BLE001 - whatever torch raises, ours must raise as well
            seen.append((type(error), first_sentence(*error.args[:1])))
    return [*((each.category, first_sentence(each.message)) for each in caught), *seen]


def write_lr_by_hand(scheduler: Any, index: int) -> None:
    if index == 6:
        scheduler.optimizer.param_groups[0]["lr"] = 0.25
    step(scheduler)


def add_a_group(scheduler: Any, index: int) -> None:
    if index == 6:
        scheduler.optimizer.add_param_group({"params": [torch.zeros(1)], "lr": 0.2})
    step(scheduler)


def move_last_epoch(scheduler: Any, index: int) -> None:
    if index == 6:
        scheduler.last_epoch = 2
    step(scheduler)


def step_to_an_epoch(scheduler: Any, index: int) -> None:
    scheduler.optimizer.step()
    scheduler.step(*[1.0][: hasattr(scheduler, "num_bad_epochs")], epoch=(7 * index) % 40)


def step_before_the_optimizer(scheduler: Any, _index: int) -> None:
    scheduler.step(*[1.0][: hasattr(scheduler, "num_bad_epochs")])
    scheduler.optimizer.step()


def ask_for_lr_between(scheduler: Any, index: int) -> None:
    step(scheduler)
    scheduler.seen = scheduler.get_lr()
    if index == 3:
        scheduler.optimizer.param_groups[0]["lr"] = scheduler.seen[0]


def replace_the_optimizers_step(scheduler: Any, index: int) -> None:
    if index == 0:
        scheduler.optimizer.step = type(scheduler.optimizer).step.__get__(scheduler.optimizer)
    step(scheduler)


def step_past_the_end(scheduler: Any, _index: int) -> None:
    for _ in range(3):
        step(scheduler)


ACTS = [
    write_lr_by_hand,
    add_a_group,
    move_last_epoch,
    step_to_an_epoch,
    step_before_the_optimizer,
    ask_for_lr_between,
    replace_the_optimizers_step,
    step_past_the_end,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("schedule", [*PLAIN, *COMPOSED, PLATEAU_ALONE], ids=str)
def test_it_goes_as_with_torch(schedule: Schedule, act: Callable[[Any, int], None]) -> None:
    expected, actual = (record(schedule, module, act) for module in MODULES)
    if expected[-1] == (NotImplementedError, ""):  # torch gives no message; ours says what to do
        assert actual.pop()[0] is expected.pop()[0]

    assert actual == expected


@pytest.mark.parametrize("last_epoch", [0, 3, 12])
@pytest.mark.parametrize("schedule", PLAIN, ids=str)
def test_get_lr_right_after_resuming(schedule: Schedule, last_epoch: int) -> None:
    values = []
    for module in MODULES:
        optimizer = torch_optimizer(0.1)
        schedule.build(module, optimizer)
        scheduler = schedule.build(module, optimizer, last_epoch=last_epoch)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            values.append((scheduler.get_lr(), [first_sentence(each.message) for each in caught]))

    assert values[0] == values[1]


def test_a_callers_list_may_change_afterwards() -> None:
    seen = []
    for module in MODULES:
        lists = [[0.01], [0.1], [0.8], [0.9]]
        low, high, low_momentum, high_momentum = lists
        optimizer = torch_optimizer(0.1)
        scheduler = module.CyclicLR(
            optimizer, low, high, 5, base_momentum=low_momentum, max_momentum=high_momentum
        )
        for each in lists:
            each[0] = 0.5
        step(scheduler)
        seen.append(snapshot(optimizer))

    assert seen[0] == seen[1]


@pytest.mark.parametrize("epoch", [0, 2.5, 3.999, 4, 16.25, 52, 363, 364, 1111.0, -1])
@pytest.mark.parametrize("T_mult", [1, 2, 3, 10])
def test_fractional_epochs_of_warm_restarts(T_mult: int, epoch: float) -> None:
    def act(scheduler: Any, index: int) -> None:
        scheduler.optimizer.step()
        scheduler.step(epoch if index == 2 else None)

    expected, actual = (
        record(of("CosineAnnealingWarmRestarts", 3, T_mult), module, act) for module in MODULES
    )

    assert actual == expected


@pytest.mark.parametrize("second", PLAIN, ids=str)
@pytest.mark.parametrize("first", PLAIN, ids=str)
def test_two_schedules_on_one_optimizer(first: Schedule, second: Schedule) -> None:
    records = []
    for module in MODULES:
        optimizer = torch_optimizer(0.1)
        schedulers = [schedule.build(module, optimizer) for schedule in (first, second)]
        seen = []
        for _ in range(25):
            optimizer.step()
            for scheduler in schedulers:
                scheduler.step()
                seen.append((snapshot(optimizer), scheduler.get_last_lr()))
        records.append(seen)

    assert records[0] == records[1]


@pytest.mark.parametrize(
    "owners",
    [(REFERENCE, lr_scheduler), (lr_scheduler, REFERENCE)],
    ids=["ours in torch's", "torch's in ours"],
)
@pytest.mark.parametrize("kind", ["ChainedScheduler", "SequentialLR"])
def test_ours_and_torchs_schedules_compose(owners: tuple[Any, Any], kind: str) -> None:
    records: list[list[Any]] = []
    for owner, member in [owners, (REFERENCE, REFERENCE)]:
        optimizer = torch_optimizer(0.1)
        members = [of("LinearLR", 0.1).build(member, optimizer)]
        members.append(of("CosineAnnealingLR", 9).build(member, optimizer))
        args = [members] if kind == "ChainedScheduler" else [optimizer, members, [6]]
        scheduler = getattr(owner, kind)(*args)
        records.append([])
        for _ in range(25):
            step(scheduler)
            records[-1].append((snapshot(optimizer), scheduler.get_last_lr()))

    assert records[0] == records[1]


@pytest.mark.parametrize("kind", ["ChainedScheduler", "SequentialLR"])
def test_torchs_plateau_is_no_member_of_ours(kind: str) -> None:
    optimizer = torch_optimizer(0.1)
    plateau = REFERENCE.ReduceLROnPlateau(optimizer)
    args: list[Any] = [[plateau]] if kind == "ChainedScheduler" else [optimizer, [plateau], []]

    with pytest.raises(ValueError, match="does not support `ReduceLROnPlateau` scheduler"):
        getattr(lr_scheduler, kind)(*args)
