"""Schedules one after the other: each stretch evaluated by its own member.

https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.SequentialLR.html
"""

# ruff: noqa: SLF001 - the members of a schedule of ours

from __future__ import annotations

import math
import sys
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler import SequentialLR
from bridge.optim.lr_scheduler.schedules._warm_up import WarmUp
from bridge.simulating.forms import form_of
from bridge.simulating.spec import Schedule
from bridge.simulating.stepping import is_plain, lean

if TYPE_CHECKING:
    from bridge.simulating.stepping import Values


def sequence_of(schedule: Schedule, steps: int, *, exact: bool) -> tuple[Values, bool] | None:
    """Return one group's learning rates and whether they are exact; None where this cannot."""
    scheduler, groups = schedule.scheduler, schedule.groups
    is_sequence = type(scheduler) is SequentialLR or isinstance(scheduler, WarmUp)
    if not is_sequence or groups is None or len(groups) != 1 or scheduler.verbose:
        return None
    members = list(scheduler._schedulers)
    if any(getattr(each, "cycle_momentum", False) for each in members):
        return None
    if not all(is_plain(each, groups) for each in members):
        return None
    record, is_exact = array("d"), True
    while True:
        member, left = _turn(scheduler)
        length = min(left, steps - len(record))
        start = scheduler.last_epoch
        form = form_of(Schedule(member, groups), length, exact=exact)
        values = form[0]["lr"][0] if form else lean([member], groups[0], length)
        is_exact = is_exact and (form is None or form[1])
        record.extend(values)
        if len(record) == steps:
            return {"lr": (record,)}, is_exact
        # The schedule itself takes the step over the milestone.
        groups[0]["lr"] = values[-1]
        scheduler.last_epoch = start + length - 1
        scheduler.step()


def _turn(scheduler: Any) -> tuple[Any, int]:
    """Return whose turn it is, and for how many steps from this one on."""
    epoch = scheduler.last_epoch
    if type(scheduler) is SequentialLR:
        turn = bisect_right(scheduler._milestones, epoch)
        ends = scheduler._milestones[turn : turn + 1]
        return scheduler._schedulers[turn], ends[0] - epoch if ends else sys.maxsize
    if epoch < scheduler._warmup_steps:
        return scheduler, math.ceil(scheduler._warmup_steps) - epoch
    return (scheduler._schedulers or [scheduler])[0], sys.maxsize
