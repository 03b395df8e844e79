"""PolynomialLR: down to zero along a power of the remaining share of steps.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.PolynomialLR.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def polynomial_factor(epoch: int, total_iters: int, power: float) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> polynomial_factor(2, total_iters=4, power=2.0)
    0.25
    """
    factor: float = (1.0 - min(total_iters, epoch) / total_iters) ** power
    return factor


def polynomial_ratio(epoch: int, total_iters: int, power: float) -> float:
    """Return what the learning rate of the epoch before is multiplied by.

    >>> polynomial_ratio(1, total_iters=4, power=1.0)
    0.75
    """
    now = 1.0 - epoch / total_iters
    before = 1.0 - (epoch - 1) / total_iters
    ratio: float = (now / before) ** power
    return ratio


class PolynomialLR(LRScheduler):
    """Bring the learning rate to zero within total_iters steps.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = PolynomialLR(optimizer, total_iters=4, power=1.0)
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.6
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Scale the current learning rates by one step of the polynomial."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self._is_initial or self.last_epoch > self.total_iters:
            return read_values(groups, "lr")
        ratio = polynomial_ratio(self.last_epoch, self.total_iters, self.power)
        return [group["lr"] * ratio for group in groups]

    def _turns(self, steps: int) -> Iterable[int]:
        return range(1, int(min(self.total_iters, steps)) + 1)

    def _get_closed_form_lr(self) -> list[Value]:
        factor = polynomial_factor(self.last_epoch, self.total_iters, self.power)
        return [base_lr * factor for base_lr in self.base_lrs]
