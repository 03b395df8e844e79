"""MetricSequentialLR: SequentialLR that can have ReduceLROnPlateau among its members.

torch's refuses it, https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.SequentialLR.html
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any, SupportsFloat

from bridge.optim.lr_scheduler._members import is_plateau
from bridge.optim.lr_scheduler._resume import check_step, quiet
from bridge.optim.lr_scheduler._values import copied, write_value
from bridge.optim.lr_scheduler.sequential_lr import SequentialLR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.optim.lr_scheduler._base import LRScheduler
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer


class MetricSequentialLR(SequentialLR):
    """Follow schedulers one after the other; `step` takes the metric that a plateau asks for.

    At its milestone ReduceLROnPlateau starts at the initial learning rate, and without a best
    metric; the metric given at that step is not looked at, as there it has not yet been followed.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import ConstantLR, ReduceLROnPlateau
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> members = [ConstantLR(optimizer, 0.5), ReduceLROnPlateau(optimizer, factor=0.1, patience=0)]
    >>> scheduler = MetricSequentialLR(optimizer, members, milestones=[1])
    >>> scheduler.get_last_lr()
    [0.4]
    >>> for loss in [3.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    ...     print(round(scheduler.get_last_lr()[0], 6))
    0.8
    0.8
    0.08
    """

    _takes_metrics = True

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        for group in getattr(optimizer, "param_groups", ()):
            group.setdefault("initial_lr", copied(group["lr"]))  # a plateau alone writes none
        super().__init__(
            optimizer, schedulers, milestones, last_epoch, last_step=last_step, verbose=verbose
        )

    def step(self, metrics: SupportsFloat | None = None) -> None:
        """Step the member whose turn it is, with the metric if it is a plateau."""
        epoch = self.last_epoch + 1
        index = bisect_right(self._milestones, epoch)
        scheduler: Any = self._schedulers[index]
        if not is_plateau(scheduler):
            super().step()
            return
        if not self._asks_at(epoch):
            self._begin_plateau(scheduler)
        elif metrics is None:
            raise TypeError(
                f"{type(self).__name__}.step() needs the metric at step {epoch}: "
                f"it is the turn of {type(scheduler).__name__}.\n"
                "Hint: pass scheduler.step(loss); other members do not look at it."
            )
        else:
            scheduler.step(metrics)
        self.last_epoch = epoch
        self._keep_lr_of(scheduler)

    def resume(self, step: int, metrics: Iterable[SupportsFloat | None] = ()) -> None:
        """Go exactly where that many steps from the start lead, given the metric of each."""
        check_step(step)
        seen = list(islice(metrics, step))
        needed = max((epoch for epoch in range(1, step + 1) if self._asks_at(epoch)), default=0)
        if len(seen) < needed:
            raise ValueError(
                f"{type(self).__name__} needs the metrics of the first {needed} steps to resume, "
                f"got {len(seen)}.\nHint: None will do where the member takes none."
            )
        with quiet(self):
            self.restart()
            for metric in islice(chain(seen, repeat(None)), step):
                self.step(metric)

    def _asks_at(self, epoch: int) -> bool:
        index = bisect_right(self._milestones, epoch)
        is_milestone = index > 0 and self._milestones[index - 1] == epoch
        return is_plateau(self._schedulers[index]) and not is_milestone

    def _begin_first(self) -> None:
        first = self._schedulers[bisect_right(self._milestones, 0)]
        if is_plateau(first):
            self.recursive_undo()
            self._begin_plateau(first)
            self._keep_lr_of(first)
        else:
            super()._begin_first()

    def _begin_plateau(self, scheduler: Any) -> None:
        for group in self.optimizer.param_groups:
            write_value(group, "lr", group["initial_lr"])
        scheduler._begin()  # noqa: SLF001 - a schedule of our own
