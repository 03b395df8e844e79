"""torch.optim.Adam.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._bias_correction import (
    DO_BIAS_CORRECTION,
    corrections,
    takes_do_bias_correction,
)
from bridge.optim._scalars import (
    check_betas,
    check_implementation,
    check_lr,
    check_not_negative,
    check_one_element,
    is_tensor,
)
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


class Adam(Optimizer):
    """Step by the gradient's mean over the root of its mean square; as torch in every argument.

    `foreach`, `fused`, `capturable` and `differentiable` choose torch's implementation and have no
    effect on parameters of other frameworks. `do_bias_correction=False`, OneFlow's own argument, is
    taken on every framework, as a group's option too; torch's step, which has no such thing, makes
    way for the formula then.

    >>> import torch
    >>> weight = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = Adam([weight], lr=0.5)
    >>> weight.sum().backward()
    >>> optimizer.step()
    >>> [round(value, 6) for value in weight.tolist()]
    [0.5, 0.5]
    """

    algorithm: ClassVar[str] = "Adam"
    is_elementwise: ClassVar[bool] = True
    other_options: ClassVar[frozenset[str]] = frozenset({DO_BIAS_CORRECTION})
    later_options: ClassVar[Mapping[str, object]] = {
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }

    @takes_do_bias_correction
    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        _check_lr(lr, is_foreach=bool(foreach) and not capturable)
        check_not_negative("epsilon", eps)
        check_betas(betas)
        check_not_negative("weight_decay", weight_decay)
        _check_betas(betas, is_foreach=bool(foreach) and not capturable)
        check_implementation(fused=fused, foreach=foreach, differentiable=differentiable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        state = {"step": 0, "exp_avg": xp.zeros_like(param), "exp_avg_sq": xp.zeros_like(param)}
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = xp.zeros_like(param)
        return state

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        step = state["step"] = state["step"] + 1
        if decay != 0 and group["decoupled_weight_decay"]:
            xp.assign(param, param * (1 - lr * decay))
        elif decay != 0:
            grad = grad + param * decay
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        xp.assign(mean, mean * beta1 + grad * (1 - beta1))
        xp.assign(square, square * beta2 + grad * grad * (1 - beta2))
        if group["amsgrad"]:
            # Like torch, a KeyError where amsgrad is switched on after the first step.
            largest = state["max_exp_avg_sq"]
            xp.assign(largest, xp.maximum(largest, square))
            square = largest
        correction1, correction2 = corrections(group, step)
        # torch divides by the root of the correction before it adds eps.
        root = xp.sqrt(square) / sqrt(correction2) + group["eps"]
        xp.assign(param, param - mean / root * (lr / correction1))


def _check_lr(lr: Any, *, is_foreach: bool) -> None:
    if is_tensor(lr) and is_foreach:
        raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
    check_lr(lr)


def _check_betas(betas: tuple[Any, Any], *, is_foreach: bool) -> None:
    are_floats = all(isinstance(beta, float) for beta in betas)
    if not are_floats and not all(is_tensor(beta) for beta in betas):
        raise ValueError("betas must be either both floats or both Tensors")
    for index, beta in enumerate(betas):
        if is_tensor(beta) and is_foreach:
            raise ValueError(
                f"betas[{index}] as a Tensor is not supported for capturable=False and foreach=True"
            )
        check_one_element(f"betas[{index}]", beta)
