"""`bridge.lower`: the framework's own optimizer and scheduler, where they are proven equal.

For what takes native objects only (`oneflow.nn.Graph`, `paddle.Model`, `fleet`, sharding). The
conditions are those of `bridge.equivalents`, which `optbridge port` reads too.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

import inspect
import math
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bridge._lower_rows import HINT, choose, native_class
from bridge._lower_schedule import attach, factors_of, start_lr
from bridge.backends import backend_name, typename
from bridge.backends.native import oneflow_state, paddle_state
from bridge.equivalents import REQUIREMENTS, group_arguments, misfit, native_arguments
from bridge.errors import UnsupportedError
from bridge.optim._bias_correction import DO_BIAS_CORRECTION, is_correcting
from bridge.optim._scalars import plain
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.backends._protocol import Group
    from bridge.equivalents import Equivalent


# OneFlow's own options of a group, which bridge takes on every framework.
CLIPPING: Final = ("clip_grad_max_norm", "clip_grad_norm_type")
NOT_DEFAULTS: Final = ("params", *CLIPPING)


def lower(optimizer: Any, scheduler: Any = None) -> Any:
    """Return the framework's own optimizer, and scheduler, that go on as these would.

    They are built from the hyperparameters of now, on the same parameters. What has been learned
    so far is taken over: moments, step counts and the place in the schedule. Use the native
    objects alone from then on. Step hooks are not taken over.

    Args:
        optimizer: one of `bridge.optim`. On torch's parameters the result is torch's plain class.
        scheduler: one of `bridge.optim.lr_scheduler` that drives it.

    Returns:
        The native optimizer; with a scheduler, the pair of both, attached to each other.

    Raises:
        UnsupportedError: where the native class would train differently; it says why.

    >>> import paddle
    >>> import bridge
    >>> weight = paddle.create_parameter([2], "float32")
    >>> optimizer = bridge.optim.SGD([weight], lr=0.1, momentum=0.9)
    >>> scheduler = bridge.optim.lr_scheduler.StepLR(optimizer, step_size=30)
    >>> native, schedule = lower(optimizer, scheduler)
    >>> type(native).__name__, type(schedule).__name__, native.get_lr()
    ('Momentum', 'StepDecay', 0.1)
    """
    kind = _class_of(optimizer)
    if scheduler is not None and getattr(scheduler, "optimizer", None) is not optimizer:
        raise ValueError(
            "scheduler must drive the optimizer that is lowered with it, got one that drives "
            f"{typename(getattr(scheduler, 'optimizer', None))}.\n"
            "Hint: pass the optimizer that the scheduler was built on."
        )
    live = _Live(optimizer, scheduler, kind)
    row = choose(live.framework, kind, lambda row: _lacking(row, live))
    native = _build(row, live)
    schedule = None if scheduler is None else attach(live.framework, native, scheduler)
    _hand_over(live, native)
    return native if schedule is None else (native, schedule)


@dataclass(frozen=True, slots=True)
class _Live:
    """What is lowered: the objects that conditions are evaluated on."""

    optimizer: Any
    scheduler: Any
    kind: type

    @property
    def framework(self) -> str:
        return str(backend_name(self.params[0]))

    @property
    def params(self) -> list[Any]:
        return [param for group in self.optimizer.param_groups for param in group["params"]]

    @property
    def factors(self) -> list[float]:
        return factors_of(self.optimizer.param_groups, self.scheduler)

    def options(self, group: Group) -> dict[str, Any]:
        """Return torch's arguments for a group, as numbers and flags; OneFlow's where they tell."""
        known = set(inspect.signature(self.kind).parameters) - {"params"}
        if not is_correcting(group):
            known.add(DO_BIAS_CORRECTION)
        values = {name: plain(group[name]) for name in group if name in known}
        return {**values, "lr": start_lr(group, self.scheduler)}


def _is_one_group(live: _Live) -> bool:
    return len(live.optimizer.param_groups) == 1


def _has_all_gradients(live: _Live) -> bool:
    states = live.optimizer.state
    counts = {int(state["step"]) for state in states.values() if "step" in state}
    is_even = len(states) in (0, len(live.params)) and len(counts) <= 1
    return is_even and all(param.requires_grad for param in live.params)


# What can be seen of a requirement on the objects. The others hold by what `lower` does: it takes
# one scheduler, and compares the learning rates with the native schedule's.
REQUIRED: Final[Mapping[str, Callable[[_Live], bool]]] = {
    "one group": _is_one_group,
    "gradients at every step": _has_all_gradients,
    "no scheduler": lambda live: live.scheduler is None,
}


def _lacking(row: Equivalent, live: _Live) -> str | None:
    for group in live.optimizer.param_groups:
        if (reason := misfit(row, live.options(group))) is not None:
            return reason
    for requirement in row.requires:
        if requirement in REQUIRED and not REQUIRED[requirement](live):
            return f"{row.native} equals torch's only if {REQUIREMENTS[requirement]}"
    reason = None if live.framework == "torch" else _lacking_of_groups(row, live)
    return reason or _lacking_of_params(row, live)


def _lacking_of_groups(row: Equivalent, live: _Live) -> str | None:
    first, *others = map(live.options, live.optimizer.param_groups)
    for name in first.keys() | {key for other in others for key in other}:
        is_one = all(other.get(name) == first.get(name) for other in others)
        if not is_one and name not in row.group_options:
            return f"{row.native} has no `{name}` for a single group"
    if live.framework == "paddle" and any(map(math.isnan, live.factors)):
        return "Paddle cannot scale a learning rate of 0, which the first group has"
    return None


def _lacking_of_params(row: Equivalent, live: _Live) -> str | None:
    # Paddle writes what groups have on their parameters, whatever those had of their own.
    is_flat = _is_one_group(live)
    carrying = map(paddle_state.carries_options, live.params)
    if live.framework == "paddle" and is_flat and any(carrying):
        return "Paddle would scale or decay parameters by their own ParamAttr, and torch has none"
    narrow = [str(param.dtype) for param in live.params if "float16" in str(param.dtype)]
    if narrow and live.framework != "torch":
        return f"{row.native} equals torch's in float32 and float64; here is {narrow[0]}"
    return None


def _build(row: Equivalent, live: _Live) -> Any:
    groups = [
        native_arguments(row, {"params": group["params"], **live.options(group)}, lr=0.0)
        for group in live.optimizer.param_groups
    ]
    if live.framework == "paddle":
        return native_class(row)(**_paddle_arguments(row, live, groups[0]))
    if live.framework == "oneflow":
        for group, ours in zip(groups, live.optimizer.param_groups, strict=True):
            group |= {name: ours[name] for name in CLIPPING if name in ours}
    options = {name: value for name, value in groups[0].items() if name not in NOT_DEFAULTS}
    return native_class(row)(groups, **options)


def _paddle_arguments(row: Equivalent, live: _Live, first: dict[str, Any]) -> dict[str, Any]:
    if _is_one_group(live):
        return first
    groups = [
        {
            "params": group["params"],
            **group_arguments(row, {**live.options(group), "lr": factor}),
        }
        for group, factor in zip(live.optimizer.param_groups, live.factors, strict=True)
    ]
    return {**first, "parameters": groups}


def _hand_over(live: _Live, native: Any) -> None:
    """Have `native` go on from the state so far."""
    if live.framework == "torch":
        native.load_state_dict(deepcopy(live.optimizer.state_dict()))
        return
    put = {"paddle": paddle_state.put_state, "oneflow": oneflow_state.put_state}[live.framework]
    put(native, live.optimizer.param_groups, live.optimizer.state)


def _class_of(optimizer: Any) -> type:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"lower takes an optimizer of bridge.optim, got {typename(optimizer)}.\n"
            "Hint: a native optimizer is what lower would return; of bridge.wrap it is `native`."
        )
    # On torch the class was made at run time, and says of which one.
    kind: type = type(optimizer).__dict__.get("_users_class", type(optimizer))
    if not kind.__module__.startswith("bridge.optim."):
        raise UnsupportedError(
            f"{kind.__name__} cannot be lowered: no framework has this class of your own.\n{HINT}"
        )
    return kind
