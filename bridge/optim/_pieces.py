"""Steps that several formulas share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.backends._protocol import Backend, Group, Tensor


def follow(xp: Backend, mean: Tensor, value: Tensor, beta: float) -> None:
    """Move a running mean towards `value`, in place, by torch's `lerp_`."""
    xp.assign(mean, mean + (value - mean) * (1 - beta))


def follow_square(xp: Backend, mean: Tensor, value: Tensor, beta: float) -> None:
    """Move a running mean towards the square of `value`, in place, by torch's `addcmul_`."""
    xp.assign(mean, mean * beta + value * value * (1 - beta))


def with_decay(param: Tensor, grad: Tensor, group: Group) -> Tensor:
    """Add the weight decay to the gradient."""
    decay = group["weight_decay"]
    return grad + param * decay if decay != 0 else grad


def decayed(xp: Backend, param: Tensor, grad: Tensor, group: Group) -> Tensor:
    """Decay the parameter itself where the group says so, else add the decay to the gradient."""
    if not group["decoupled_weight_decay"]:
        return with_decay(param, grad, group)
    if group["weight_decay"] != 0:
        xp.assign(param, param * (1 - group["lr"] * group["weight_decay"]))
    return grad
