"""All parameters of an optimizer as one vector, for LBFGS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.optim._line_search import Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Backend, Tensor


def number(loss: Tensor | float) -> float:
    """Read a loss, which may be a number, a 0-d tensor, or Paddle's tensor of shape [1]."""
    return float(loss.item() if hasattr(loss, "item") else loss)


@dataclass(frozen=True, slots=True)
class FlatParams:
    """The parameters, and the closure that computes their loss and gradients."""

    xp: Backend
    params: list[Tensor]
    closure: Callable[[], Any]

    def evaluate(self) -> Any:
        with self.xp.enable_grad():
            return self.closure()

    def grad(self) -> Tensor:
        """Copy the gradients into one vector, with zeros for those that are missing."""
        parts = [
            self.xp.zeros_like(param) if param.grad is None else param.grad for param in self.params
        ]
        return self.xp.cat([part.reshape([-1]) for part in parts])

    def point(self, direction: Tensor, t: float) -> Point:
        """Evaluate here, where a step of length `t` led."""
        loss, grad = number(self.evaluate()), self.grad()
        return Point(t, loss, float(dot(grad, direction)), grad)

    def move(self, direction: Tensor, t: float) -> None:
        offset = 0
        for param in self.params:
            end = offset + int(param.numel())
            self.xp.assign(param, param + direction[offset:end].reshape(param.shape) * t)
            offset = end

    def copy(self) -> list[Tensor]:
        return [self.xp.clone(param) for param in self.params]

    def restore(self, copies: list[Tensor]) -> None:
        for param, copied in zip(self.params, copies, strict=True):
            self.xp.assign(param, copied)


def dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum()
