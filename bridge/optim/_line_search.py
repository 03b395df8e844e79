"""The line search of torch.optim.LBFGS, in numbers: it moves no tensor itself.

https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html (line_search_fn), which
follows Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, inf, nan, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Tensor

_DECREASE = 1e-4
_CURVATURE = 0.9


@dataclass(frozen=True, slots=True)
class Point:
    """Where a step of length `t` along the direction ends, and how the loss falls from there."""

    t: float
    loss: float
    slope: float
    grad: Tensor = None


@dataclass(slots=True)
class _Probe:
    """The loss along the direction: counts how often it was asked for, by step length."""

    evaluate: Callable[[float], Point]
    start: Point
    budget: int
    count: int = 0

    def __call__(self, t: float) -> Point:
        self.count += 1
        return self.evaluate(t)

    def is_left(self) -> bool:
        return self.count <= self.budget  # the first one is free

    def is_too_high(self, point: Point) -> bool:
        return point.loss > self.start.loss + _DECREASE * point.t * self.start.slope

    def is_flat(self, point: Point) -> bool:
        return abs(point.slope) <= -_CURVATURE * self.start.slope


def strong_wolfe(
    evaluate: Callable[[float], Point],
    start: Point,
    t: float,
    *,
    extent: float,
    tolerance: float,
    budget: int,
) -> tuple[Point, int]:
    """Find a step that is low and flat enough; return it and the number of evaluations.

    Args:
        evaluate: takes the step length.
        start: the point of step length 0.
        t: the step length to try first.
        extent: the largest change of a parameter in a step of length 1.
        tolerance: the change within an interval of steps that is not worth a search.
        budget: how many evaluations are allowed after the first.

    >>> point, evaluations = strong_wolfe(
    ...     lambda t: Point(t, (t - 3) ** 2, 2 * (t - 3)),
    ...     Point(0, 9, -6),
    ...     t=0.1,
    ...     extent=1,
    ...     tolerance=1e-9,
    ...     budget=10,
    ... )
    >>> point.t, evaluations
    (1.0, 2)
    """
    probe = _Probe(evaluate, start, budget)
    bracket = _bracket(probe, t)
    found = bracket[0] if len(bracket) == 1 else _zoom(probe, bracket, extent, tolerance)
    return found, probe.count


def _bracket(probe: _Probe, t: float) -> list[Point]:
    """Go on until a good point lies between the last two, or the last one is good."""
    previous, new, tries = probe.start, probe(t), 0
    while probe.is_left():
        if probe.is_too_high(new) or (tries > 1 and new.loss >= previous.loss):
            return [previous, new]
        if probe.is_flat(new):
            return [new]
        if new.slope >= 0:
            return [previous, new]
        bounds = new.t + 0.01 * (new.t - previous.t), new.t * 10
        previous, new = new, probe(_lowest(previous, new, bounds))
        tries += 1
    return [probe.start, new]


def _zoom(probe: _Probe, bracket: list[Point], extent: float, tolerance: float) -> Point:
    """Narrow the interval between the two points until its lower end is good."""
    low, high = _order(bracket)
    is_stuck = False
    while probe.is_left():
        left, right = sorted(point.t for point in bracket)
        if (right - left) * extent < tolerance:
            break
        t = _lowest(bracket[0], bracket[1], (left, right))
        margin = 0.1 * (right - left)
        is_near_end = min(right - t, t - left) < margin
        if is_near_end and (is_stuck or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            is_stuck = False
        else:
            is_stuck = is_near_end
        new = probe(t)
        if probe.is_too_high(new) or new.loss >= bracket[low].loss:
            bracket[high] = new
            low, high = _order(bracket)
            continue
        is_good = probe.is_flat(new)
        if not is_good and new.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = new
        if is_good:
            break
    return bracket[low]


def _order(bracket: list[Point]) -> tuple[int, int]:
    return (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)


def _lowest(a: Point, b: Point, bounds: tuple[float, float]) -> float:
    """Find where the cubic through both points, with their slopes, is lowest within the bounds."""
    least, most = bounds
    mean = a.slope + b.slope - 3 * _divided(a.loss - b.loss, a.t - b.t)
    square = mean**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2
    root = sqrt(square)
    left, right = (a, b) if a.t <= b.t else (b, a)
    part = _divided(right.slope + root - mean, right.slope - left.slope + 2 * root)
    # A NaN comes through, as in torch: for the caller's loss to show.
    return min(max(right.t - (right.t - left.t) * part, least), most)


def _divided(a: float, b: float) -> float:
    """Divide as tensors do: by zero too, which a straight line leads to."""
    if b != 0:
        return a / b
    return copysign(inf, a) if a else nan
