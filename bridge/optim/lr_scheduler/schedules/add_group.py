"""add_group: a parameter group that joins during training, with a schedule of its own.

With `optimizer.add_param_group` alone torch's schedules raise, or go on with the new group's
learning rate as it is: https://pytorch.org/docs/2.13/generated/torch.optim.Optimizer.add_param_group.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._config import rebuilt
from bridge.optim.lr_scheduler._members import check_no_metrics
from bridge.optim.lr_scheduler._views import View, view_of
from bridge.optim.lr_scheduler.schedules.combined_scheduler import CombinedScheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.optim.lr_scheduler._base import LRScheduler
    from bridge.optim.lr_scheduler._values import Group


def add_group(
    scheduler: LRScheduler,
    param_group: Group,
    schedule: Callable[[Any], LRScheduler] | None = None,
) -> CombinedScheduler:
    """Add a group to the scheduler's optimizer, and return what steps both from now on.

    The given scheduler keeps to the groups that it had. `resume` on the result knows at which
    step the group came.

    Args:
        scheduler: the scheduler so far; step the one that is returned in its place.
        param_group: what `add_param_group` takes.
        schedule: makes the new group's schedule, given an optimizer with that group alone; the
            same schedule from its beginning if None.

    >>> import torch
    >>> from bridge import optim
    >>> from bridge.optim.lr_scheduler import ExponentialLR
    >>> head, body = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    >>> optimizer = optim.SGD([head], lr=0.8)
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler = add_group(scheduler, {"params": [body], "lr": 0.8})
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.2, 0.4]
    """
    check_no_metrics(add_group.__name__, [scheduler])
    view = scheduler.optimizer
    optimizer: Any = view.optimizer if isinstance(view, View) else view
    place = len(optimizer.param_groups)
    optimizer.add_param_group(param_group)
    members, starts = [scheduler], [0]
    if isinstance(scheduler, CombinedScheduler):
        members, starts = list(scheduler.members), scheduler.starts
    for member in members:
        _limit(member, tuple(range(place)))
    new = view_of(optimizer, "lr", [place])
    added = rebuilt(members[0], new) if schedule is None else schedule(new)
    return CombinedScheduler([*members, added], [*starts, _steps_of(scheduler)])


def _limit(scheduler: Any, places: tuple[int, ...]) -> None:
    """Keep a schedule and its members to the groups that are there already."""
    view = scheduler.optimizer
    if not isinstance(view, View):
        scheduler.optimizer = View(view, "lr", places)
    elif view.groups is None:
        scheduler.optimizer = View(view.optimizer, view.name, places)
    for member in getattr(scheduler, "_schedulers", ()):
        _limit(member, places)


def _steps_of(scheduler: Any) -> int:
    steps = getattr(scheduler, "last_epoch", None)
    return _steps_of(scheduler._schedulers[0]) if steps is None else steps  # noqa: SLF001 - chained
