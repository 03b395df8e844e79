"""Where a schedule changes its course: what a figure of it marks.

The attributes are those of https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
and of `bridge.optim.lr_scheduler.schedules`.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# Steps, one or several, counted from the schedule's own beginning.
MANY = ("_milestones", "milestones", "boundaries")
ONE = (
    "_warmup_steps",
    "warmup_steps",
    "num_warmup_steps",
    "total_iters",
    "T_max",
    "total_steps",
    "num_training_steps",
)
STRETCHES = ("warmup_steps", "stable_steps", "decay_steps")  # one after the other
FURTHEST = 10_000_000
MOST_REPEATED = 12
USUAL_LENGTH = 100
MEMBERS = ("_schedulers", "schedulers")


def milestones_of(scheduler: Any, steps: int) -> tuple[int, ...]:
    """Return the steps at which the course changes, of members too.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import MultiStepLR, StepLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> milestones_of(MultiStepLR(optimizer, [30, 80, 120]), steps=100)
    (30, 80)
    >>> milestones_of(StepLR(optimizer, 30), steps=100)
    (30, 60, 90)
    """
    done = _done(scheduler)
    marks = [*_marks(scheduler), *_repeated(scheduler, done + steps)]
    shifted = {round(mark) - done for mark in marks}
    return tuple(sorted(mark for mark in shifted if 0 < mark < steps))


def _done(scheduler: Any) -> int:
    # A schedule that has been stepped is shown from where it stands.
    return max(getattr(scheduler, "last_epoch", getattr(scheduler, "last_step", 0)), 0)


def _repeated(scheduler: Any, steps: int) -> list[int]:
    """Return where a schedule does the same again, while those are few enough to be told apart."""
    length = getattr(scheduler, "step_size", None) or getattr(scheduler, "T_0", None)
    if not isinstance(length, int) or length < 1:
        return []
    lengths = (
        length * getattr(scheduler, "T_mult", 1) ** turn for turn in range(MOST_REPEATED + 1)
    )
    found = [mark for mark in accumulate(lengths) if mark < steps]
    return found if len(found) <= MOST_REPEATED else []


def _marks(scheduler: Any) -> Iterator[float]:
    own = [mark for name in MANY for mark in getattr(scheduler, name, ())]
    yield from own
    yield from (getattr(scheduler, name, None) or 0 for name in ONE)
    yield from accumulate(getattr(scheduler, name, 0) for name in STRETCHES)
    phases = getattr(scheduler, "_schedule_phases", ())
    yield from (phase["end_step"] for phase in phases[:-1])
    members = next((getattr(scheduler, n) for n in MEMBERS if hasattr(scheduler, n)), ())
    # One after the other where there is a milestone between each two, else side by side.
    is_sequence = len(own) == len(members) - 1
    starts = [0, *own] if is_sequence else [0] * len(members)
    ends = [*own, float("inf")] if is_sequence else [float("inf")] * len(members)
    for member, start, end in zip(members, starts, ends, strict=True):
        marks = (start + mark for mark in _marks(member))
        yield from (mark for mark in marks if mark < end)


def length_of(scheduler: Any) -> int:
    """Return how many steps show all that a schedule does.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import MultiStepLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> length_of(MultiStepLR(optimizer, [30, 80]))
    96
    """
    if hasattr(scheduler, "total_steps"):
        return int(scheduler.total_steps)
    done = _done(scheduler)
    marks = [round(mark) - done for mark in _marks(scheduler)]
    furthest = max((mark for mark in marks if mark < FURTHEST), default=0)
    return math.ceil(1.2 * furthest) if furthest > 0 else USUAL_LENGTH
