"""torch.optim.Adadelta.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import follow_square, with_decay
from bridge.optim._scalars import check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class Adadelta(Optimizer):
    """Scale the gradient by the ratio of the updates' mean square to its own.

    `foreach`, `capturable` and `differentiable` choose torch's implementation and have no effect
    on parameters of other frameworks.

    >>> Adadelta([], rho=1.5)
    Traceback (most recent call last):
    ...
    ValueError: Invalid rho value: 1.5
    """

    algorithm: ClassVar[str] = "Adadelta"
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
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative("epsilon", eps)
        check_not_negative("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {
            "step": 0,
            "square_avg": xp.zeros_like(param),
            "acc_delta": xp.zeros_like(param),
        }

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        rho, eps = group["rho"], group["eps"]
        state["step"] += 1
        grad = with_decay(param, grad, group)
        square, updates = state["square_avg"], state["acc_delta"]
        follow_square(xp, square, grad, rho)
        delta = xp.sqrt(updates + eps) / xp.sqrt(square + eps) * grad
        follow_square(xp, updates, delta, rho)
        xp.assign(param, param - delta * group["lr"])
