"""torch.optim.RMSprop.

https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import follow, follow_square, with_decay
from bridge.optim._scalars import check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class RMSprop(Optimizer):
    """Divide the gradient by the root of its mean square, or of its variance if `centered`.

    `foreach`, `capturable` and `differentiable` choose torch's implementation and have no effect
    on parameters of other frameworks.

    >>> RMSprop([], alpha=-0.5)
    Traceback (most recent call last):
    ...
    ValueError: Invalid alpha value: -0.5
    """

    algorithm: ClassVar[str] = "RMSprop"
    is_elementwise: ClassVar[bool] = True
    later_options: ClassVar[Mapping[str, object]] = {
        "momentum": 0,
        "centered": False,
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative("epsilon", eps)
        check_not_negative("momentum", momentum)
        check_not_negative("weight_decay", weight_decay)
        check_not_negative("alpha", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        state = {"step": 0, "square_avg": xp.zeros_like(param)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = xp.zeros_like(param)
        if group["centered"]:
            state["grad_avg"] = xp.zeros_like(param)
        return state

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        lr, alpha, momentum = group["lr"], group["alpha"], group["momentum"]
        state["step"] += 1
        grad = with_decay(param, grad, group)
        square = state["square_avg"]
        follow_square(xp, square, grad, alpha)
        if group["centered"]:
            mean = state["grad_avg"]
            follow(xp, mean, grad, alpha)
            square = square - mean * mean
        # Paddle and OneFlow add eps under the root; torch adds it after.
        update = grad / (xp.sqrt(square) + group["eps"])
        if momentum > 0:
            # Like torch, a KeyError where momentum is switched on after the first step.
            buffer = state["momentum_buffer"]
            xp.assign(buffer, buffer * momentum + update)
            update = buffer
        xp.assign(param, param - update * lr)
