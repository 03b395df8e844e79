"""What Paddle's kernels share."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from paddle import _C_ops

from bridge.backends._protocol import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bridge.backends._protocol import Group, Tensor


def with_decay(param: Tensor, grad: Tensor, group: Group) -> Tensor:
    decay = group["weight_decay"]
    return grad + param * decay if decay != 0 else grad


def all_with_decay(params: list[Tensor], grads: Iterable[Tensor], group: Group) -> list[Tensor]:
    if group["weight_decay"] == 0:
        return list(grads)
    return [with_decay(*pair, group) for pair in zip(params, grads, strict=True)]


def scalar(value: float, like: Tensor, shape: list[int]) -> Tensor:
    return _C_ops.full(shape, float(value), like.dtype, like.place)


def zeros_like(tensor: Tensor) -> Tensor:
    return _C_ops.full_like(tensor, 0.0, tensor.dtype, tensor.place)


def with_twins_apart(run: Callable[[Batch, Group], None]) -> Callable[[Batch, Group], None]:
    """Have a step that decays all parameters first take one given twice in two goes.

    torch only warns of it, and decays it anew before its second step.
    """

    @wraps(run)
    def run_apart(batch: Batch, group: Group) -> None:
        if group["weight_decay"] == 0 or len(set(map(id, batch.params))) == len(batch.params):
            run(batch, group)
            return
        for row in zip(*batch, strict=True):
            run(Batch.of([row]), group)

    return run_apart
