"""Lay two traces beside each other, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bridge.tracing.reading import GROUP_QUANTITIES, STEP_QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.tracing.reading import Trace, TracedOptimizer

TOLERANCES: Final[Mapping[str, float]] = {
    "lr": 1e-12,
    "momentum": 1e-12,
    "weight_decay": 1e-12,
    "loss": 1e-4,
    "grad_norm": 1e-3,
    "param_sum": 1e-4,
    "param_norm": 1e-4,
}
"""How far a quantity may be off, relative to its largest value in either trace."""

# A port rounds at every operation, the weights of the run beside it were moved only once.
FACTOR: Final = 10
"""How far the traces may be apart, in units of how far the first is from itself."""

# Differences grow exponentially: what begins some times larger is everywhere some steps ahead.
AHEAD: Final = 2
"""The first may have got as far from itself by so many times the step."""

# Beyond this share of a quantity's largest value, rounding has become all that is to be seen.
_CHAOS: Final = 0.1

# A sum may be near 0 where its terms are not: what its tolerance is relative to instead.
_SCALED_BY: Final = {"param_sum": "param_norm"}


@dataclass(frozen=True, slots=True)
class Point:
    """The two values at a step."""

    step: int
    a: float
    b: float

    @property
    def difference(self) -> float:
        """How far they are apart; infinitely, where one is a number and the other is not."""
        if self.a == self.b or (math.isnan(self.a) and math.isnan(self.b)):
            return 0.0
        difference = abs(self.a - self.b)
        return math.inf if math.isnan(difference) else difference


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity of one optimizer, and of one of its groups where it has one."""

    optimizer: int
    quantity: str
    group: int | None
    points: tuple[Point, ...]
    tolerance: float
    scale: float
    """What the tolerance is relative to."""

    only_in: str = ""
    """The trace that has it, where the other does not: `a` or `b`."""

    spread: dict[int, float] = field(default_factory=dict)
    """By step, how far `a` has been from itself until then, its weights moved by rounding."""

    excuse: str = ""
    """Why its difference says nothing."""

    @property
    def first(self) -> Point | None:
        """Where the traces part."""
        if self.excuse:
            return None
        return next(
            (point for point in self.predictable if point.difference > self.allowed(point.step)),
            None,
        )

    @property
    def predictable(self) -> tuple[Point, ...]:
        """The steps up to which rounding alone does not decide what the values are."""
        limit = _CHAOS * self.scale / FACTOR
        is_chaotic = (self.spread.get(point.step, 0.0) > limit for point in self.points)
        end = next((i for i, chaotic in enumerate(is_chaotic) if chaotic), len(self.points))
        return self.points[:end]

    def allowed(self, step: int) -> float:
        """Return how far the traces may be apart at a step, in the quantity's own unit."""
        most = next(reversed(self.spread.values()), 0.0)  # it never falls
        rounding = FACTOR * self.spread.get(AHEAD * step, most)
        return max(self.tolerance * self.scale, min(rounding, _CHAOS * self.scale))

    @property
    def largest(self) -> Point | None:
        """Where they are furthest apart."""
        return max(self.points, key=lambda point: point.difference, default=None)

    @property
    def label(self) -> str:
        """The quantity with its group, as `lr[0]`."""
        return self.quantity if self.group is None else f"{self.quantity}[{self.group}]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two traces have in common, and where they differ."""

    a: Trace
    b: Trace
    rows: tuple[Row, ...]
    obstacles: tuple[str, ...]
    """Why not all of both could be compared."""

    @property
    def differs(self) -> bool:
        """Whether anything is further off than its tolerance."""
        return any(row.first is not None for row in self.rows)


def compare(
    a: Trace,
    b: Trace,
    tolerances: Mapping[str, float] = TOLERANCES,
    steps: int | None = None,
    again: Trace | None = None,
    names: tuple[str, str] = ("a", "b"),
) -> Comparison:
    """Compare the traces; with `steps`, the first so many of each optimizer.

    Args:
        a: the original's.
        b: the port's.
        tolerances: other ones than `TOLERANCES`, by quantity.
        steps: how many steps to compare; None for all.
        again: the original's once more, its weights moved by one unit in the last place: `FACTOR`
            times as far as rounding alone takes it by `AHEAD` times the step, the port may be away.
        names: what to call the two in obstacles.
    """
    tolerances = {**TOLERANCES, **tolerances}
    pairs = list(enumerate(zip(a.optimizers, b.optimizers, strict=False)))
    rows = tuple(row for number, pair in pairs for row in _rows(number, *pair, tolerances, steps))
    if again is not None:
        rows = tuple(replace(row, spread=_spread(row, again)) for row in rows)
    obstacles = [
        *_of_file(names[0], a, steps),
        *_of_file(names[1], b, steps),
        *_of_pair(a, b, names, steps),
    ]
    return Comparison(a, b, rows, tuple(obstacles))


def _rows(
    number: int,
    a: TracedOptimizer,
    b: TracedOptimizer,
    tolerances: Mapping[str, float],
    steps: int | None,
) -> Iterator[Row]:
    both = {**a.series, **b.series}
    order = {name: index for index, name in enumerate((*GROUP_QUANTITIES, *STEP_QUANTITIES))}
    for key in sorted(both, key=lambda key: (order[key[0]], key[1] or 0)):
        quantity, group = key
        if group is not None and group >= min(a.groups, b.groups):
            continue
        in_a, in_b = a.series.get(key, {}), b.series.get(key, {})
        if not any((in_a or in_b).values()) and not (in_a and in_b):
            continue  # one's momentum of 0 is the other's lack of one
        common = [step for step in in_a if step in in_b and (steps is None or step <= steps)]
        points = tuple(Point(step, in_a[step], in_b[step]) for step in common)
        scaling = (_SCALED_BY.get(quantity, quantity), group)
        scale = _largest(
            values.get(step, 0.0)
            for values in (a.series.get(scaling, {}), b.series.get(scaling, {}))
            for step in common
        )
        tolerance = tolerances[quantity]
        only_in = "" if in_a and in_b else "a" if in_a else "b"
        yield Row(number, quantity, group, points, tolerance, scale, only_in)


def _spread(row: Row, again: Trace) -> dict[int, float]:
    if row.optimizer >= len(again.optimizers):
        return {}
    values = again.optimizers[row.optimizer].series.get((row.quantity, row.group), {})
    spread, largest = {}, 0.0
    for point in row.points:
        # What has once been apart by so much, may be by chance less apart at a later step.
        moved = Point(point.step, point.a, values.get(point.step, point.a))
        largest = max(largest, moved.difference)
        spread[point.step] = largest
    return spread


def _largest(values: Iterator[float]) -> float:
    return max((abs(value) for value in values if math.isfinite(value)), default=0.0)


def _of_file(name: str, trace: Trace, steps: int | None) -> Iterator[str]:
    if steps is not None and all(found.steps >= steps for found in trace.optimizers):
        return  # what is compared is whole
    if trace.is_truncated:
        yield f"{name} is cut off in a line: its script was killed, or the disk is full"
    elif not trace.is_ended:
        yield f"{name} has no end: its script was killed, or is still running"
    elif trace.error is not None:
        yield f"{name}'s script ended by {trace.error}"


def _of_pair(a: Trace, b: Trace, names: tuple[str, str], steps: int | None) -> Iterator[str]:
    first, second = names
    if len(a.optimizers) != len(b.optimizers):
        count = _many(len(a.optimizers), "optimizer")
        yield f"{first} has {count}, {second} has {len(b.optimizers)}"
    for number, (one, other) in enumerate(zip(a.optimizers, b.optimizers, strict=False)):
        where = f"of optimizer {number} " if len(a.optimizers) > 1 else ""
        if one.groups != other.groups:
            count = f"{_many(one.groups, 'group')} {where}".rstrip()
            yield f"{first} has {count}, {second} has {other.groups}"
        lengths = [
            found if steps is None else min(found, steps) for found in (one.steps, other.steps)
        ]
        if lengths[0] != lengths[1]:
            count = f"{_many(one.steps, 'step')} {where}".rstrip()
            yield f"{first} has {count}, {second} has {other.steps}"
        elif steps is not None and lengths[0] < steps:
            yield f"both have only {_many(lengths[0], 'step')} {where}".rstrip() + f", not {steps}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
