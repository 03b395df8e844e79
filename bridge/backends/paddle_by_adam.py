"""What Paddle's step of Adam steps as well: RMSprop and RAdam.

Adam's operations multiply the rate by sqrt(1 - power2) / (1 - power1), and eps by sqrt(1 - power2),
the powers being those of the betas. With powers of zero they correct nothing: what is left, with
rates of their own, is the step of the two. Their own operations train differently: that of RMSprop
adds eps under the root, that of RAdam decides in float32 when to rectify.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Adam_en.html
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from bridge.backends._protocol import Batch
from bridge.backends._rectification import rectification
from bridge.backends._rounding import mean_scale
from bridge.backends.paddle_adam import AdamStep, run_adam, shrink
from bridge.backends.paddle_momentum import run_momentum
from bridge.backends.paddle_pieces import all_with_decay, scalar, with_twins_apart, zeros_like

if TYPE_CHECKING:
    from bridge.backends._protocol import Group, Row, Tensor

_NO_ROOT = 1e15
"""An eps beside which, in float32, nothing is left of the root that it is added to."""


def claims_rmsprop(group: Group, dtype: str) -> bool:
    return dtype == "float32" and not group["centered"] and group["alpha"] < 1


@with_twins_apart
def rmsprop(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    lr, momentum, alpha = float(group["lr"]), float(group["momentum"]), float(group["alpha"])
    # Like torch, a KeyError where momentum is switched on after the first step.
    buffers = [state["momentum_buffer"] for state in states] if momentum > 0 else []
    for state in states:
        state["step"] += 1
    grads = all_with_decay(params, grads, group)
    scale = sqrt(mean_scale(alpha))
    step = AdamStep(
        means=grads,  # with a beta of zero the mean is the gradient itself
        squares=[state["square_avg"] for state in states],
        largest=None,
        powers=_no_powers(params),
        betas=(0.0, alpha),
        eps=float(group["eps"]) * scale,
    )
    if momentum > 0:
        updates = [zeros_like(param) for param in params]
        run_adam(updates, grads, -scale, step)
        run_momentum(params, updates, buffers, lr, momentum)
    else:
        run_adam(params, grads, lr * scale, step)


@with_twins_apart
def radam(batch: Batch, group: Group) -> None:
    lr, decay, (beta1, beta2) = float(group["lr"]), float(group["weight_decay"]), group["betas"]
    params, grads, states = batch
    if not group["decoupled_weight_decay"]:
        grads = all_with_decay(params, grads, group)
    elif decay != 0:
        shrink(params, 1 - lr * decay)
    scale = sqrt(mean_scale(beta2))
    # Parameters that got their first gradient later count their own steps.
    for count, rows in _by_step(Batch(params, grads, states)).items():
        those, theirs, kept = Batch.of(rows)
        ratio = rectification(count, beta2)
        rate = lr / (1 - beta1**count) / mean_scale(beta1)
        eps = _NO_ROOT if ratio is None else float(group["eps"]) * scale
        step = AdamStep(
            means=[state["exp_avg"] for state in kept],
            squares=[state["exp_avg_sq"] for state in kept],
            largest=None,
            powers=_no_powers(those),
            betas=(beta1, beta2),
            eps=eps,
        )
        run_adam(those, theirs, rate * (_NO_ROOT if ratio is None else ratio * scale), step)


def _by_step(batch: Batch) -> dict[int, list[Row]]:
    """Count the step of each parameter, and return those that stand at the same one."""
    found: dict[int, list[Row]] = {}
    for row in zip(*batch, strict=True):
        state = row[-1]
        count = state["step"] = state["step"] + 1
        found.setdefault(count, []).append(row)
    return found


def _no_powers(params: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    powers = [scalar(0.0, params[0], [1])] * len(params)
    return powers, powers
