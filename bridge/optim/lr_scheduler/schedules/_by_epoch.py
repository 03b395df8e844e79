"""A schedule that follows from the epoch and the initial learning rate alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._resume import only_last

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.optim.lr_scheduler._values import Value


class ByEpoch(LRScheduler):
    """Base of the schedules that give a formula, `_lr_at`."""

    def get_lr(self) -> list[Value]:
        """Evaluate the formula at this epoch for every group."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        epoch = self.last_epoch
        return [self._lr_at(base_lr, epoch) for base_lr in self.base_lrs]

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        raise NotImplementedError

    def _turns(self, steps: int) -> Iterable[int]:
        return only_last(steps)
