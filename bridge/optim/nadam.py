"""torch.optim.NAdam.

https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import decayed, follow, follow_square
from bridge.optim._scalars import check_betas, check_lr, check_not_negative, single
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class NAdam(Optimizer):
    """Adam with Nesterov's momentum, which it warms up by `momentum_decay`.

    `foreach`, `capturable` and `differentiable` choose torch's implementation and have no effect
    on parameters of other frameworks.

    >>> NAdam([], momentum_decay=-1.0)
    Traceback (most recent call last):
    ...
    ValueError: Invalid momentum_decay value: -1.0
    """

    algorithm: ClassVar[str] = "NAdam"
    is_elementwise: ClassVar[bool] = True
    later_options: ClassVar[Mapping[str, object]] = {
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
    }

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check_not_negative("momentum_decay", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {
            "step": 0,
            "mu_product": 1.0,
            "exp_avg": xp.zeros_like(param),
            "exp_avg_sq": xp.zeros_like(param),
        }

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        lr, (beta1, beta2) = group["lr"], group["betas"]
        step = state["step"] = state["step"] + 1
        grad = decayed(xp, param, grad, group)
        now, later = (
            beta1 * (1 - 0.5 * 0.96 ** (each * group["momentum_decay"]))
            for each in (step, step + 1)
        )
        # torch keeps the product in float32, whatever the parameters are.
        product = state["mu_product"] = single(state["mu_product"] * single(now))
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        follow(xp, mean, grad, beta1)
        follow_square(xp, square, grad, beta2)
        root = xp.sqrt(square / (1 - beta2**step)) + group["eps"]
        ahead = grad * (lr * (1 - now) / (1 - product)) + mean * (
            lr * later / (1 - product * later)
        )
        xp.assign(param, param - ahead / root)
