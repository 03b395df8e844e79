"""The native scheduler for one of bridge's, brought to the same step, for `bridge.lower`.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/LRScheduler_en.html
https://oneflow.readthedocs.io/en/v0.9.0/optim.html#adjust-learning-rate
"""

from __future__ import annotations

import inspect
import math
import warnings
from typing import TYPE_CHECKING, Any, Final

from bridge._lower_rows import HINT, choose, native_class
from bridge.backends import typename
from bridge.equivalents import REQUIREMENTS, misfit, native_arguments
from bridge.errors import UnsupportedError
from bridge.optim._scalars import plain

if TYPE_CHECKING:
    from bridge.backends._protocol import Group
    from bridge.equivalents import Equivalent

PLATEAU: Final = "ReduceLROnPlateau"
# What a plateau has seen: torch's attribute, which Paddle has too -> OneFlow's.
PROGRESS: Final = {
    "best": "best",
    "num_bad_epochs": "num_bad_steps",
    "cooldown_counter": "cooldown_counter",
    "last_epoch": "last_step",
}
# What a warm-up stands in front of: a schedule, or an optimizer for a constant rate.
WARMED_UP: Final = {"optimizer_or_scheduler", "scheduler_or_optimizer"}
# Of the largest learning rate: torch's recursions drift from closed forms by 4e-11 in 1e5 steps.
SAME_LR: Final = 1e-9


def start_lr(group: Group, scheduler: Any) -> float:
    """Return the learning rate that the native optimizer is built with."""
    has_start = scheduler is not None and name_of(scheduler) != PLATEAU
    lr: float = plain(group["initial_lr"] if has_start else group["lr"])
    return lr


def factors_of(groups: list[Group], scheduler: Any) -> list[float]:
    """Return what each group's learning rate is, as a multiple of the first one's."""
    first, *others = (start_lr(group, scheduler) for group in groups)
    # Groups without a rate of their own are exact whatever it is, also 0.
    return [1.0, *(1.0 if lr == first else lr / first if first else math.nan for lr in others)]


def name_of(scheduler: Any) -> str:
    """Return torch's name of a scheduler of bridge; refuse any other."""
    kind = type(scheduler)
    if not kind.__module__.startswith("bridge.optim.lr_scheduler."):
        raise UnsupportedError(
            f"{typename(scheduler)} cannot be lowered: no framework has this class.\n{HINT}"
        )
    return kind.__name__


def attach(framework: str, native: Any, scheduler: Any) -> Any:
    """Build the native scheduler, let it drive `native`, and take it to the same step."""
    groups = scheduler.optimizer.param_groups
    made = _build(framework, native, scheduler, start_lr(groups[0], scheduler))
    if framework == "paddle":
        native.set_lr_scheduler(made)
    if name_of(scheduler) == PLATEAU:
        _take_over(framework, made, scheduler)
    else:
        _replay(made, _steps_of(scheduler))
    if framework == "paddle":
        natives = [made() * factor for factor in factors_of(groups, scheduler)]
    else:
        natives = [group["lr"] for group in native.param_groups]
    _check_lrs([plain(g["lr"]) for g in groups], natives, made)
    made.verbose = scheduler.verbose
    return made


def _build(framework: str, native: Any, scheduler: Any, lr: float) -> Any:
    name_of(scheduler)
    values = _arguments_of(scheduler)
    row = choose(framework, type(scheduler), lambda row: _lacking(row, scheduler, values))
    values["optimizer"] = native
    members = [_build(framework, native, each, lr) for each in _native_members(row, scheduler)]
    if "schedulers" in values:
        values |= _first_arguments(values["schedulers"])
        values["schedulers"] = members
    for name in WARMED_UP & set(values):
        values[name] = members[0] if members else lr if framework == "paddle" else native
    return native_class(row)(**native_arguments(row, values, lr))


def _native_members(row: Equivalent, scheduler: Any) -> list[Any]:
    is_warm_up = "linear warm-up" in row.requires
    return _members_of(scheduler)[1:] if is_warm_up else _members_of(scheduler)


def _members_of(scheduler: Any) -> list[Any]:
    return list(getattr(scheduler, "_schedulers", []))  # as in torch


def _first_arguments(members: list[Any]) -> dict[str, Any]:
    return _arguments_of(members[0]) if type(members[0]).__name__ == "LinearLR" else {}


def _lacking(row: Equivalent, scheduler: Any, values: dict[str, Any]) -> str | None:
    if (reason := misfit(row, values)) is not None:
        return reason
    needs = set(row.requires)
    several = len({start_lr(group, scheduler) for group in scheduler.optimizer.param_groups}) > 1
    of_lists = isinstance(values.get("lr_lambda"), list)
    for requirement, breaks in (
        ("one rate", several),
        ("one rate or no floor", several and values.get("eta_min") != 0),
        ("one function", of_lists),
        ("repeatable function", of_lists),
        ("rising warm-up", not 0 <= values.get("start_lr", 0) < values.get("end_lr", 1)),
    ):
        if breaks and requirement in needs:
            return f"{row.native} equals torch's only if {REQUIREMENTS[requirement]}"
    if "linear warm-up" in needs and not _is_linear_warm_up(values):
        return f"{row.native} equals torch's only if {REQUIREMENTS['linear warm-up']}"
    return _lacking_of_members(row, _members_of(scheduler)) if row.members else None


def _lacking_of_members(row: Equivalent, members: list[Any]) -> str | None:
    for member in members:
        name = type(member).__name__
        if name not in row.members:
            return f"{row.native} cannot have torch's {name} as a member"
        values = _arguments_of(member)
        for argument, condition in row.members[name].items():
            if not condition.holds(values[argument]):
                return (
                    f"{row.native} can have torch's {name} as a member only if `{argument}` is "
                    f"{condition.text}; here it is {values[argument]!r}"
                )
    return None


def _is_linear_warm_up(values: dict[str, Any]) -> bool:
    first, *others = values["schedulers"]
    if type(first).__name__ != "LinearLR" or len(others) != 1:
        return False
    ends = (first.end_factor, first.total_iters)
    return type(others[0]).__name__ != "LinearLR" and ends == (1.0, values["milestones"][0])


def _arguments_of(scheduler: Any) -> dict[str, Any]:
    """Return torch's arguments, as they are now: a loaded state may have changed attributes."""
    args, kwargs = scheduler._arguments  # noqa: SLF001 - of our own base class
    bound = inspect.signature(type(scheduler)).bind(*args, **kwargs)
    bound.apply_defaults()
    values = {
        name: vars(scheduler).get(name, value)
        for name, value in bound.arguments.items()
        if name not in ("optimizer", "last_epoch", "last_step", "verbose")
    }
    if "milestones" in values and hasattr(values["milestones"], "elements"):
        values["milestones"] = sorted(values["milestones"].elements())
    if "lr_lambda" in values:
        functions = scheduler.lr_lambdas
        values["lr_lambda"] = functions[0] if len(set(map(id, functions))) == 1 else functions
    return values


def _steps_of(scheduler: Any) -> int:
    # A ChainedScheduler does not count; its members do.
    counting = scheduler if hasattr(scheduler, "last_epoch") else scheduler._schedulers[0]  # noqa: SLF001
    steps: int = counting.last_epoch
    return steps


def _replay(made: Any, steps: int) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Detected call of `lr_scheduler.step\(\)` before")
        for _ in range(steps):
            made.step()


def _take_over(framework: str, made: Any, scheduler: Any) -> None:
    if not scheduler.last_epoch:
        return
    for name, of_oneflow in PROGRESS.items():
        native = of_oneflow if framework == "oneflow" else name
        setattr(made, native, getattr(scheduler, name))


def _check_lrs(ours: list[float], natives: list[float], made: Any) -> None:
    for index, (lr, native) in enumerate(zip(ours, natives, strict=True)):
        if abs(lr - native) > SAME_LR * max(map(abs, ours)):
            raise UnsupportedError(
                f"the schedule cannot be lowered: the lr of group {index} is {lr!r}, and "
                f"{type(made).__name__} would give {native!r} at this step, so something else "
                f"has written it.\n{HINT}"
            )
