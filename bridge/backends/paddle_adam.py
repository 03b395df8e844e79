"""Paddle's step of Adam, by the faster of its two operations.

They round 1 - beta to the parameters' type; a bias correction from the exact beta would not fit to
it and cost 4e-6 in float32.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Adam_en.html
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import paddle
from paddle import _C_ops

from bridge.backends._rounding import fitted_decay, single
from bridge.backends.paddle_pieces import all_with_decay, scalar, with_twins_apart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.backends._protocol import Batch, Group, Tensor

_LARGE = 100_000
"""From how many elements per tensor on `fused_adam_` is a tenth faster than `merged_adam_`."""

_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class AdamStep:
    """What one call of Adam's operation is given beside params and grads."""

    means: list[Tensor]
    squares: list[Tensor]
    largest: list[Tensor] | None
    powers: tuple[list[Tensor], list[Tensor]]
    betas: tuple[float, float]
    eps: float
    decay: float | None = None


def run_adam(params: list[Tensor], given: Iterable[Tensor], lr: float, step: AdamStep) -> None:
    grads, rate = list(given), scalar(lr, params[0], [])
    tensors = (step.means, step.squares, step.largest, *step.powers, None)  # no master copies
    coefficients = (*step.betas, step.eps)
    # No master copies, the powers are ours and stay as they are, amsgrad.
    flags = (False, True, step.largest is not None)
    if step.decay is None and not _are_large(params):
        _C_ops.merged_adam_(params, grads, [rate] * len(params), *tensors, *coefficients, *flags)
        return
    skipped, chunk = None, 1  # none; and a size that the CPU's kernel ignores
    decay = (step.decay or 0.0, step.decay is not None)
    _C_ops.fused_adam_(params, grads, rate, *tensors, skipped, *coefficients, chunk, *decay, *flags)


def _are_large(params: list[Tensor]) -> bool:
    # To ask all of many small ones would take longer than to be wrong.
    samples = params[:: len(params) // _SAMPLES + 1]
    return sum(int(prod(param.shape)) for param in samples) > _LARGE * len(samples)


def claims_adam(group: Group, dtype: str) -> bool:
    del group
    return dtype in {"float32", "float64"}


@with_twins_apart
def adam(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    in_kernel = None
    if not group["decoupled_weight_decay"]:
        grads = all_with_decay(params, grads, group)
    elif decay != 0 and params[0].dtype == paddle.float64:
        # The kernel would round the decay to float32.
        shrink(params, 1 - lr * decay)
    elif decay != 0 and lr != 0:
        in_kernel = fitted_decay(lr, decay)
    beta1, beta2 = (float(beta) for beta in group["betas"])
    steps = []
    for state in states:
        step = state["step"] = state["step"] + 1
        steps.append(step)
    given = AdamStep(
        means=[state["exp_avg"] for state in states],
        squares=[state["exp_avg_sq"] for state in states],
        largest=[state["max_exp_avg_sq"] for state in states] if group["amsgrad"] else None,
        powers=(
            _powers(beta1, steps, params[0], group),
            _powers(beta2, steps, params[0], group),
        ),
        betas=(beta1, beta2),
        eps=float(group["eps"]),
        decay=in_kernel,
    )
    run_adam(params, grads, lr, given)


def shrink(params: list[Tensor], factor: float) -> None:
    for param in params:
        _C_ops.scale_(param, factor, 0.0, True)


def power_of(beta: float, step: int, group: Group, *, is_double: bool = False) -> float:
    """Return the power of beta that the bias correction is one minus of."""
    base = beta if is_double else single(beta)
    # Without a correction for the start, there is still one for that rounding.
    return base**step if group.get("do_bias_correction", True) else 1 - (1 - base) / (1 - beta)


def _powers(beta: float, steps: list[int], like: Tensor, group: Group) -> list[Tensor]:
    is_double = like.dtype == paddle.float64
    # Parameters that got their first gradient later count their own steps.
    powers = {
        step: scalar(power_of(beta, step, group, is_double=is_double), like, [1])
        for step in set(steps)
    }
    return [powers[step] for step in steps]
