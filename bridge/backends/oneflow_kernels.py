"""OneFlow's fused steps, called directly: its own optimizers count one step for all parameters.

They also ignore `maximize` or decay in its direction, and start a dampened buffer from zero.
The kernels take their coefficients as float32, so float64 parameters take the formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import oneflow
from oneflow import _C

from bridge.backends._protocol import Kernel
from bridge.backends._rounding import fitted_decay, mean_scale, single
from bridge.backends.oneflow_by_adam import claims_rmsprop, radam, rmsprop
from bridge.backends.oneflow_operations import (
    ADAM,
    MOMENTUM,
    NO_L1,
    UNSCALED,
    operation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Batch, Group


_SGD = operation("sgd_update", "model", "model_diff")
_LAMB = operation("lamb_update", "model", "model_diff", "m", "v")
_AMSGRAD = operation("adam_update", "model", "model_diff", "m", "v", "max_v")
_ADAGRAD = operation("adagrad_update", "model", "model_diff", "sum")
_ADADELTA = operation("adadelta_update", "model", "model_diff", "square_avgs", "acc_deltas")


_LARGE = 20_000
"""From how many elements on SGD's own operation takes longer than two that are in vectors."""


# The method of the class: by its name of each parameter it would take three times as long.
_NUMEL = oneflow.Tensor.numel


def _claims_sgd(group: Group, dtype: str) -> bool:
    return dtype == "float32" and (group["momentum"] == 0 or group["dampening"] == 0)


def _sgd(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    momentum, dampening = float(group["momentum"]), 0.0
    nesterov, maximize = bool(group["nesterov"]), False
    if momentum == 0:
        update = _C.dispatch_sgd_update
        for param, grad, size in zip(params, grads, map(_NUMEL, params), strict=True):
            if grad is None:
                continue
            if size < _LARGE:
                update(_SGD, (param, grad), lr, UNSCALED, NO_L1, decay)
            else:
                param.sub_((grad + param * decay if decay != 0 else grad) * lr)
        return
    update = _C.dispatch_momentum_update
    options = (lr, UNSCALED, NO_L1, decay, momentum, dampening, nesterov, maximize)
    for param, grad, state in zip(params, grads, states, strict=True):
        if grad is None:
            continue
        if "momentum_buffer" not in state:
            # From zero the kernel's first buffer is the gradient itself, as torch's is.
            state["momentum_buffer"] = oneflow.zeros_like(param)
        update(MOMENTUM, (param, grad, state["momentum_buffer"]), *options)


def _claims_float32(group: Group, dtype: str) -> bool:
    del group
    return dtype == "float32"


def _adam(batch: Batch, group: Group) -> None:
    lr, decay, eps = float(group["lr"]), float(group["weight_decay"]), float(group["eps"])
    is_amsgrad, takes_corrections = bool(group["amsgrad"]), True
    l2, decay = (0.0, fitted_decay(lr, decay)) if group["decoupled_weight_decay"] else (decay, 0.0)
    # The kernel rounds 1 - beta to float32; a bias correction from the exact beta would not fit
    # to it and cost 4e-6.
    beta1, beta2 = (single(beta) for beta in group["betas"])
    shared = (UNSCALED, NO_L1, l2, beta1, beta2, eps, decay, is_amsgrad, takes_corrections)
    is_corrected = group.get("do_bias_correction", True)
    # Without a correction for the start, there is still one for that rounding.
    constant = tuple(map(mean_scale, group["betas"]))
    update, last = _C.dispatch_adam_update, None
    for param, grad, state in zip(*batch, strict=True):
        if grad is None:
            continue
        step = state["step"] = state["step"] + 1
        # Parameters that got their first gradient later count their own steps.
        if step != last:
            corrections = (1 - beta1**step, 1 - beta2**step) if is_corrected else constant
            options, last = (lr, *corrections, *shared), step
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        if is_amsgrad:
            update(_AMSGRAD, (param, grad, mean, square, state["max_exp_avg_sq"]), *options)
        else:
            update(ADAM, (param, grad, mean, square), *options)


def _claims_lamb(group: Group, dtype: str) -> bool:
    # The kernel leaves the decay out of the length by which it divides.
    is_paper = group["weight_decay"] == 0 or not group["adam_w_mode"]
    return dtype == "float32" and is_paper


def _lamb(batch: Batch, group: Group) -> None:
    lr, l2, eps = float(group["lr"]), float(group["weight_decay"]), float(group["eps"])
    beta1, beta2 = (single(beta) for beta in group["betas"])
    shared = (UNSCALED, NO_L1, l2, beta1, beta2, eps, 0.0, True)
    is_corrected = group["do_bias_correction"]
    constant = tuple(map(mean_scale, group["betas"]))
    update, last = _C.dispatch_lamb_update, None
    for param, grad, state in zip(*batch, strict=True):
        if grad is None:
            continue
        step = state["step"] = state["step"] + 1
        if step != last:
            corrections = (1 - beta1**step, 1 - beta2**step) if is_corrected else constant
            options, last = (lr, *corrections, *shared), step
        update(_LAMB, (param, grad, state["exp_avg"], state["exp_avg_sq"]), *options)


def _adagrad(batch: Batch, group: Group) -> None:
    lr, lr_decay = float(group["lr"]), group["lr_decay"]
    # The operation's own decay of the rate, at its first step, is none.
    shared = (UNSCALED, NO_L1, float(group["weight_decay"]), 0.0, 0.0, float(group["eps"]), 1)
    update, last = _C.dispatch_adagrad_update, None
    for param, grad, state in zip(*batch, strict=True):
        if grad is None:
            continue
        step = state["step"] = state["step"] + 1
        if step != last:
            options, last = (lr / (1 + (step - 1) * lr_decay), *shared), step
        update(_ADAGRAD, (param, grad, state["sum"]), *options)


def _adadelta(batch: Batch, group: Group) -> None:
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    options = (lr, UNSCALED, NO_L1, decay, float(group["rho"]), float(group["eps"]), False)
    update = _C.dispatch_adadelta_update
    for param, grad, state in zip(*batch, strict=True):
        if grad is None:
            continue
        state["step"] += 1
        update(_ADADELTA, (param, grad, state["square_avg"], state["acc_delta"]), *options)


_CLAIMED = {
    "SGD": (_claims_sgd, _sgd, ("dispatch_sgd_update", "dispatch_momentum_update")),
    "RMSprop": (claims_rmsprop, rmsprop, ("dispatch_adam_update", "dispatch_momentum_update")),
    "RAdam": (_claims_float32, radam, ("dispatch_adam_update",)),
    "LAMB": (_claims_lamb, _lamb, ("dispatch_lamb_update",)),
    "Adam": (_claims_float32, _adam, ("dispatch_adam_update",)),
    "Adagrad": (_claims_float32, _adagrad, ("dispatch_adagrad_update",)),
    "Adadelta": (_claims_float32, _adadelta, ("dispatch_adadelta_update",)),
}
"""Optimizer -> what it claims, its step, and the operations that it needs of this OneFlow."""

KERNELS: Mapping[str, Kernel] = {
    name: Kernel(claims, run, asks_late=True)
    for name, (claims, run, operations) in _CLAIMED.items()
    if all(hasattr(_C, operation) for operation in operations)
}
