"""torch.optim.Rprop.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._scalars import check_lr, plain
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor

_LARGEST = 3e38  # that float32 holds


class Rprop(Optimizer):
    """Step by the gradient's sign, further where it stays and less where it flips.

    As in torch `lr` is only where the step sizes begin, at a parameter's first step. `foreach`,
    `capturable` and `differentiable` choose torch's implementation and have no effect on
    parameters of other frameworks.

    >>> Rprop([], etas=(1.5, 1.2))
    Traceback (most recent call last):
    ...
    ValueError: Invalid eta values: 1.5, 1.2
    """

    algorithm: ClassVar[str] = "Rprop"
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
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        zeros = xp.zeros_like(param)
        return {"step": 0, "prev": zeros, "step_size": zeros + plain(group["lr"])}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        (shrink, grow), (smallest, largest) = group["etas"], group["step_sizes"]
        previous, size = state["prev"], state["step_size"]
        state["step"] += 1
        # Only the sign counts, and infinity times the first step's zero is NaN.
        grad = grad.clip(-_LARGEST, _LARGEST)
        # Zeros and ones, so that each step size is multiplied by one exact factor; choosing by
        # `where` costs OneFlow as much as all of this.
        sign = xp.sign(grad * previous)
        moved = abs(sign)
        stays, flips = (moved + sign) * 0.5, (moved - sign) * 0.5
        factor = stays * grow + flips * shrink + (1 - moved)
        xp.assign(size, (size * factor).clip(smallest, largest))
        grad = grad * (1 - flips)
        xp.assign(param, param - xp.sign(grad) * size)
        xp.assign(previous, grad)
