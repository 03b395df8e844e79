"""torch.optim.Muon.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim._pieces import follow
from bridge.optim._scalars import check_at_least_zero, check_one_element
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Backend, Group, State, Tensor

_ADJUSTMENTS: dict[str | None, Callable[[int, int], float]] = {
    "original": lambda rows, columns: sqrt(max(1, rows / columns)),
    "match_rms_adamw": lambda rows, columns: 0.2 * sqrt(max(rows, columns)),
}
_ADJUSTMENTS[None] = _ADJUSTMENTS["original"]
_MOST_STEPS = 100


class Muon(Optimizer):
    """Step each matrix along its momentum made orthogonal; for the hidden layers of a network.

    torch iterates in bfloat16. So does this on every framework, with the products summed in
    float32 and rounded, which needs no bfloat16 kernel and equals torch's CPU.

    >>> Muon([], adjust_lr_fn="rms")
    Traceback (most recent call last):
    ...
    ValueError: Adjust learning rate function rms is not supported
    """

    algorithm: ClassVar[str] = "Muon"

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_one_element("lr", lr)
        check_at_least_zero("Learning rate", lr)
        check_at_least_zero("momentum", momentum)
        check_at_least_zero("weight decay", weight_decay)
        if adjust_lr_fn not in tuple(_ADJUSTMENTS):  # which hashes nothing
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                _check_matrix(param)

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        del group
        return {"momentum_buffer": xp.zeros_like(param)}

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        momentum, lr, buffer = group["momentum"], group["lr"], state["momentum_buffer"]
        follow(xp, buffer, grad, momentum)
        mean = grad * (1 - momentum) + buffer * momentum if group["nesterov"] else buffer
        update = _orthogonal(xp, mean, group)
        adjust = _ADJUSTMENTS.get(group["adjust_lr_fn"])
        # As in torch, a name that was written into the group later and is none adjusts nothing.
        factor = adjust(*param.shape) if adjust is not None else 1.0
        xp.assign(param, param * (1 - lr * group["weight_decay"]))
        xp.assign(param, param - xp.cast(update, param) * (lr * factor))


def _orthogonal(xp: Backend, matrix: Tensor, group: Group) -> Tensor:
    """Bring the singular values of `matrix` near 1 by Newton and Schulz's iteration."""
    if group["ns_steps"] >= _MOST_STEPS:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(group["ns_coefficients"]) != 3:  # noqa: PLR2004 - a, b, c
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = group["ns_coefficients"]
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = xp.round_to_bfloat16(matrix.T if is_tall else matrix)
    x = xp.round_to_bfloat16(x / xp.round_to_bfloat16(xp.vector_norm(x)).clip(min=group["eps"]))
    for _ in range(group["ns_steps"]):
        gram = xp.round_to_bfloat16(x @ x.T)
        polynomial = xp.round_to_bfloat16(gram * b + (gram @ gram) * c)
        x = xp.round_to_bfloat16(x * a + polynomial @ x)
    return x.T if is_tall else x


def _check_matrix(param: Tensor) -> None:
    if param.ndim != 2:  # noqa: PLR2004 - a matrix
        raise ValueError(
            "Muon only supports 2D parameters whereas we found a parameter with size: "
            f"torch.Size({list(param.shape)})\n"
            "Hint: give biases, embeddings and the like to AdamW."
        )
