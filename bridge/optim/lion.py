"""Lion, by Chen and others: Symbolic Discovery of Optimization Algorithms, program 1.

https://arxiv.org/abs/2302.06675
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import follow
from bridge.optim._scalars import check_betas, check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from bridge.backends._protocol import Backend, Group, State, Tensor


class Lion(Optimizer):
    """Step by the sign of the momentum, by the same length in every direction.

    Neither torch nor Paddle nor OneFlow has it. As the authors advise, take a learning rate 3 to 10
    times smaller than AdamW's, and a weight decay as many times larger.

    >>> Lion([], betas=(0.9, 1.0))
    Traceback (most recent call last):
    ...
    ValueError: Invalid beta parameter at index 1: 1.0
    """

    algorithm: ClassVar[str] = "Lion"
    is_elementwise: ClassVar[bool] = True

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        check_lr(lr)
        check_betas(betas)
        check_not_negative("weight_decay", weight_decay)
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {"exp_avg": xp.zeros_like(param)}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        lr, mean, (beta1, beta2) = group["lr"], state["exp_avg"], group["betas"]
        direction = (mean * beta1 + grad * (1 - beta1)).sign()
        decayed = param * (1 - lr * group["weight_decay"])
        xp.assign(param, decayed - direction * lr)
        follow(xp, mean, grad, beta2)
