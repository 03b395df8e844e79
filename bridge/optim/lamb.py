"""LAMB, by You and others: Large Batch Optimization for Deep Learning, algorithm 2.

https://arxiv.org/abs/1904.00962
https://docs.oneflow.org/en/master/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._bias_correction import corrections
from bridge.optim._pieces import follow, follow_square, with_decay
from bridge.optim._scalars import check_betas, check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from bridge.backends._protocol import Backend, Group, State, Tensor


class LAMB(Optimizer):
    """AdamW's step, made as long for each parameter as the parameter is large; for large batches.

    The arguments are those of OneFlow's class. Its step differs from the paper's, which is ours:
    OneFlow's leaves the decay out of the length by which it divides. Paddle's `Lamb` leaves the
    length alone where there is no decay.

    Args:
        params: tensors, groups or named tensors, as every optimizer takes them.
        lr: the step's length, relative to the parameter's.
        betas: how slowly the means of the gradient and of its square move.
        eps: added to the root of the mean square.
        weight_decay: how much of the parameter is added to the step.
        adam_w_mode: whether the decay is added to the step, or else to the gradient.
        do_bias_correction: whether the means make up for starting at zero.
        amsgrad: False; OneFlow has no such variant either.
        maximize: step up the gradient instead of down.
    """

    algorithm: ClassVar[str] = "LAMB"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        adam_w_mode: bool = True,
        do_bias_correction: bool = True,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        if amsgrad:
            raise RuntimeError("LAMB does not support AMSGrad variant.")
        check_lr(lr)
        check_not_negative("epsilon", eps)
        check_betas(betas)
        check_not_negative("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "adam_w_mode": adam_w_mode,
            "do_bias_correction": do_bias_correction,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {"step": 0, "exp_avg": xp.zeros_like(param), "exp_avg_sq": xp.zeros_like(param)}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        mean, square, (beta1, beta2) = state["exp_avg"], state["exp_avg_sq"], group["betas"]
        step = state["step"] = state["step"] + 1
        if not group["adam_w_mode"]:
            grad = with_decay(param, grad, group)
        follow(xp, mean, grad, beta1)
        follow_square(xp, square, grad, beta2)
        correction1, correction2 = corrections(group, step)
        update = mean / correction1 / (xp.sqrt(square / correction2) + group["eps"])
        if group["adam_w_mode"]:
            update = with_decay(param, update, group)
        size, length = xp.vector_norm(param), xp.vector_norm(update)
        # The ratio is 1 where either is zero; to ask for it would wait for the device.
        is_ratio = size.sign() * length.sign()
        ratio = size / (length + (1 - is_ratio)) * is_ratio + (1 - is_ratio)
        xp.assign(param, param - update * (ratio * group["lr"]))
