"""torch.optim.ASGD.

https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import with_decay
from bridge.optim._scalars import check_lr, check_not_negative, plain, single
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class ASGD(Optimizer):
    """Descend the gradient, and keep the parameters' average since step `t0` in the state's `ax`.

    Torch computes each step's size at the end of the step before, so a written `lr` takes effect
    one step late. `foreach`, `capturable` and `differentiable` choose torch's implementation and
    have no effect on parameters of other frameworks.

    >>> ASGD([], weight_decay=-0.1)
    Traceback (most recent call last):
    ...
    ValueError: Invalid weight_decay value: -0.1
    """

    algorithm: ClassVar[str] = "ASGD"
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
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check_not_negative("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        eta = single(plain(group["lr"]))
        return {"step": 0, "eta": eta, "mu": 1.0, "ax": xp.zeros_like(param)}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        lr, lambd = group["lr"], group["lambd"]
        step = state["step"] = state["step"] + 1
        grad = with_decay(param, grad, group)
        eta, mu, average = state["eta"], state["mu"], state["ax"]
        xp.assign(param, param * (1 - lambd * eta) - grad * eta)
        xp.assign(average, param if mu == 1 else average + (param - average) * mu)
        # torch keeps both in float32, whatever the parameters are.
        state["eta"] = single(lr / (1 + lambd * lr * step) ** group["alpha"])
        state["mu"] = single(1 / max(1, step - group["t0"]))
