"""torch.optim.Adagrad.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._master import as_stepped
from bridge.optim._pieces import with_decay
from bridge.optim._scalars import check_implementation, check_lr, check_not_negative
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of all its squares so far.

    `foreach`, `fused` and `differentiable` choose torch's implementation and have no effect on
    parameters of other frameworks.

    >>> Adagrad([], lr_decay=-1.0)
    Traceback (most recent call last):
    ...
    ValueError: Invalid lr_decay value: -1.0
    """

    algorithm: ClassVar[str] = "Adagrad"
    is_elementwise: ClassVar[bool] = True
    later_options: ClassVar[Mapping[str, object]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "fused": None,
    }

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check_not_negative("lr_decay", lr_decay)
        check_not_negative("weight_decay", weight_decay)
        check_not_negative("initial_accumulator_value", initial_accumulator_value)
        check_not_negative("epsilon", eps)
        check_implementation(fused=fused, foreach=foreach, differentiable=differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        # As in torch the state is there before the first step; on torch it is by now.
        xp = self._backend
        for group in self.param_groups:
            for param in group["params"]:
                if param not in self.state:
                    self.state[param] = self.init_state(xp, as_stepped(xp, param), group)

    def init_state(  # type: ignore[override]  # what it needs is the optimizer's, not the group's
        self, xp: Backend, param: Tensor, group: Group
    ) -> State:
        del group  # its own initial value has no effect in torch
        initial = self.defaults["initial_accumulator_value"]
        return {"step": 0, "sum": xp.zeros_like(param) + initial}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        # torch counts in a tensor of float32, which would round a float64 step.
        step = state["step"] = int(state["step"]) + 1
        grad = with_decay(param, grad, group)
        lr = group["lr"] / (1 + (step - 1) * group["lr_decay"])
        total = state["sum"]
        xp.assign(total, total + grad * grad)
        xp.assign(param, param - grad / (xp.sqrt(total) + group["eps"]) * lr)
