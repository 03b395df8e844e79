"""Our state as Paddle's own optimizers keep it, for their `set_state_dict`.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.backends import backend
from bridge.backends.native.paddle_state import SCALARS
from bridge.native_state._paddle_names import (
    ACCUMULATORS,
    OTHERS,
    POWERS,
    is_optional,
    native_class,
)
from bridge.optim._scalars import plain, single

if TYPE_CHECKING:
    from bridge.backends._protocol import Backend, Group, State, Tensor


def from_ours(optimizer: Any, scheduler: Any) -> dict[str, Any]:
    """Return the dict that `paddle.save` puts into a .pdopt."""
    native = native_class(type(optimizer).__name__)
    xp = backend("paddle")
    found: dict[str, Any] = {}
    for group in optimizer.param_groups:
        if native == "Momentum" and group["momentum"] == 0:
            continue
        for param in group["params"]:
            if param.requires_grad:
                state = optimizer.state.get(param, {})
                entries = _entries(xp, native, param, group, state)
                found |= {f"{param.name}_{name}_0": value for name, value in entries.items()}
    if scheduler is not None:
        lr = float(optimizer.param_groups[0]["lr"])
        found["LR_Scheduler"] = {"last_epoch": scheduler.last_epoch, "last_lr": lr}
    return found


def _entries(
    xp: Backend, native: str, param: Tensor, group: Group, state: State
) -> dict[str, Tensor]:
    zeros = xp.zeros_like(param)
    entries = {}
    for accumulator, key in ACCUMULATORS[native].items():
        # Paddle wants every entry, also of a parameter that had no gradient yet.
        if accumulator == "moment2_max" and is_optional(accumulator, group):
            continue
        entries[accumulator] = xp.clone(state.get(key, zeros))
    if native == "RMSProp":
        # torch's buffer is of directions, Paddle's of steps.
        entries["momentum"] = entries["momentum"] * float(group["lr"])
    if native == "Rprop" and not state:
        entries["learning_rates"] = zeros + float(group["lr"])
    numbers = _numbers(native, group, state, is_single=xp.dtype(param) == "float32")
    like = zeros if native in OTHERS else zeros.reshape([-1])[:1]
    return entries | {name: like + number for name, number in numbers.items()}


def _numbers(native: str, group: Group, state: State, *, is_single: bool) -> dict[str, float]:
    names = (*POWERS.get(native, {}), *OTHERS.get(native, ()))
    if not names:
        return {}
    first, second = (plain(beta) for beta in group["betas"])
    betas = (single(first), single(second)) if is_single else (first, second)
    if native in OTHERS and not state:
        return dict.fromkeys(names, 1.0)
    # All but two keep what Adam does, or a part of it.
    numbers = SCALARS.get(native, SCALARS["Adam"])(float(state.get("step", 0)), betas, state)
    return {name: numbers[name] for name in names}
