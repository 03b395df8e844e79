"""What the warm-ups in front of other schedules share: when the schedule behind takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._members import OfMembers, check_members
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._values import Value


class WarmUp(OfMembers):
    """Base of the warm-ups: `_warm_at` says how to begin, the schedule behind how to go on.

    The schedule behind starts from its own beginning when the warm-up ends, or, if it is not
    delayed, stands by then where as many steps have led it.
    """

    _is_delayed: bool = True

    def __init__(
        self,
        target: Any,
        warmup_steps: int,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self._schedulers = [target] if isinstance(target, LRScheduler) else []
        optimizer = target.optimizer if self._schedulers else target
        check_members(type(self).__name__, self._schedulers, optimizer)
        self._warmup_steps = warmup_steps
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Compute the warm-up's learning rates, or have the schedule behind set its own."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        epoch, groups = self.last_epoch, self.optimizer.param_groups
        if epoch < self._warmup_steps:
            return self._warm_at(epoch)
        if not self._schedulers:
            return read_values(groups, "initial_lr")
        if epoch == self._warmup_steps or self._is_initial:
            self._schedulers[0].resume(self._behind(epoch))
        else:
            self._schedulers[0].step()
        return read_values(groups, "lr")

    def _warm_at(self, epoch: int) -> list[Value]:
        raise NotImplementedError

    def _behind(self, epoch: int) -> int:
        """Return where the schedule behind stands at an epoch of this one."""
        return epoch - self._warmup_steps if self._is_delayed else epoch

    def _begin(self) -> None:
        self._begin_members()
        self.last_epoch = -1
        self._initial_step()

    def _advance(self, steps: int) -> None:
        if not steps:
            return
        self._step_count += steps
        self.last_epoch = steps - 1
        if self._schedulers and steps > self._warmup_steps:
            self._schedulers[0].resume(self._behind(steps - 1))
        self._update_lr()
