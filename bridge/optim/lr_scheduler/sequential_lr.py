"""SequentialLR: one schedule after the other, each from its own beginning.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.SequentialLR.html
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim.lr_scheduler._base import one_last_epoch
from bridge.optim.lr_scheduler._members import OfMembers, check_members
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._values import write_value
from bridge.optim.lr_scheduler._verbose import print_lr

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._base import LRScheduler
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer


class SequentialLR(OfMembers):
    """Follow the first scheduler up to the first milestone, then the second, and so on.

    A ChainedScheduler or SequentialLR can only be the first member: as a later one it raises
    NotImplementedError when its turn comes, as in torch.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import ConstantLR, ExponentialLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> warmup = ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> decay = ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[2])
    >>> for _ in range(4):
    ...     print(scheduler.get_last_lr())
    ...     scheduler.step()
    [0.4]
    [0.4]
    [0.8]
    [0.4]
    """

    _takes_metrics: ClassVar[bool] = False

    def __init__(  # torch's does not call the base's either: the members took the first step
        self,
        optimizer: GroupedOptimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        owner = type(self).__name__
        if len(schedulers) < 1:
            raise ValueError(f"{owner} expects at least one scheduler, but got no scheduler.")
        check_members(owner, schedulers, optimizer, takes_metrics=self._takes_metrics)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than "
                "the number of milestone points, but got number of schedulers "
                f"{len(schedulers)} and the number of milestones to be equal to {len(milestones)}"
            )
        check_optimizer(optimizer)
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = one_last_epoch(last_epoch, last_step) + 1
        self.optimizer = optimizer
        self.verbose = verbose
        self._begin_first()

    def recursive_undo(self, sched: Any = None) -> None:
        """Take back the step that building the members took, one epoch each."""
        scheduler = self if sched is None else sched
        if hasattr(scheduler, "_schedulers"):
            for member in scheduler._schedulers:  # noqa: SLF001 - as above
                self.recursive_undo(member)
        elif hasattr(scheduler, "last_epoch"):
            scheduler.last_epoch -= 1

    def step(self) -> None:  # type: ignore[override]  # torch's takes no epoch either
        """Step the member whose turn it is; at its milestone it starts at epoch 0."""
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            scheduler._update_lr(0)  # noqa: SLF001 - as above
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()
        if self.verbose:
            print_lr(self._last_lr)

    def _begin(self) -> None:
        self._begin_members()
        self.last_epoch = 0
        self._begin_first()

    def _begin_first(self) -> None:
        # The members took their first steps when they were built. All of that is taken back,
        # and only the member that runs at step 0 takes it again.
        for group in self.optimizer.param_groups:
            write_value(group, "lr", group["initial_lr"])
        self.recursive_undo()
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()  # noqa: SLF001 - a scheduler of our own or torch's, by its protocol
        self._keep_lr_of(first)

    def _keep_lr_of(self, scheduler: LRScheduler) -> None:
        self._last_lr = scheduler.get_last_lr()
        if self.verbose:
            print_lr(self._last_lr)
