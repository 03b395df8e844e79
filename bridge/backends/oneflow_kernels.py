"""OneFlow's fused steps, called directly: its own optimizers count one step for all parameters.

They also ignore `maximize` or decay in its direction, and start a dampened buffer from zero.
The kernels take their coefficients as float32, so float64 parameters take the formula.
"""

from __future__ import annotations

from struct import pack, unpack
from typing import TYPE_CHECKING, Any

import oneflow
from oneflow import _C

from bridge.backends._protocol import Kernel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Batch, Group


def _operation(name: str, *inputs: str) -> Any:
    builder = oneflow.stateful_op(name)
    for each in inputs:
        builder = builder.Input(each)
    return builder.Build()


_SGD = _operation("sgd_update", "model", "model_diff")
_MOMENTUM = _operation("momentum_update", "model", "model_diff", "momentum")
_ADAM = _operation("adam_update", "model", "model_diff", "m", "v")
_AMSGRAD = _operation("adam_update", "model", "model_diff", "m", "v", "max_v")
_ADAGRAD = _operation("adagrad_update", "model", "model_diff", "sum")
_ADADELTA = _operation("adadelta_update", "model", "model_diff", "square_avgs", "acc_deltas")

# The two steps most in use give their options by place, which takes a tenth off a small step.
_SCALE, _L1 = 1.0, 0.0
"""Options that all kernels have and that torch has not."""


def _claims_sgd(group: Group, dtype: str) -> bool:
    return dtype == "float32" and (group["momentum"] == 0 or group["dampening"] == 0)


def _sgd(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    momentum, dampening = float(group["momentum"]), 0.0
    nesterov, maximize = bool(group["nesterov"]), False
    if momentum == 0:
        for inputs in zip(params, grads, strict=True):
            _C.dispatch_sgd_update(_SGD, inputs, lr, _SCALE, _L1, decay)
        return
    update = _C.dispatch_momentum_update
    options = (lr, _SCALE, _L1, decay, momentum, dampening, nesterov, maximize)
    for param, grad, state in zip(params, grads, states, strict=True):
        if "momentum_buffer" not in state:
            # From zero the kernel's first buffer is the gradient itself, as torch's is.
            state["momentum_buffer"] = oneflow.zeros_like(param)
        update(_MOMENTUM, (param, grad, state["momentum_buffer"]), *options)


def _claims_float32(group: Group, dtype: str) -> bool:
    del group
    return dtype == "float32"


def _adam(batch: Batch, group: Group) -> None:
    lr, decay, eps = float(group["lr"]), float(group["weight_decay"]), float(group["eps"])
    is_amsgrad, takes_corrections = bool(group["amsgrad"]), True
    l2, decay = (0.0, _fitted_decay(lr, decay)) if group["decoupled_weight_decay"] else (decay, 0.0)
    # The kernel rounds 1 - beta to float32; a bias correction from the exact beta would not fit
    # to it and cost 4e-6.
    beta1, beta2 = (_rounded(beta) for beta in group["betas"])
    shared = (_SCALE, _L1, l2, beta1, beta2, eps, decay, is_amsgrad, takes_corrections)
    is_corrected = group.get("do_bias_correction", True)
    # Without a correction for the start, there is still one for that rounding.
    constant = tuple((1 - _rounded(beta)) / (1 - beta) for beta in group["betas"])
    update, last = _C.dispatch_adam_update, None
    for param, grad, state in zip(*batch, strict=True):
        step = state["step"] = state["step"] + 1
        # Parameters that got their first gradient later count their own steps.
        if step != last:
            corrections = (1 - beta1**step, 1 - beta2**step) if is_corrected else constant
            options, last = (lr, *corrections, *shared), step
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        if is_amsgrad:
            update(_AMSGRAD, (param, grad, mean, square, state["max_exp_avg_sq"]), *options)
        else:
            update(_ADAM, (param, grad, mean, square), *options)


def _fitted_decay(lr: float, decay: float) -> float:
    # The kernel takes lr * decay off the parameter; torch multiplies by 1 - lr * decay, which it
    # rounds to float32. The decay that the rounded factor stands for gives torch's numbers; the
    # exact one drifts from them by 1e-6 in 100 steps.
    return (1 - _rounded(1 - lr * decay)) / lr if lr else 0.0


def _rounded(value: float) -> float:
    number: float = unpack("f", pack("f", value))[0]
    return number


def _adagrad(batch: Batch, group: Group) -> None:
    lr, lr_decay = float(group["lr"]), group["lr_decay"]
    decay, eps = float(group["weight_decay"]), float(group["eps"])
    for param, grad, state in zip(*batch, strict=True):
        step = state["step"] = state["step"] + 1
        _C.dispatch_adagrad_update(
            _ADAGRAD,
            (param, grad, state["sum"]),
            learning_rate=lr / (1 + (step - 1) * lr_decay),
            l2=decay,
            epsilon=eps,
            lr_decay=0.0,
            train_step_val=1,
        )


def _adadelta(batch: Batch, group: Group) -> None:
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    rho, eps = float(group["rho"]), float(group["eps"])
    for param, grad, state in zip(*batch, strict=True):
        state["step"] += 1
        _C.dispatch_adadelta_update(
            _ADADELTA,
            (param, grad, state["square_avg"], state["acc_delta"]),
            learning_rate=lr,
            l2=decay,
            rho=rho,
            epsilon=eps,
            maximize=False,
        )


_CLAIMED = {
    "SGD": (Kernel(_claims_sgd, _sgd), ("dispatch_sgd_update", "dispatch_momentum_update")),
    "Adam": (Kernel(_claims_float32, _adam), ("dispatch_adam_update",)),
    "Adagrad": (Kernel(_claims_float32, _adagrad), ("dispatch_adagrad_update",)),
    "Adadelta": (Kernel(_claims_float32, _adadelta), ("dispatch_adadelta_update",)),
}
"""Optimizer -> its kernel, and the operations that it needs of this version of OneFlow."""

KERNELS: Mapping[str, Kernel] = {
    name: kernel
    for name, (kernel, operations) in _CLAIMED.items()
    if all(hasattr(_C, operation) for operation in operations)
}
