"""Paddle's step of SGD, with and without momentum.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Momentum_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paddle import _C_ops

from bridge.backends.paddle_pieces import scalar, with_decay, zeros_like

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.backends._protocol import Batch, Group, Tensor


def claims_sgd(group: Group, dtype: str) -> bool:
    if group["momentum"] == 0:
        return dtype in {"float32", "float64"}
    # The momentum kernel has no dampening, and keeps its coefficients in float32.
    return dtype == "float32" and group["dampening"] == 0


def sgd(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    lr, momentum = float(group["lr"]), float(group["momentum"])
    if momentum == 0:
        rate = scalar(lr, params[0], [])
        for param, grad in zip(params, grads, strict=True):
            _C_ops.sgd_(param, rate, with_decay(param, grad, group), None, False)
        return
    for param, state in zip(params, states, strict=True):
        if "momentum_buffer" not in state:
            # From zero the kernel's first buffer is the gradient itself, as torch's is.
            state["momentum_buffer"] = zeros_like(param)
    buffers = [state["momentum_buffer"] for state in states]
    decay, is_nesterov = float(group["weight_decay"]), bool(group["nesterov"])
    run_momentum(params, grads, buffers, lr, momentum, decay=decay, is_nesterov=is_nesterov)


def run_momentum(
    params: list[Tensor],
    grads: Iterable[Tensor],
    buffers: list[Tensor],
    lr: float,
    momentum: float,
    *,
    decay: float = 0.0,
    is_nesterov: bool = False,
) -> None:
    count = len(params)
    _C_ops.merged_momentum_(
        params,
        list(grads),
        buffers,
        [scalar(lr, params[0], [])] * count,
        None,  # no float32 master copies
        momentum,
        is_nesterov,
        ["l2_decay" if decay != 0 else ""] * count,
        [decay] * count,
        False,
        1.0,  # rescale_grad, which the CPU kernel ignores
    )
