"""Schedules of single hyperparameters: each by itself, on groups that show that one as `lr`."""

# ruff: noqa: SLF001 - the members of a schedule of ours

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler import CombinedScheduler
from bridge.optim.lr_scheduler._views import OF_LR, View, _parsed
from bridge.simulating.spec import PlainOptimizer, Schedule
from bridge.simulating.stepping import does_no_more

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping, Sequence

    from bridge.simulating.stepping import Values


def apart_of(
    schedule: Schedule, steps: int, evaluate: Callable[[Schedule], tuple[Values, bool]]
) -> tuple[Values, bool] | None:
    """Return what schedules set that have nothing to do with each other; None for any other.

    Args:
        schedule: a schedule of one hyperparameter, or several combined.
        steps: how many steps.
        evaluate: simulates one of them.
    """
    groups = schedule.groups
    members = _members(schedule.scheduler)
    if groups is None or not members:
        return None
    driven = [(_name(member), place) for member in members for place in _places(member, groups)]
    if len(set(driven)) < len(driven):
        return None  # they go on from what the others have set
    found: dict[str, list[array[float]]] = {}
    is_exact = True
    for member in members:
        name, places, seen = _name(member), _places(member, groups), _seen(member)
        # As a training would have them, constant where nothing drives them.
        for key in ("lr", name):
            found.setdefault(key, [array("d", [_value(each, key)]) * steps for each in groups])
        member.optimizer = PlainOptimizer(seen)
        values, is_member_exact = evaluate(Schedule(member, seen))
        is_exact = is_exact and is_member_exact
        for place, curve in zip(places, values["lr"], strict=True):
            found[name][place] = curve
    ordered = sorted(found, key=lambda key: (key != "lr", key))
    return {key: tuple(found[key]) for key in ordered}, is_exact


def _members(scheduler: Any) -> list[Any]:
    is_combined = type(scheduler) is CombinedScheduler and not scheduler.verbose
    members = list(scheduler._schedulers) if is_combined else [scheduler]
    is_apart = is_combined or isinstance(getattr(scheduler, "optimizer", None), View)
    return members if is_apart and all(map(_is_simple, members)) else []


def _is_simple(scheduler: Any) -> bool:
    has_members = hasattr(scheduler, "_schedulers")
    return (
        does_no_more(scheduler)
        and not has_members
        and not getattr(scheduler, "cycle_momentum", False)
    )


def _name(scheduler: Any) -> str:
    return scheduler.optimizer.name if isinstance(scheduler.optimizer, View) else "lr"


def _places(scheduler: Any, groups: Sequence[Any]) -> Sequence[int]:
    limited = scheduler.optimizer.groups if isinstance(scheduler.optimizer, View) else None
    return range(len(groups)) if limited is None else limited


def _seen(scheduler: Any) -> list[MutableMapping[str, Any]]:
    groups = scheduler.optimizer.param_groups
    return [
        {key: group[key] for key in ("lr", *OF_LR, "swa_lr") if key in group} for group in groups
    ]


def _value(group: Mapping[str, Any], name: str) -> float:
    key, index = _parsed(name)
    value = group[key] if index is None else group[key][index]
    return float(value)
