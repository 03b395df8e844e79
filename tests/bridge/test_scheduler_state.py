"""A run that is saved and loaded at any step goes on as if nothing had happened."""

from __future__ import annotations

import copy
import io
import json
import math
import pickle
from typing import TYPE_CHECKING, Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_beyond import SCHEDULES as BEYOND
from tests.scheduler_beyond import halved, inverse
from tests.scheduler_cases import (
    METRICS,
    TRAIN_STEPS,
    WARM_UP,
    Factor,
    Schedule,
    chained,
    of,
    sequential,
)
from tests.scheduler_runs import snapshot, torch_optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = torch.optim.lr_scheduler
MODULES = (REFERENCE, lr_scheduler)
SCHEDULES = [
    of("LambdaLR", Factor("0.9**e")),
    of("MultiplicativeLR", Factor("0.95")),
    of("StepLR", 7),
    of("MultiStepLR", [5, 5, 12, 20.0]),
    of("ConstantLR", 0.3, 10),
    of("LinearLR", 0.1, 1.0, 15),
    of("ExponentialLR", 0.9),
    of("PolynomialLR", 20, 2.0),
    of("CosineAnnealingLR", 10, 0.001),
    of("CosineAnnealingWarmRestarts", 4, 2),
    of("CyclicLR", 0.01, 0.1, 5, mode="exp_range", gamma=0.9),
    of("CyclicLR", 0.01, 0.1, 5, scale_fn=Factor("1/e")),
    of("OneCycleLR", 0.1, 60, three_phase=True),
    of("ReduceLROnPlateau", patience=2, cooldown=2, factor=0.5),
    chained(WARM_UP, of("CosineAnnealingLR", 10)),
    sequential(WARM_UP, of("StepLR", 3), of("CosineAnnealingLR", 9), milestones=[8, 17]),
]
SAVED_AT = range(0, 30, 3)
LENGTH = 45
JSON: Callable[[Any], Any] = lambda state: json.loads(json.dumps(state))  # noqa: E731 - a row


def through_torch_load(state: Any) -> Any:
    """Save and load the way checkpoints are, with nothing but plain values allowed."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def go(scheduler: Any, steps: range) -> list[Any]:
    """Step along the range, and return what each step leaves in the groups."""
    record = []
    for index in steps:
        scheduler.optimizer.step()
        if "ReduceLROnPlateau" in type(scheduler).__name__:
            scheduler.step(METRICS["noisy"][index % TRAIN_STEPS])
        else:
            scheduler.step()
        record.append((snapshot(scheduler.optimizer), scheduler.get_last_lr()))
    return record


def resumed(schedule: Schedule, saver: Any, loader: Any, at: int, carry: Any) -> list[Any]:
    """Save under one module after some steps, load under another, and return the rest."""
    old = schedule.build(saver, torch_optimizer(0.1))
    go(old, range(at))
    new = schedule.build(loader, torch_optimizer(0.7))
    new.optimizer.load_state_dict(copy.deepcopy(old.optimizer.state_dict()))
    new.load_state_dict(carry(old.state_dict()))
    return go(new, range(at, LENGTH))


@pytest.mark.parametrize("at", SAVED_AT)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
@pytest.mark.parametrize(
    ("saver", "loader", "carry"),
    [
        pytest.param(lr_scheduler, lr_scheduler, copy.deepcopy, id="ours"),
        pytest.param(lr_scheduler, lr_scheduler, JSON, id="ours through JSON"),
        pytest.param(lr_scheduler, lr_scheduler, through_torch_load, id="ours through torch.load"),
        pytest.param(REFERENCE, lr_scheduler, copy.deepcopy, id="torch's into ours"),
        pytest.param(lr_scheduler, REFERENCE, copy.deepcopy, id="ours into torch's"),
    ],
)
def test_a_resumed_run_equals_an_uninterrupted_one(
    schedule: Schedule, saver: Any, loader: Any, carry: Any, at: int
) -> None:
    whole = go(schedule.build(REFERENCE, torch_optimizer(0.1)), range(LENGTH))

    assert resumed(schedule, saver, loader, at, carry) == whole[at:]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_the_state_has_torchs_keys_and_values(schedule: Schedule) -> None:
    schedulers = [schedule.build(module, torch_optimizer(0.1)) for module in MODULES]
    for scheduler in schedulers:
        go(scheduler, range(11))
    expected, actual = (scheduler.state_dict() for scheduler in schedulers)

    assert actual == expected


@pytest.mark.parametrize(
    ("saved", "built"),
    [
        (of("StepLR", 3), of("StepLR", 5, gamma=0.5)),
        (of("MultiStepLR", [2, 5]), of("MultiStepLR", [1, 4])),
        (of("CosineAnnealingWarmRestarts", 4, 2), of("CosineAnnealingWarmRestarts", 9)),
        (of("ReduceLROnPlateau", patience=1), of("ReduceLROnPlateau", "max", 0.5)),
        (of("LambdaLR", Factor("0.9**e")), of("LambdaLR", Factor("0.8**e"))),
    ],
    ids=str,
)
def test_a_loaded_schedule_has_every_attribute_of_the_saved_one(
    saved: Schedule, built: Schedule
) -> None:
    optimizer = torch_optimizer(0.1)
    ours = saved.build(lr_scheduler, optimizer)
    go(ours, range(7))
    other = built.build(lr_scheduler, optimizer)
    other.load_state_dict(ours.state_dict())

    assert vars(other) | {"lr_lambdas": 0} == vars(ours) | {"lr_lambdas": 0}


def test_a_one_cycle_state_of_torch_1_holds_the_annealing_itself() -> None:
    ours, theirs = (
        of("OneCycleLR", 0.1, 30, anneal_strategy="linear").build(module, torch_optimizer(0.1))
        for module in (lr_scheduler, REFERENCE)
    )
    for scheduler in (ours, theirs):
        del scheduler._anneal_func_type
        legacy = {"anneal_func": type(scheduler)._annealing_linear}
        scheduler.load_state_dict(scheduler.state_dict() | legacy)

    assert go(ours, range(20)) == go(theirs, range(20))


def test_torchs_name_for_the_scale_of_a_mode_is_known() -> None:
    optimizers = (torch_optimizer(0.1), torch_optimizer(0.1))
    ours, theirs = (
        of("CyclicLR", 0.01, 0.1, 5, mode="exp_range", gamma=0.9).build(module, optimizer)
        for module, optimizer in zip((lr_scheduler, REFERENCE), optimizers, strict=True)
    )

    assert ours._scale_fn_ref(3) == ours.scale_fn(3) == theirs._scale_fn_ref(3)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_loading_leaves_the_given_state_as_it_was(schedule: Schedule) -> None:
    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1))
    state = scheduler.state_dict()
    before = copy.deepcopy(state)
    scheduler.load_state_dict(state)

    assert state == before


# torch's optimizers leave their hooks behind in a copy, and torch warns of that in these words.
@pytest.mark.filterwarnings("ignore:Seems like `optimizer.step")
@pytest.mark.parametrize("copier", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])  # noqa: S301 - our own bytes
@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_a_copy_of_scheduler_and_optimizer_goes_the_same_way(
    schedule: Schedule, copier: Callable[[Any], Any]
) -> None:
    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1))
    go(scheduler, range(9))
    twin = copier(scheduler)

    assert twin.optimizer is not scheduler.optimizer
    assert go(twin, range(9, LENGTH)) == go(scheduler, range(9, LENGTH))


def test_a_callable_objects_attributes_are_saved_and_loaded() -> None:
    scheduler = of("LambdaLR", Factor("0.9**e")).build(lr_scheduler, torch_optimizer(0.1))
    other = of("LambdaLR", Factor("0.5**e")).build(lr_scheduler, torch_optimizer(0.1))
    other.load_state_dict(scheduler.state_dict())

    assert other.lr_lambdas[0].text == "0.9**e"


def test_a_plateau_state_that_was_edited_is_understood_anew() -> None:
    schedulers = [of("ReduceLROnPlateau").build(m, torch_optimizer(0.1)) for m in MODULES]
    for scheduler in schedulers:
        scheduler.load_state_dict(scheduler.state_dict() | {"mode": "max"})
        with pytest.raises(ValueError, match="mode else is unknown!"):
            scheduler.load_state_dict(scheduler.state_dict() | {"mode": "else"})

    assert schedulers[0].mode_worse == schedulers[1].mode_worse == -math.inf


def test_of_a_plain_function_nothing_is_saved() -> None:
    schedule = of("LambdaLR", lambda epoch: 1 / (epoch + 1))
    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1))

    assert scheduler.state_dict()["lr_lambdas"] == [None]


@pytest.mark.parametrize("carry", [JSON, through_torch_load])
def test_a_function_of_a_module_is_saved_by_name(carry: Callable[[Any], Any]) -> None:
    saved = carry(of("LambdaLR", halved).build(lr_scheduler, torch_optimizer(0.1)).state_dict())
    other = of("LambdaLR", inverse).build(lr_scheduler, torch_optimizer(0.1))
    other.load_state_dict(saved)

    assert saved["lr_lambda_references"] == ["tests.scheduler_beyond:halved"]
    assert other.lr_lambdas == [halved]
    assert "lr_lambda_references" not in vars(other)


def test_a_scale_function_of_a_module_is_saved_by_name() -> None:
    cyclic = [
        of("CyclicLR", 0.01, 0.1, 5, scale_fn=fn).build(lr_scheduler, torch_optimizer(0.1))
        for fn in (halved, inverse)
    ]
    cyclic[1].load_state_dict(JSON(cyclic[0].state_dict()))

    assert cyclic[1].scale_fn(2) == halved(2)


def test_a_named_function_that_is_not_loaded_is_a_warning_that_names_it() -> None:
    scheduler = of("LambdaLR", inverse).build(lr_scheduler, torch_optimizer(0.1))
    state = scheduler.state_dict() | {"lr_lambda_references": ["elsewhere.rates:warm"]}
    with pytest.warns(UserWarning, match="elsewhere.rates:warm, which is not loaded"):
        scheduler.load_state_dict(state)

    assert scheduler.lr_lambdas == [inverse]


def test_torchs_own_class_takes_a_state_with_names() -> None:
    ours, torchs = (of("LambdaLR", halved).build(m, torch_optimizer(0.1)) for m in MODULES[::-1])
    go(ours, range(5))
    torchs.load_state_dict(ours.state_dict())

    assert go(torchs, range(5)) == go(ours, range(5))


@pytest.mark.parametrize("schedule", BEYOND, ids=str)
@pytest.mark.parametrize("carry", [JSON, through_torch_load, copy.deepcopy])
def test_schedules_beyond_torchs_are_saved_and_loaded(
    schedule: Schedule, carry: Callable[[Any], Any]
) -> None:
    whole = go(schedule.build(lr_scheduler, torch_optimizer(0.1)), range(LENGTH))
    for at in (0, 3, 13, 30):
        assert resumed(schedule, lr_scheduler, lr_scheduler, at, carry) == whole[at:]


RESUMED_BY_EPOCH = [
    schedule
    for schedule in SCHEDULES
    if schedule.kind not in {"ReduceLROnPlateau", "ChainedScheduler", "SequentialLR"}
]


@pytest.mark.parametrize("last_epoch", range(8))
@pytest.mark.parametrize("schedule", RESUMED_BY_EPOCH, ids=str)
def test_resuming_by_last_epoch_goes_as_with_torch(schedule: Schedule, last_epoch: int) -> None:
    records = []
    for module, name in [
        (REFERENCE, "last_epoch"),
        (lr_scheduler, "last_epoch"),
        (lr_scheduler, "last_step"),
    ]:
        optimizer = torch_optimizer(0.1)
        go(schedule.build(REFERENCE, optimizer), range(last_epoch))
        scheduler = schedule.build(module, optimizer, **{name: last_epoch})
        records.append([snapshot(optimizer), *go(scheduler, range(20))])

    assert records[1] == records[0]
    assert records[2] == records[0]


@pytest.mark.parametrize("schedule", RESUMED_BY_EPOCH, ids=str)
def test_resuming_without_initial_lr_is_torchs_error(schedule: Schedule) -> None:
    errors = []
    for module in MODULES:
        with pytest.raises(KeyError) as caught:
            schedule.build(module, torch_optimizer(0.1), last_epoch=3)
        errors.append(caught.value.args[0].partition("\n")[0])

    assert errors[0] == errors[1]
