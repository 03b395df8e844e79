"""ExponentialLR: multiply by gamma at every epoch.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ExponentialLR.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def exponential_factor(epoch: int, gamma: float) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> exponential_factor(3, gamma=0.5)
    0.125
    """
    factor: float = gamma**epoch
    return factor


class ExponentialLR(LRScheduler):
    """Multiply the learning rate by gamma at every step.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.2]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        gamma: float,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Decay the current learning rates."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self._is_initial:
            return read_values(groups, "lr")
        gamma = self.gamma
        return [group["lr"] * gamma for group in groups]

    def _get_closed_form_lr(self) -> list[Value]:
        factor = exponential_factor(self.last_epoch, self.gamma)
        return [base_lr * factor for base_lr in self.base_lrs]
