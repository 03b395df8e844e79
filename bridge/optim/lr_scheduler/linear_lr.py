"""ConstantLR and LinearLR: a factor below one for the first steps, constant or moving.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ConstantLR.html and
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LinearLR.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def constant_factor(epoch: int, factor: float, total_iters: int) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> constant_factor(4, factor=0.5, total_iters=5), constant_factor(5, 0.5, 5)
    (0.5, 1.0)
    """
    return factor + (epoch >= total_iters) * (1 - factor)


def linear_factor(epoch: int, start_factor: float, end_factor: float, total_iters: int) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> linear_factor(2, start_factor=0.5, end_factor=1.0, total_iters=4)
    0.75
    """
    change = end_factor - start_factor
    return start_factor + change * min(total_iters, epoch) / total_iters


def linear_ratio(epoch: int, start_factor: float, end_factor: float, total_iters: int) -> float:
    """Return what the learning rate of the epoch before is multiplied by.

    >>> linear_ratio(1, start_factor=0.5, end_factor=1.0, total_iters=4)
    1.25
    """
    change = end_factor - start_factor
    return 1.0 + change / (total_iters * start_factor + (epoch - 1) * change)


class ConstantLR(LRScheduler):
    """Multiply the learning rate by factor until total_iters steps are taken.

    With total_iters=0 the factor stays for good, as in torch.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> scheduler.get_last_lr()
    [0.4]
    >>> scheduler.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.8]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError(
                "Constant multiplicative factor expected to be between 0 and 1.\n"
                f"Received: factor={factor}"
            )
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Apply the factor at the first epoch, and take it back at total_iters."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self.last_epoch == 0:
            change = self.factor
        elif self.last_epoch == self.total_iters:
            change = 1.0 / self.factor
        else:
            return read_values(groups, "lr")
        return [group["lr"] * change for group in groups]

    def _turns(self, steps: int) -> Iterable[int]:
        return (self.total_iters,) if self.total_iters in range(1, steps + 1) else ()

    def _get_closed_form_lr(self) -> list[Value]:
        factor = constant_factor(self.last_epoch, self.factor, self.total_iters)
        return [base_lr * factor for base_lr in self.base_lrs]


class LinearLR(LRScheduler):
    """Move the learning rate's factor from start_factor to end_factor in total_iters steps.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> for _ in range(3):
    ...     print(round(scheduler.get_last_lr()[0], 6))
    ...     scheduler.step()
    0.2
    0.4
    0.6
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal "
                f"to 1.\nReceived: start_factor={start_factor}"
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError(
                "Ending multiplicative factor expected to be between 0 and 1.\n"
                f"Received: end_factor={end_factor}"
            )
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Scale the current learning rates by one step of the line."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        epoch = self.last_epoch
        if epoch == 0:
            change = self.start_factor
        elif self._is_initial or epoch > self.total_iters:
            return read_values(groups, "lr")
        else:
            change = linear_ratio(epoch, self.start_factor, self.end_factor, self.total_iters)
        return [group["lr"] * change for group in groups]

    def _turns(self, steps: int) -> Iterable[int]:
        return range(1, int(min(self.total_iters, steps)) + 1)

    def _get_closed_form_lr(self) -> list[Value]:
        factor = linear_factor(
            self.last_epoch, self.start_factor, self.end_factor, self.total_iters
        )
        return [base_lr * factor for base_lr in self.base_lrs]
