"""CombinedScheduler: schedules of different hyperparameters or groups, stepped as one.

`ChainedScheduler`, which it is beside, chains several on the same learning rates:
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ChainedScheduler.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._members import OfMembers, check_no_metrics
from bridge.optim.lr_scheduler._resume import check_step
from bridge.optim.lr_scheduler._values import read_values
from bridge.optim.lr_scheduler._verbose import print_lr
from bridge.optim.lr_scheduler._views import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.optim.lr_scheduler._base import LRScheduler


class CombinedScheduler(OfMembers):
    """Step schedules that have nothing to do with each other, in one call.

    Args:
        schedulers: the schedules, each on the optimizer or on a `hyperparameter` of it.
        starts: at which step of this one each begins; all at 0 if None.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import ExponentialLR, StepLR, hyperparameter
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8, "weight_decay": 0.8}])
    >>> decay = StepLR(hyperparameter(optimizer, "weight_decay"), step_size=1, gamma=0.5)
    >>> scheduler = CombinedScheduler([ExponentialLR(optimizer, gamma=0.25), decay])
    >>> scheduler.step()
    >>> optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["weight_decay"]
    (0.2, 0.4)
    """

    def __init__(
        self,
        schedulers: Sequence[LRScheduler],
        starts: Sequence[int] | None = None,
        *,
        verbose: bool = False,
    ) -> None:
        if len(schedulers) < 1:
            raise ValueError("CombinedScheduler expects at least one scheduler, but got none.")
        check_no_metrics(type(self).__name__, schedulers)
        optimizers = [_whole(scheduler.optimizer) for scheduler in schedulers]
        if any(optimizer is not optimizers[0] for optimizer in optimizers):
            raise ValueError("CombinedScheduler expects all schedulers to drive the same optimizer")
        if starts is not None and len(starts) != len(schedulers):
            raise ValueError(
                f"starts must have one entry for each of the {len(schedulers)} schedulers, "
                f"got {len(starts)}"
            )
        self._schedulers = schedulers
        self.starts = [0] * len(schedulers) if starts is None else list(starts)
        self.optimizer = optimizers[0]
        self.verbose = verbose
        self.last_epoch = max(self.starts)
        self._last_lr = read_values(self.optimizer.param_groups, "lr")

    @property
    def members(self) -> Sequence[LRScheduler]:
        """The schedules that are stepped together."""
        return self._schedulers

    def step(self) -> None:  # type: ignore[override]  # each member by itself takes one
        """Step every member."""
        self.last_epoch += 1
        for scheduler in self._schedulers:
            scheduler.step()
        self._keep_lr()

    def restart(self) -> None:
        """Have every member start again."""
        for scheduler in self._schedulers:
            scheduler.restart()
        self.last_epoch = 0
        self._keep_lr()

    def resume(self, step: int) -> None:
        """Have every member go where that many steps lead; one that begins later stays at 0."""
        check_step(step)
        for scheduler, start in zip(self._schedulers, self.starts, strict=True):
            scheduler.resume(max(step - start, 0))
        self.last_epoch = step
        self._keep_lr()

    def _begin(self) -> None:
        self._begin_members()
        self.last_epoch = 0
        self._keep_lr()

    def _keep_lr(self) -> None:
        self._last_lr = read_values(self.optimizer.param_groups, "lr")
        if self.verbose:
            print_lr(self._last_lr)


def _whole(optimizer: Any) -> Any:
    return optimizer.optimizer if isinstance(optimizer, View) else optimizer
