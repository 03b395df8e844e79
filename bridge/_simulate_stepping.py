"""Stepping a schedule on plain groups, and keeping what it writes: exact by construction."""

from __future__ import annotations

from array import array
from itertools import count, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.errors import SimulationError
from bridge.optim.lr_scheduler import LRScheduler
from bridge.optim.lr_scheduler._resume import is_of_this_package
from bridge.optim.lr_scheduler._values import is_tensor, paired
from bridge.optim.lr_scheduler._views import View, _parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence

    from bridge._simulate_spec import Schedule

NEED_METRICS = frozenset({"ReduceLROnPlateau", "ReduceOnPlateau"})
Place: TypeAlias = "tuple[str, int | None]"  # a group's key, and which entry of a tuple


def stepped(
    schedule: Schedule, steps: int, metrics: Iterable[float] | None
) -> Mapping[str, tuple[array[float], ...]]:
    """Return the values of every scheduled hyperparameter, by name and group."""
    scheduler, groups = schedule.scheduler, schedule.groups
    advance = _advance(schedule, steps, metrics)
    if groups is None:
        return {"lr": (_asked(scheduler, steps, advance),)}
    is_ours = isinstance(scheduler, LRScheduler) and is_of_this_package(type(scheduler))
    driven = {("lr", None), *(_driven(scheduler) if is_ours else _numbers(groups))}
    if driven == {("lr", None)} and len(groups) == 1 and _is_plain(scheduler, groups):
        return {"lr": (_lean(scheduler, groups[0], steps),)}
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
    for step in range(steps):
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
    names = {base.__name__ for base in type(scheduler).__mro__}
    if names & NEED_METRICS or (metrics is not None and "MetricSequentialLR" in names):
        given = list(islice(metrics or (), steps))
        if len(given) < steps - 1:
            raise SimulationError(
                f"{type(scheduler).__name__} needs a metric for each of {steps - 1} steps, "
                f"got {len(given)}.\n"
                "Hint: give bridge.simulate metrics=[...], the losses that you expect."
            )
        following = iter(given)
        return lambda: scheduler.step(next(following))
    if metrics is not None:
        raise SimulationError(f"{type(scheduler).__name__} takes no metrics.")
    if schedule.groups is not None and _is_plain(scheduler, schedule.groups):
        return _quick(scheduler, schedule.groups)
    return scheduler.step  # type: ignore[no-any-return]  # whatever it is


def _is_plain(scheduler: Any, groups: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether a step is `get_lr` and nothing more, on numbers."""
    kind = type(scheduler)
    return (
        isinstance(scheduler, LRScheduler)
        and is_of_this_package(kind)
        and all(getattr(kind, name) is getattr(LRScheduler, name) for name in ("step", "_set_lr"))
        and not scheduler.verbose
        and scheduler.optimizer.param_groups is groups
        and not any(is_tensor(group["lr"]) for group in groups)
    )


def _lean(scheduler: Any, group: MutableMapping[str, Any], steps: int) -> array[float]:
    """Do what `_record` and `_quick` do for one learning rate, in half of their time."""
    record = array("d", [group["lr"]])
    scheduler._get_lr_called_within_step = True  # noqa: SLF001 - a copy, and ours alone
    get_lr, keep, start = scheduler.get_lr, record.append, scheduler.last_epoch
    first_count = scheduler._step_count  # noqa: SLF001 - likewise
    for done in range(1, steps):
        scheduler.last_epoch = start + done
        scheduler._step_count = first_count + done  # noqa: SLF001 - likewise
        (value,) = get_lr()
        group["lr"] = value
        keep(value)
    return record


def _quick(scheduler: Any, groups: Sequence[MutableMapping[str, Any]]) -> Callable[[], object]:
    """Return `scheduler.step` without what only a training needs of it: half of its time."""
    epochs = count(scheduler.last_epoch + 1)
    get_lr = scheduler.get_lr
    scheduler._get_lr_called_within_step = True  # noqa: SLF001 - a copy, and ours alone

    def advance() -> None:
        scheduler.last_epoch = next(epochs)
        scheduler._step_count += 1  # noqa: SLF001 - likewise
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
