"""Our schedules beside Paddle's and OneFlow's own: what equals what, and to which grade.

Grades as in the compatibility matrix: "a" every value is equal bit for bit, "b" within 1e-12 of the
largest learning rate over 200 steps, "c" differs, "refused" the native class does not take it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.optim import lr_scheduler
from tests.scheduler_cases import METRICS, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STEPS = 200
WITHIN_B = 1e-12
Curve: TypeAlias = "list[list[float]]"


@dataclass(frozen=True, slots=True)
class Row:
    """One of our schedules, the native one, and how far they are to agree."""

    ours: Schedule
    native: Any  # makes it, of the framework's module and its optimizer or learning rate
    grade: str
    lrs: tuple[float, ...] = (0.1,)
    metrics: str | None = None
    steps: int = STEPS

    def __str__(self) -> str:
        """Return a name for the test's report."""
        return f"{self.ours}{self.lrs}{self.metrics or ''}"


def our_curve(row: Row) -> Curve:
    """Return the learning rates of every group at every step."""
    groups = [{"lr": lr, "momentum": 0.9} for lr in row.lrs]
    optimizer: Any = SimpleNamespace(param_groups=groups, defaults={"momentum": 0.9})
    scheduler = row.ours.build(lr_scheduler, optimizer)
    return curve(scheduler, lambda: [group["lr"] for group in groups], row)


def curve(scheduler: Any, read: Callable[[], Sequence[float]], row: Row) -> Curve:
    """Step a schedule and read the learning rates, up to the first error."""
    values = [list(read())]
    for index in range(row.steps):
        scheduler.step(*([METRICS[row.metrics][index]] if row.metrics else []))
        values.append(list(read()))
    return values


def graded(expected: Curve, actual: Curve) -> str:
    """Return the grade that two curves have to each other."""
    pairs = [
        (e, a)
        for at_e, at_a in zip(expected, actual, strict=True)
        for e, a in zip(at_e, at_a, strict=True)
    ]
    if all(e == a for e, a in pairs):
        return "a"
    largest = max(abs(e) for e, _ in pairs)
    difference = max(abs(e - a) if math.isfinite(a) else math.inf for e, a in pairs)
    return "b" if difference <= WITHIN_B * largest else "c"
