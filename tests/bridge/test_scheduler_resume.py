"""`resume(step)` leads where that many steps lead, bit for bit, wherever the schedule stood."""

from __future__ import annotations

import copy
import math
from contextlib import suppress
from typing import Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_beyond import BEYOND
from tests.scheduler_cases import COMPOSED, METRICS, PLAIN, SCHEDULERS, Case, Schedule
from tests.scheduler_runs import (
    STEP_ERRORS,
    built_at,
    first_sentence,
    snapshot,
    step,
    torch_optimizer,
)

STEPS = (0, 1, 2, 11, 30, 50, 121, 200)
ELSEWHERE = 17
METRIC_CASES = [case for case in SCHEDULERS if case.metrics]
CASES = [case for case in SCHEDULERS + BEYOND if not case.metrics and built_at(case, 0) is not None]


def name_of(case: Case) -> str:
    return f"{case.schedule}{case.optimizer}{case.lrs}{case.metrics or ''}"


def where(scheduler: Any) -> Any:
    """Return all that is to be seen of a schedule and of the groups it writes."""
    return snapshot(scheduler.optimizer), scheduler.get_last_lr(), scheduler.state_dict()


def resumed(scheduler: Any, at: int, *metrics: Any) -> Any:
    """Return where the schedule stands after `resume`, or the error that it raises."""
    try:
        scheduler.resume(at, *metrics)
    except Exception as error:  # noqa: BLE001 - stepping must raise the same
        return type(error), first_sentence(error)
    return where(scheduler)


def stepped(case: Case, at: int) -> Any:
    scheduler = built_at(case, 0)
    try:
        for _ in range(at):
            step(scheduler)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return type(error), first_sentence(error)
    return where(scheduler)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_new_schedule_goes_where_its_steps_lead(case: Case) -> None:
    for at in STEPS:
        assert resumed(built_at(case, 0), at) == stepped(case, at)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_schedule_that_stood_elsewhere_goes_there_too(case: Case) -> None:
    scheduler = built_at(case, ELSEWHERE)
    # A composition that raised at its milestone keeps the traces of that in its state.
    seen = 2 if any(member.members for member in case.schedule.members[1:]) else 3
    for at in reversed(STEPS):
        assert resumed(scheduler, at)[:seen] == stepped(case, at)[:seen]


@pytest.mark.parametrize("case", METRIC_CASES, ids=name_of)
def test_a_plateau_goes_where_the_metrics_lead(case: Case) -> None:
    scheduler = built_at(case, 0)
    if scheduler is None:
        assert case.schedule.kwargs  # refused when it was built, as by torch
        return
    metrics = METRICS[case.metrics or ""]
    for at in STEPS:
        expected = built_at(case, 0)
        for metric in metrics[:at]:
            expected.step(metric)

        assert repr(resumed(scheduler, at, metrics)) == repr(where(expected))


def test_a_plateau_without_metrics_is_refused_before_anything_changes() -> None:
    scheduler = lr_scheduler.ReduceLROnPlateau(torch_optimizer(0.1), patience=0)
    for _ in range(4):
        scheduler.step(1.0)
    before = copy.deepcopy(where(scheduler))

    with pytest.raises(ValueError, match="needs the metrics of all 3 steps to resume, got 1"):
        scheduler.resume(3, [1.0])
    assert where(scheduler) == before


@pytest.mark.parametrize("at", [-1, 2.0, None])
def test_what_is_no_step_is_refused(at: Any) -> None:
    scheduler = lr_scheduler.ExponentialLR(torch_optimizer(0.1), 0.5)

    with pytest.raises(ValueError, match="Expected non-negative integer step"):
        scheduler.resume(at)


@pytest.mark.parametrize("case", CASES[::5], ids=name_of)
def test_the_schedules_own_state_is_enough(case: Case) -> None:
    if len(case.lrs) > 1 or case.schedule.members or case.schedule.kind == "OneCycleLR":
        return  # their learning rates are in the groups
    saved = built_at(case, ELSEWHERE).state_dict()
    other = case.schedule.build(lr_scheduler, torch_optimizer(0.7, name=case.optimizer))
    other.load_state_dict(copy.deepcopy(saved))

    for at in STEPS:
        got, expected = resumed(other, at), stepped(case, at)
        assert got[1:] == expected[1:]


@pytest.mark.parametrize("case", [c for c in CASES if c.lrs == (0.1,)][::6], ids=name_of)
def test_it_goes_on_as_if_never_interrupted(case: Case) -> None:
    scheduler, whole = built_at(case, 0), built_at(case, 0)
    if isinstance(resumed(scheduler, 11)[0], type):
        return  # this row ends before
    for _ in range(11):
        step(whole)
    for _ in range(20):
        for each in (scheduler, whole):
            with suppress(*STEP_ERRORS):
                step(each)

        assert where(scheduler) == where(whole)


def test_a_tensor_lr_keeps_its_identity() -> None:
    optimizer = torch_optimizer(torch.tensor(0.1))
    kept = optimizer.param_groups[0]["lr"]
    scheduler = lr_scheduler.StepLR(optimizer, 2)
    expected = lr_scheduler.StepLR(torch_optimizer(torch.tensor(0.1)), 2)
    for _ in range(5):
        step(expected)
    scheduler.resume(5)

    assert optimizer.param_groups[0]["lr"] is kept
    assert where(scheduler) == where(expected)


def test_a_users_subclass_is_stepped_there() -> None:
    class Wavy(lr_scheduler.StepLR):
        def get_lr(self) -> list[Any]:
            factor = 1 + 0.1 * math.sin(self.last_epoch)
            return [group["lr"] * factor for group in self.optimizer.param_groups]

    expected, actual = (Wavy(torch_optimizer(0.1), 30) for _ in range(2))
    for _ in range(40):
        step(expected)
    actual.resume(40)

    assert where(actual) == where(expected)


def test_a_long_way_costs_no_step_where_nothing_changes() -> None:
    calls = []
    scheduler = lr_scheduler.LambdaLR(torch_optimizer(0.1), lambda e: calls.append(e) or 0.5)  # type: ignore[func-returns-value]
    calls.clear()
    scheduler.resume(10**9)
    lr_scheduler.CosineAnnealingWarmRestarts(torch_optimizer(0.1), 10, 2).resume(10**9)
    lr_scheduler.LinearLR(torch_optimizer(0.1), total_iters=10).resume(10**9)

    assert calls == [0, 10**9]


def test_no_order_warning_and_one_line_for_the_whole_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    optimizer = torch_optimizer(0.1)
    members = [lr_scheduler.ExponentialLR(optimizer, 0.5, verbose=True) for _ in range(2)]
    scheduler = lr_scheduler.ChainedScheduler(members, verbose=True)
    capsys.readouterr()
    scheduler.resume(3)

    assert len(capsys.readouterr().out.splitlines()) == 1
    assert all(each.verbose for each in (*members, scheduler))


def test_torchs_own_members_are_refused() -> None:
    optimizer = torch_optimizer(0.1)
    members = [torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)]
    scheduler = lr_scheduler.ChainedScheduler(members)

    with pytest.raises(TypeError, match="can only go to a step of members of bridge, got torch"):
        scheduler.resume(3)


@pytest.mark.parametrize("schedule", [*PLAIN, *COMPOSED], ids=str)
def test_a_checkpoint_of_the_optimizer_may_be_loaded_first(schedule: Schedule) -> None:
    whole = schedule.build(lr_scheduler, torch_optimizer(0.1))
    for _ in range(ELSEWHERE):
        step(whole)
    optimizer = torch_optimizer(0.7)
    optimizer.load_state_dict(copy.deepcopy(whole.optimizer.state_dict()))
    scheduler = schedule.build(lr_scheduler, optimizer)
    scheduler.resume(ELSEWHERE)

    assert where(scheduler) == where(whole)
