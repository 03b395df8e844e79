"""Paddle's fused steps, called directly: one call for all parameters of a group.

Paddle's own optimizers keep decay and learning rate on the parameters (`p.regularizer`,
`p.optimize_attr`) and freeze their lists at the first step; the operations underneath do neither.
"""

from __future__ import annotations

from struct import pack, unpack
from typing import TYPE_CHECKING

import paddle
from paddle import _C_ops

from bridge.backends._protocol import Batch, Kernel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Group, Tensor

_LARGEST = 3e38  # that float32 holds


def _claims_sgd(group: Group, dtype: str) -> bool:
    if group["momentum"] == 0:
        return dtype in {"float32", "float64"}
    # The momentum kernel has no dampening, and keeps its coefficients in float32.
    return dtype == "float32" and group["dampening"] == 0


def _sgd(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    momentum, decay = float(group["momentum"]), float(group["weight_decay"])
    lr = _scalar(group["lr"], params[0], [])
    if momentum == 0:
        for param, grad in zip(params, grads, strict=True):
            _C_ops.sgd_(param, lr, _with_decay(param, grad, group), None, False)
        return
    for param, state in zip(params, states, strict=True):
        if "momentum_buffer" not in state:
            # From zero the kernel's first buffer is the gradient itself, as torch's is.
            state["momentum_buffer"] = _C_ops.full_like(param, 0.0, param.dtype, param.place)
    count = len(params)
    _C_ops.merged_momentum_(
        params,
        grads,
        [state["momentum_buffer"] for state in states],
        [lr] * count,
        None,  # no float32 master copies
        momentum,
        bool(group["nesterov"]),
        ["l2_decay" if decay != 0 else ""] * count,
        [decay] * count,
        False,
        1.0,  # rescale_grad, which the CPU kernel ignores
    )


def _claims_adam(group: Group, dtype: str) -> bool:
    del group
    return dtype in {"float32", "float64"}


def _adam(batch: Batch, group: Group) -> None:
    params, grads, states = batch
    lr, decay = float(group["lr"]), float(group["weight_decay"])
    is_double, in_kernel = params[0].dtype == paddle.float64, False
    is_decoupled = bool(group["decoupled_weight_decay"])
    if decay != 0 and (is_double or not is_decoupled) and _has_twins(params):
        # A parameter given twice, which torch only warns of, decays anew before its second step.
        for param, grad, state in zip(*batch, strict=True):
            _adam(Batch([param], [grad], [state]), group)
        return
    if decay != 0 and not is_decoupled:
        grads = [_with_decay(*pair, group) for pair in zip(params, grads, strict=True)]
    elif decay != 0 and is_double:
        # The kernel would round the decay to float32.
        for param in params:
            _C_ops.scale_(param, 1 - lr * decay, 0.0, True)
    elif decay != 0 and lr != 0:
        in_kernel = True
        # The kernel takes lr * decay off the parameter; torch multiplies by 1 - lr * decay, which
        # it rounds to float32. The decay that the rounded factor stands for gives torch's numbers.
        decay = (1 - _rounded(1 - lr * decay)) / lr
    beta1, beta2 = (float(beta) for beta in group["betas"])
    steps = []
    for state in states:
        step = state["step"] = state["step"] + 1
        steps.append(step)
    is_amsgrad, rate = bool(group["amsgrad"]), _scalar(lr, params[0], [])
    tensors = (
        [state["exp_avg"] for state in states],
        [state["exp_avg_sq"] for state in states],
        [state["max_exp_avg_sq"] for state in states] if is_amsgrad else None,
        *(_powers(beta, steps, params[0], group) for beta in (beta1, beta2)),
        None,  # no float32 master copies
    )
    coefficients = (beta1, beta2, float(group["eps"]))
    # The last three: no master copies, the powers are ours and stay as they are, amsgrad.
    flags = (False, True, is_amsgrad)
    if in_kernel:
        skipped, chunk = None, 1  # none; and a size that the CPU's kernel ignores
        _C_ops.fused_adam_(
            params, grads, rate, *tensors, skipped, *coefficients, chunk, decay, True, *flags
        )
    else:
        _C_ops.merged_adam_(params, grads, [rate] * len(params), *tensors, *coefficients, *flags)


def _powers(beta: float, steps: list[int], like: Tensor, group: Group) -> list[Tensor]:
    # The kernel rounds 1 - beta to the parameters' type; a bias correction from the exact beta
    # would not fit to it and cost 4e-6 in float32.
    base = beta if like.dtype == paddle.float64 else _rounded(beta)
    if not group.get("do_bias_correction", True):
        # Without a correction for the start, there is still one for that rounding.
        return [_scalar(1 - (1 - base) / (1 - beta), like, [1])] * len(steps)
    # Parameters that got their first gradient later count their own steps.
    powers = {step: _scalar(base**step, like, [1]) for step in set(steps)}
    return [powers[step] for step in steps]


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
            rates[step] = _scalar(lr / (1 + (step - 1) * lr_decay), param, [])
        decayed = _with_decay(param, grad, group)
        _C_ops.adagrad_(param, decayed, state["sum"], rates[step], None, eps, False)


def _adadelta(batch: Batch, group: Group) -> None:
    lr = _scalar(group["lr"], batch.params[0], [])
    rho, eps = float(group["rho"]), float(group["eps"])
    for param, grad, state in zip(*batch, strict=True):
        state["step"] += 1
        decayed = _with_decay(param, grad, group)
        square, updates = state["square_avg"], state["acc_delta"]
        _C_ops.adadelta_(param, decayed, square, updates, lr, None, rho, eps, False)


def _claims_rprop(group: Group, dtype: str) -> bool:
    del group
    return dtype in {"float32", "float64"}


def _rprop(batch: Batch, group: Group) -> None:
    first = batch.params[0]
    sizes, etas = (
        paddle.to_tensor(group[name], dtype=first.dtype, place=first.place)
        for name in ("step_sizes", "etas")
    )
    for param, grad, state in zip(*batch, strict=True):
        state["step"] += 1
        # Infinity times the first step's zero is NaN, which the kernel takes for a flip; and a
        # gradient of NaN moves nothing in torch.
        clipped = _C_ops.clip(grad, -_LARGEST, _LARGEST)
        zeros = _C_ops.full_like(param, 0.0, param.dtype, param.place)
        known = _C_ops.where(_C_ops.isnan(clipped), zeros, clipped)
        _C_ops.rprop_(param, known, state["prev"], state["step_size"], None, sizes, etas, False)


def _has_twins(params: list[Tensor]) -> bool:
    return len(set(map(id, params))) < len(params)


def _with_decay(param: Tensor, grad: Tensor, group: Group) -> Tensor:
    decay = group["weight_decay"]
    return grad + param * decay if decay != 0 else grad


def _rounded(value: float) -> float:
    number: float = unpack("f", pack("f", value))[0]
    return number


def _scalar(value: float, like: Tensor, shape: list[int]) -> Tensor:
    return _C_ops.full(shape, float(value), like.dtype, like.place)


_CLAIMED = {
    "SGD": (Kernel(_claims_sgd, _sgd), ("sgd_", "merged_momentum_", "full", "full_like")),
    "Adam": (Kernel(_claims_adam, _adam), ("merged_adam_", "fused_adam_", "scale_", "full")),
    "Adagrad": (Kernel(_claims_float32, _adagrad), ("adagrad_", "full")),
    "Adadelta": (Kernel(_claims_float32, _adadelta), ("adadelta_", "full")),
    "Rprop": (Kernel(_claims_rprop, _rprop), ("rprop_", "clip", "full_like", "where", "isnan")),
}
"""Optimizer -> its kernel, and the operations that it needs of this version of Paddle.

Not claimed: the kernels of RMSprop and Adamax put eps elsewhere than torch, that of ASGD is another
algorithm, that of NAdam is no faster than the formula, and that of RAdam decides in float32 when to
rectify, which for betas near 1 comes a step early or late.
"""

KERNELS: Mapping[str, Kernel] = {
    name: kernel
    for name, (kernel, operations) in _CLAIMED.items()
    if all(hasattr(_C_ops, operation) for operation in operations)
}
