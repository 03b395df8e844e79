"""torch.optim.Adafactor.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import follow
from bridge.optim._scalars import check_at_least_zero, check_one_element
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor

_SMALLEST_RELATIVE = {
    "float16": 2.0**-10,
    "bfloat16": 2.0**-7,
    "float32": 2.0**-23,
    "float64": 2.0**-52,
}
"""Dtype -> the step from 1 to the next number, which stands in for an eps that is not given."""

_RANK_OF_MATRICES = 2


class Adafactor(Optimizer):
    """Adam's step from a mean square that a matrix keeps as one row and one column only.

    `lr` bounds the step relative to the size of the parameter, as in torch. `foreach` chooses
    torch's implementation and has no effect on parameters of other frameworks.

    >>> Adafactor([], beta2_decay=0.8)
    Traceback (most recent call last):
    ...
    ValueError: beta2_decay should be <= 0 but is: 0.8
    """

    algorithm: ClassVar[str] = "Adafactor"
    later_options: ClassVar[Mapping[str, object]] = {"foreach": None}

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_one_element("lr", lr)
        check_at_least_zero("Learning rate", lr)
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None:
            check_at_least_zero("epsilon1", eps[0])
        check_at_least_zero("epsilon2", eps[1])
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        check_at_least_zero("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        if param.ndim < _RANK_OF_MATRICES:
            return {"step": 0, "variance": xp.zeros_like(param)}
        return {
            "step": 0,
            "row_var": xp.zeros_like(param[..., :1]),
            "col_var": xp.zeros_like(param[..., :1, :]),
        }

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        eps1, eps2 = group["eps"]
        if eps1 is None:
            # As in torch, the first parameter's counts for its whole group.
            eps1 = _SMALLEST_RELATIVE[xp.dtype(param)]
            group["eps"] = (eps1, eps2)
        step = state["step"] = state["step"] + 1
        root = sqrt(int(param.numel()))
        rate = max(eps2, _norm(xp, param) / root) * min(group["lr"], 1 / sqrt(step))
        if group["weight_decay"] != 0:
            xp.assign(param, param * (1 - group["lr"] * group["weight_decay"]))
        variance = _variance(xp, grad * grad, state, 1 - step ** group["beta2_decay"], eps1)
        # Clipped at the square, so that the root keeps eps1's magnitude.
        update = grad * variance.clip(min=eps1 * eps1).rsqrt()
        excess = _norm(xp, update) / (root * group["d"])
        xp.assign(param, param - update * (rate / max(1.0, excess)))


def _variance(xp: Backend, square: Tensor, state: State, beta2: float, eps: float) -> Tensor:
    if "variance" in state:
        follow(xp, state["variance"], square, beta2)
        return state["variance"]
    row, column = state["row_var"], state["col_var"]
    follow(xp, row, square.mean(-1, keepdim=True), beta2)
    follow(xp, column, square.mean(-2, keepdim=True), beta2)
    return row @ column / row.mean(-2, keepdim=True).clip(min=eps)


def _norm(xp: Backend, tensor: Tensor) -> float:
    return float(xp.vector_norm(tensor))
