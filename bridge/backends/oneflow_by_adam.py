"""What OneFlow's step of Adam steps as well: RMSprop and RAdam.

Without its bias corrections, and with rates of their own, it is the step of the two. OneFlow's own
RMSprop adds eps under the root, and it has no RAdam.
https://oneflow.readthedocs.io/en/v0.9.0/generated/oneflow.optim.Adam.html
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import oneflow
from oneflow import _C

from bridge.backends._rectification import rectification
from bridge.backends._rounding import fitted_decay, mean_scale
from bridge.backends.oneflow_operations import ADAM, MOMENTUM, NO_L1, UNSCALED

if TYPE_CHECKING:
    from bridge.backends._protocol import Batch, Group

_NO_ROOT = 1e15
"""An eps beside which, in float32, nothing is left of the root that it is added to."""

_FLAGS = (False, True)
"""No amsgrad; and the bias corrections are those that are given."""


def claims_rmsprop(group: Group, dtype: str) -> bool:
    return dtype == "float32" and not group["centered"] and group["alpha"] < 1


def rmsprop(batch: Batch, group: Group) -> None:
    lr, momentum, alpha = float(group["lr"]), float(group["momentum"]), float(group["alpha"])
    decay, scale = group["weight_decay"], sqrt(mean_scale(alpha))
    rate, eps = (-1.0 if momentum > 0 else lr) * scale, float(group["eps"]) * scale
    corrections = (1.0, 1.0, UNSCALED, NO_L1, 0.0)
    options = (rate, *corrections, 0.0, alpha, eps, 0.0, *_FLAGS)
    update = _C.dispatch_adam_update
    for param, given, state in zip(*batch, strict=True):
        if given is None:
            continue
        # Like torch, a KeyError where momentum is switched on after the first step.
        buffer = state["momentum_buffer"] if momentum > 0 else None
        state["step"] += 1
        grad = given + param * decay if decay != 0 else given
        # With a beta of zero the mean is the gradient itself.
        tensors = (grad, grad, state["square_avg"])
        if buffer is None:
            update(ADAM, (param, *tensors), *options)
            continue
        step = oneflow.zeros_like(param)
        update(ADAM, (step, *tensors), *options)
        _C.dispatch_momentum_update(
            MOMENTUM, (param, step, buffer), lr, UNSCALED, NO_L1, 0.0, momentum, 0.0, False, False
        )


def radam(batch: Batch, group: Group) -> None:
    lr, decay, (beta1, beta2) = float(group["lr"]), float(group["weight_decay"]), group["betas"]
    l2, decay = (0.0, fitted_decay(lr, decay)) if group["decoupled_weight_decay"] else (decay, 0.0)
    scale = sqrt(mean_scale(beta2))
    for param, grad, state in zip(*batch, strict=True):
        if grad is None:
            continue
        step = state["step"] = state["step"] + 1
        ratio = rectification(step, beta2)
        eps = _NO_ROOT if ratio is None else float(group["eps"]) * scale
        # What the mean is divided by: the bias, and the inverse of all that it is multiplied by.
        divisor = (1 - beta1**step) * mean_scale(beta1)
        divisor /= _NO_ROOT if ratio is None else ratio * scale
        corrections = (divisor, 1.0, UNSCALED, NO_L1, l2)
        _C.dispatch_adam_update(
            ADAM,
            (param, grad, state["exp_avg"], state["exp_avg_sq"]),
            *(lr, *corrections, beta1, beta2, eps, decay, *_FLAGS),
        )
