"""torch.optim.Adamax.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import follow, with_decay
from bridge.optim._scalars import check_betas, check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class Adamax(Optimizer):
    """Divide the gradient's mean by the largest gradient so far, which fades.

    `foreach`, `capturable` and `differentiable` choose torch's implementation and have no effect
    on parameters of other frameworks.

    >>> Adamax([], betas=(0.9, 1.0))
    Traceback (most recent call last):
    ...
    ValueError: Invalid beta parameter at index 1: 1.0
    """

    algorithm: ClassVar[str] = "Adamax"
    is_elementwise: ClassVar[bool] = True
    later_options: ClassVar[Mapping[str, object]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
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
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {"step": 0, "exp_avg": xp.zeros_like(param), "exp_inf": xp.zeros_like(param)}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        beta1, beta2 = group["betas"]
        step = state["step"] = state["step"] + 1
        grad = with_decay(param, grad, group)
        mean, largest = state["exp_avg"], state["exp_inf"]
        follow(xp, mean, grad, beta1)
        # Paddle adds eps to the faded maximum, where it piles up; torch adds it to the gradient.
        xp.assign(largest, xp.maximum(largest * beta2, abs(grad) + group["eps"]))
        xp.assign(param, param - mean / largest * (group["lr"] / (1 - beta1**step)))
