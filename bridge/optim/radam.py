"""torch.optim.RAdam.

https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.backends._rectification import rectification
from bridge.optim._pieces import decayed, follow, follow_square
from bridge.optim._scalars import check_betas, check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class RAdam(Optimizer):
    """Adam that goes by the gradient's mean alone until its mean square can be trusted.

    `foreach`, `capturable` and `differentiable` choose torch's implementation and have no effect
    on parameters of other frameworks.

    >>> RAdam([], betas=(-0.1, 0.999))
    Traceback (most recent call last):
    ...
    ValueError: Invalid beta parameter at index 0: -0.1
    """

    algorithm: ClassVar[str] = "RAdam"
    is_elementwise: ClassVar[bool] = True
    later_options: ClassVar[Mapping[str, object]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative("epsilon", eps)
        check_betas(betas)
        check_not_negative("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {"step": 0, "exp_avg": xp.zeros_like(param), "exp_avg_sq": xp.zeros_like(param)}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        beta1, beta2 = group["betas"]
        step = state["step"] = state["step"] + 1
        grad = decayed(xp, param, grad, group)
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        follow(xp, mean, grad, beta1)
        follow_square(xp, square, grad, beta2)
        update = mean * (group["lr"] / (1 - beta1**step))
        ratio = rectification(step, beta2)
        if ratio is not None:
            update = update / (xp.sqrt(square) + group["eps"]) * ratio
        xp.assign(param, param - update)
