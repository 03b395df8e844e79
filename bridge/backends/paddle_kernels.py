"""Paddle's fused steps, called directly: one call for all parameters of a group.

Paddle's own optimizers keep decay and learning rate on the parameters (`p.regularizer`,
`p.optimize_attr`) and freeze their lists at the first step; the operations underneath do neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import paddle
from paddle import _C_ops

from bridge.backends._protocol import Kernel
from bridge.backends.paddle_adam import adam, claims_adam, power_of
from bridge.backends.paddle_by_adam import claims_rmsprop, radam, rmsprop
from bridge.backends.paddle_momentum import claims_sgd, sgd
from bridge.backends.paddle_pieces import (
    all_with_decay,
    scalar,
    with_decay,
    with_twins_apart,
    zeros_like,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Batch, Group, Tensor

_LARGEST = 3e38  # that float32 holds


def _claims_float32(group: Group, dtype: str) -> bool:
    # The kernels keep their coefficients in float32.
    del group
    return dtype == "float32"


def _adagrad(batch: Batch, group: Group) -> None:
    lr, lr_decay, eps = float(group["lr"]), group["lr_decay"], float(group["eps"])
    # Parameters that got their first gradient later count their own steps.
    rates: dict[int, Tensor] = {}
    for param, grad, state in zip(*batch, strict=True):
        step = state["step"] = state["step"] + 1
        if step not in rates:
            rates[step] = scalar(lr / (1 + (step - 1) * lr_decay), param, [])
        decayed = with_decay(param, grad, group)
        _C_ops.adagrad_(param, decayed, state["sum"], rates[step], None, eps, False)


def _adadelta(batch: Batch, group: Group) -> None:
    lr = scalar(group["lr"], batch.params[0], [])
    rho, eps = float(group["rho"]), float(group["eps"])
    for param, grad, state in zip(*batch, strict=True):
        state["step"] += 1
        decayed = with_decay(param, grad, group)
        square, updates = state["square_avg"], state["acc_delta"]
        _C_ops.adadelta_(param, decayed, square, updates, lr, None, rho, eps, False)


def _adamax(batch: Batch, group: Group) -> None:
    # The kernel adds eps to the faded maximum, where it piles up; torch adds it to the gradient.
    # So it is given the gradient's size plus eps, and the mean as it is to be: a beta of one, and
    # no power of it, leave the mean and the rate alone.
    lr, eps, (beta1, beta2) = float(group["lr"]), float(group["eps"]), group["betas"]
    first = batch.params[0]
    share, no_power = scalar(beta1 - 1, first, []), scalar(0.0, first, [1])
    rates: dict[int, Tensor] = {}
    # Of each shape one: memory that is new each time takes longer than what is done in it.
    sizes: dict[tuple[int, ...], Tensor] = {}
    for param, given, state in zip(*batch, strict=True):
        step = state["step"] = state["step"] + 1
        # Parameters that got their first gradient later count their own steps.
        if step not in rates:
            rates[step] = scalar(lr / (1 - beta1**step), param, [])
        shape = tuple(param.shape)
        if shape not in sizes:
            sizes[shape] = zeros_like(param)
        grad, mean, size = with_decay(param, given, group), state["exp_avg"], sizes[shape]
        _C_ops.scale_(mean, beta1, 0.0, True)
        _C_ops.sgd_(mean, share, grad, None, False)
        _C_ops.assign_out_(grad, size)
        _C_ops.scale_(_C_ops.abs_(size), 1.0, eps, True)
        tensors = (mean, state["exp_inf"], no_power, None)
        _C_ops.adamax_(param, size, rates[step], *tensors, 1.0, beta2, 0.0, False)


def _claims_rprop(group: Group, dtype: str) -> bool:
    del group
    return dtype in {"float32", "float64"}


def _rprop(batch: Batch, group: Group) -> None:
    first = batch.params[0]
    sizes, etas = (
        paddle.to_tensor([low, high], dtype=first.dtype, place=first.place)
        for low, high in (group["step_sizes"], group["etas"])
    )
    for param, grad, state in zip(*batch, strict=True):
        state["step"] += 1
        # Infinity times the first step's zero is NaN, which the kernel takes for a flip; and a
        # gradient of NaN moves nothing in torch.
        clipped = _C_ops.clip(grad, -_LARGEST, _LARGEST)
        known = _C_ops.where(_C_ops.isnan(clipped), zeros_like(param), clipped)
        _C_ops.rprop_(param, known, state["prev"], state["step_size"], None, sizes, etas, False)


@with_twins_apart
def _lamb(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    decay, (beta1, beta2) = float(group["weight_decay"]), group["betas"]
    if not group["adam_w_mode"]:
        grads, decay = all_with_decay(params, grads, group), 0.0
    first, eps = params[0], float(group["eps"])
    lr, kind, place = scalar(group["lr"], first, []), first.dtype, first.place
    is_of_all = True  # the length is the parameter's also where nothing decays
    for param, grad, state in zip(params, grads, states, strict=True):
        step = state["step"] = state["step"] + 1
        power1, power2 = (power_of(beta, step, group) for beta in (beta1, beta2))
        # Tensors of their own: the kernel moves the powers on.
        powers = (_C_ops.full([1], power1, kind, place), _C_ops.full([1], power2, kind, place))
        tensors = (state["exp_avg"], state["exp_avg_sq"], *powers, None, None)
        _C_ops.lamb_(param, grad, lr, *tensors, decay, beta1, beta2, eps, is_of_all, False)


_ADAMS = ("merged_adam_", "fused_adam_", "scale_", "full")

_CLAIMED = {
    "SGD": (Kernel(claims_sgd, sgd), ("sgd_", "merged_momentum_", "full", "full_like")),
    "Adam": (Kernel(claims_adam, adam), _ADAMS),
    "RMSprop": (Kernel(claims_rmsprop, rmsprop), (*_ADAMS, "merged_momentum_", "full_like")),
    "RAdam": (Kernel(_claims_float32, radam), _ADAMS),
    "LAMB": (Kernel(_claims_float32, _lamb), ("lamb_", "full")),
    "Adagrad": (Kernel(_claims_float32, _adagrad), ("adagrad_", "full")),
    "Adadelta": (Kernel(_claims_float32, _adadelta), ("adadelta_", "full")),
    "Adamax": (
        Kernel(_claims_float32, _adamax),
        ("adamax_", "sgd_", "scale_", "abs_", "assign_out_", "full", "full_like"),
    ),
    "Rprop": (Kernel(_claims_rprop, _rprop), ("rprop_", "clip", "full_like", "where", "isnan")),
}
"""Optimizer -> its kernel, and the operations that it needs of this version of Paddle.

Not claimed: the kernel of ASGD is another algorithm, that of NAdam no faster than the formula.
"""

KERNELS: Mapping[str, Kernel] = {
    name: kernel
    for name, (kernel, operations) in _CLAIMED.items()
    if all(hasattr(_C_ops, operation) for operation in operations)
}
