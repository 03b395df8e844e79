"""ChainedScheduler: several schedules at once, each changing what the one before has set.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ChainedScheduler.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._members import OfMembers, check_members
from bridge.optim.lr_scheduler._values import read_values
from bridge.optim.lr_scheduler._verbose import print_lr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.optim.lr_scheduler._base import LRScheduler
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer


class ChainedScheduler(OfMembers):
    """Step a list of schedulers one after the other.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import ExponentialLR, StepLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> members = [ExponentialLR(optimizer, gamma=0.5), StepLR(optimizer, step_size=1, gamma=0.5)]
    >>> scheduler = ChainedScheduler(members)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.2]
    """

    def __init__(  # torch's does not call the base's either: the members took the first step
        self,
        schedulers: Sequence[LRScheduler],
        optimizer: GroupedOptimizer | None = None,
        *,
        verbose: bool = False,
    ) -> None:
        owner = type(self).__name__
        if len(schedulers) < 1:
            raise ValueError(
                f"{owner} expects at least one scheduler to be chained, but got no scheduler."
            )
        optimizer = optimizer or schedulers[0].optimizer
        check_members(owner, schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self.verbose = verbose
        self._last_lr = read_values(optimizer.param_groups, "lr")

    def _begin(self) -> None:
        self._begin_members()
        self._last_lr = read_values(self.optimizer.param_groups, "lr")

    def step(self) -> None:  # type: ignore[override]  # torch's takes no epoch either
        """Step every member."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = read_values(self.optimizer.param_groups, "lr")
        if self.verbose:
            print_lr(self._last_lr)
