"""Stepping a schedule on plain groups, and keeping what it writes: exact by construction."""

from __future__ import annotations

import sys
from array import array
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge._progress import stretches
from bridge.errors import SimulationError
from bridge.optim.lr_scheduler import (
    SWALR,
    ChainedScheduler,
    CombinedScheduler,
    CosineAnnealingWarmbootingLR,
    LRScheduler,
)
from bridge.optim.lr_scheduler._resume import is_of_this_package
from bridge.optim.lr_scheduler._values import is_tensor, paired
from bridge.optim.lr_scheduler._views import View, _parsed
from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence

    from bridge.simulating.spec import Schedule

SIDE_BY_SIDE = frozenset({ChainedScheduler, CombinedScheduler})
# Those that do no more than set what `get_lr` returns for the next epoch.
PLAIN_STEPS = (LRScheduler.step, CosineAnnealingWarmbootingLR.step)
NEED_METRICS = frozenset({"ReduceLROnPlateau", "ReduceOnPlateau"})
Values: TypeAlias = "Mapping[str, tuple[array[float], ...]]"  # by name, group and step
Place: TypeAlias = "tuple[str, int | None]"  # a group's key, and which entry of a tuple


def stepped(schedule: Schedule, steps: int, metrics: Iterable[float] | None) -> Values:
    """Return the values of every scheduled hyperparameter, by name and group."""
    scheduler, groups = schedule.scheduler, schedule.groups
    advance = _advance(schedule, steps, metrics)
    if groups is None:
        return {"lr": (_asked(scheduler, steps, advance),)}
    is_ours = isinstance(scheduler, LRScheduler) and is_of_this_package(type(scheduler))
    driven = {("lr", None), *(_driven(scheduler) if is_ours else _numbers(groups))}
    members = _side_by_side(scheduler)
    is_lean = all(is_plain(member, groups) for member in members)
    if driven == {("lr", None)} and len(groups) == 1 and is_lean:
        settled = min(steps, _settled(scheduler))
        curve = lean(members, groups[0], settled)
        curve.extend(array("d", curve[-1:]) * (steps - settled))
        return {"lr": (curve,)}
    records: dict[Place, list[array[float]]] = {
        place: [array("d") for _ in groups] for place in sorted(driven, key=_lr_first)
    }
    _record(records, groups, steps, advance)
    return {
        key if index is None else f"{key}[{index}]": tuple(of_groups)
        for (key, index), of_groups in records.items()
        # Of a schedule that we do not know, what it drives is what changes.
        if is_ours or key == "lr" or any(len(set(record)) > 1 for record in of_groups)
    }


def _record(
    records: Mapping[Place, list[array[float]]],
    groups: Sequence[MutableMapping[str, Any]],
    steps: int,
    advance: Callable[[], object],
) -> None:
    all_of = [
        (record.append, group, key, index)
        for (key, index), of_groups in records.items()
        for record, group in zip(of_groups, groups, strict=True)
    ]
    whole = [(keep, group, key) for keep, group, key, index in all_of if index is None]
    entries = [(keep, group, key, index) for keep, group, key, index in all_of if index is not None]
    for stretch in stretches(steps, "simulating"):
        for step in stretch:
            if step:
                advance()
            for keep, group, key in whole:
                keep(group[key])
            for keep, group, key, index in entries:
                keep(group[key][index])


def _asked(scheduler: Any, steps: int, advance: Callable[[], object]) -> array[float]:
    record = array("d")
    for step in range(steps):
        if step:
            advance()
        record.append(scheduler.last_lr)
    return record


def _advance(
    schedule: Schedule, steps: int, metrics: Iterable[float] | None
) -> Callable[[], object]:
    scheduler = schedule.scheduler
    if needs_metrics(scheduler) or (metrics is not None and _may_have_metrics(scheduler)):
        given = list(islice(metrics or (), steps))
        if len(given) < steps - 1:
            raise SimulationError(
                f"{type(scheduler).__name__} needs a metric for each of {steps - 1} steps, "
                f"got {len(given)}.\n"
                "Hint: give the losses that you expect: metrics=[...], or --metrics FILE."
            )
        following = iter(given)
        return lambda: scheduler.step(next(following))
    if metrics is not None:
        raise SimulationError(f"{type(scheduler).__name__} takes no metrics.")
    return _quickest(scheduler, schedule.groups)


def needs_metrics(scheduler: Any) -> bool:
    """Say whether a schedule is stepped with a metric, of whichever framework it is."""
    return bool(_kinds(scheduler) & NEED_METRICS)


def _may_have_metrics(scheduler: Any) -> bool:
    return "MetricSequentialLR" in _kinds(scheduler)


def _kinds(scheduler: Any) -> set[str]:
    return {base.__name__ for base in type(scheduler).__mro__}


def _quickest(
    scheduler: Any, groups: Sequence[MutableMapping[str, Any]] | None
) -> Callable[[], object]:
    """Return what steps a schedule, and each of its members, without what only a training needs."""
    step: Callable[[], object] = scheduler.step
    if groups is None:
        return step
    if is_plain(scheduler, groups):
        return _quick(scheduler, groups)
    members = _side_by_side(scheduler)
    if members == [scheduler]:
        return step
    steps = [_quickest(member, groups) for member in members]
    return lambda: [step() for step in steps]


def _side_by_side(scheduler: Any) -> list[Any]:
    """Return what is stepped at each step of a schedule: its members, or itself."""
    if type(scheduler) in SIDE_BY_SIDE and not scheduler.verbose:
        return list(scheduler._schedulers)  # noqa: SLF001 - a schedule of ours
    return [scheduler]


def _settled(scheduler: Any) -> int:
    """Return after how many steps nothing changes any more."""
    is_fresh = type(scheduler) is SWALR and scheduler.last_epoch == 0
    return int(scheduler.anneal_epochs) + 3 if is_fresh else sys.maxsize


def does_no_more(scheduler: Any) -> bool:
    """Say whether a schedule's step is `get_lr` for the next epoch and nothing more."""
    kind = type(scheduler)
    return (
        isinstance(scheduler, LRScheduler)
        and is_of_this_package(kind)
        and kind.step in PLAIN_STEPS
        and kind._set_lr is LRScheduler._set_lr  # noqa: SLF001 - a base of ours
        and not scheduler.verbose
    )


def is_plain(scheduler: Any, groups: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether that is so on these groups themselves, and on numbers."""
    return (
        does_no_more(scheduler)
        and scheduler.optimizer.param_groups is groups
        and not any(is_tensor(group["lr"]) for group in groups)
    )


def lean(schedulers: Sequence[Any], group: MutableMapping[str, Any], steps: int) -> array[float]:
    """Do what `_record` and `_quick` do for one learning rate, in half of their time."""
    record = array("d", [group["lr"]])
    if len(schedulers) == 1 and isinstance(schedulers[0], ByEpoch):
        (scheduler,) = schedulers
        formula = partial(scheduler._lr_at, scheduler.base_lrs[0])  # noqa: SLF001 - a base of ours
        first = scheduler.last_epoch + 1
        for stretch in stretches(steps - 1, "simulating"):
            record.extend(map(formula, range(first + stretch.start, first + stretch.stop)))
        return record
    turns = [(scheduler, _begun(scheduler)) for scheduler in schedulers]
    keep = record.append
    for stretch in stretches(steps - 1, "simulating"):
        for _ in stretch:
            for scheduler, get_lr in turns:
                scheduler.last_epoch += 1
                scheduler._step_count += 1  # noqa: SLF001 - a copy, and ours alone
                (value,) = get_lr()
                group["lr"] = value
            keep(value)
    return record


def _begun(scheduler: Any) -> Callable[[], list[Any]]:
    scheduler._get_lr_called_within_step = True  # noqa: SLF001 - a copy, and ours alone
    # Of a class that takes no step when it is built.
    scheduler._step_count = getattr(scheduler, "_step_count", 0)  # noqa: SLF001 - likewise
    get_lr: Callable[[], list[Any]] = scheduler.get_lr
    return get_lr


def _quick(scheduler: Any, groups: Sequence[MutableMapping[str, Any]]) -> Callable[[], object]:
    """Return `scheduler.step` without what only a training needs of it: half of its time."""
    get_lr = _begun(scheduler)

    def advance() -> None:
        scheduler.last_epoch += 1
        scheduler._step_count += 1  # noqa: SLF001 - a copy, and ours alone
        for group, value in paired(groups, get_lr()):
            group["lr"] = value

    return advance


def _driven(scheduler: Any) -> Iterator[Place]:
    """Yield what a schedule of ours writes, and its members."""
    if isinstance(scheduler.optimizer, View):
        yield _parsed(scheduler.optimizer.name)
    if getattr(scheduler, "cycle_momentum", False):
        yield ("betas", 0) if scheduler.use_beta1 else ("momentum", None)
    for member in getattr(scheduler, "_schedulers", ()):
        yield from _driven(member)


def _lr_first(place: Place) -> tuple[bool, str]:
    return place[0] != "lr", str(place)


def _numbers(groups: Sequence[Mapping[str, Any]]) -> set[Place]:
    """Return every number that all groups have."""
    return set.intersection(*(set(_numbers_of(group)) for group in groups))


def _numbers_of(group: Mapping[str, Any]) -> Iterator[Place]:
    for key, value in group.items():
        if _is_number(value):
            yield key, None
        elif isinstance(value, tuple | list):
            yield from ((key, index) for index, each in enumerate(value) if _is_number(each))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
