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


def _claims_sgd(group: Group, dtype: str) -> bool:
    return dtype == "float32" and (group["momentum"] == 0 or group["dampening"] == 0)


def _sgd(batch: Batch, group: Group) -> None:
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    momentum = float(group["momentum"])
    for param, grad, state in zip(*batch, strict=True):
        if momentum == 0:
            _C.dispatch_sgd_update(_SGD, (param, grad), learning_rate=lr, l2=decay)
            continue
        if "momentum_buffer" not in state:
            # From zero the kernel's first buffer is the gradient itself, as torch's is.
            state["momentum_buffer"] = oneflow.zeros_like(param)
        _C.dispatch_momentum_update(
            _MOMENTUM,
            (param, grad, state["momentum_buffer"]),
            learning_rate=lr,
            l2=decay,
            beta=momentum,
            dampening=0.0,
            nesterov=bool(group["nesterov"]),
            maximize=False,
        )


def _claims_float32(group: Group, dtype: str) -> bool:
    del group
    return dtype == "float32"


def _adam(batch: Batch, group: Group) -> None:
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    is_decoupled, is_amsgrad = bool(group["decoupled_weight_decay"]), bool(group["amsgrad"])
    # The kernel rounds 1 - beta to float32; a bias correction from the exact beta would not fit
    # to it and cost 4e-6.
    beta1, beta2 = (unpack("f", pack("f", beta))[0] for beta in group["betas"])
    for param, grad, state in zip(*batch, strict=True):
        step = state["step"] = state["step"] + 1
        if decay != 0 and is_decoupled:
            # The kernel can decay too, but rounds otherwise than torch: 1.2e-6 in 100 steps.
            param.mul_(1 - lr * decay)
        moments = [state["exp_avg"], state["exp_avg_sq"]]
        if is_amsgrad:
            moments.append(state["max_exp_avg_sq"])
        _C.dispatch_adam_update(
            _AMSGRAD if is_amsgrad else _ADAM,
            (param, grad, *moments),
            learning_rate=lr,
            bias_correction1=1 - beta1**step,
            bias_correction2=1 - beta2**step,
            l2=0.0 if is_decoupled else decay,
            beta1=beta1,
            beta2=beta2,
            epsilon=float(group["eps"]),
            do_bias_correction=True,
            amsgrad=is_amsgrad,
        )


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
