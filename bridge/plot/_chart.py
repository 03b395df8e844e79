"""What a figure shows, whoever draws it: panels of hyperparameters, and curves of groups."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from bridge.plot._style import NAMES, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bridge.simulating import Simulation

Unit: TypeAlias = Literal["step", "epoch"]
# How far down a logarithmic axis goes: a cosine ends at next to nothing.
LOG_RANGE = 1e-7
CLOSE = 0.06  # of the axis: two labels do not fit beside each other
LEVELS = 3


@dataclass(frozen=True, slots=True)
class Curve:
    """Values from step 0 on, under the name that the legend gives them.

    Curves of one name look alike in all panels: `style` counts the names.
    """

    label: str
    values: Sequence[float]
    style: int


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves of one hyperparameter."""

    name: str
    curves: tuple[Curve, ...]

    @property
    def title(self) -> str:
        """What the axis says."""
        return NAMES.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Chart:
    """All panels, over one axis of steps or epochs; `title` may be empty."""

    panels: tuple[Panel, ...]
    milestones: tuple[int, ...]
    unit: Unit
    title: str = ""

    @property
    def steps(self) -> int:
        """How far the axis goes."""
        return max(len(curve.values) for panel in self.panels for curve in panel.curves)

    @property
    def levels(self) -> list[int]:
        """On which line each milestone's label stands, so that neighbours do not cover it."""
        levels: list[int] = []
        before = -float(self.steps)
        for mark in self.milestones:
            is_close = mark - before < CLOSE * self.steps
            levels.append((levels[-1] + 1) % LEVELS if is_close else 0)
            before = mark
        return levels

    @property
    def axis(self) -> str:
        """What the axis of steps says."""
        return STEPS if self.unit == "step" else "epoch"


def chart_of(simulations: Mapping[str, Simulation], unit: Unit = "step", title: str = "") -> Chart:
    """Arrange simulations, by what the legend calls them, for drawing.

    >>> from bridge import simulate
    >>> chart = chart_of({"halved": simulate("StepLR(2, 0.5)", 4, groups=[{}, {"lr": 0.8}])})
    >>> [curve.label for curve in chart.panels[0].curves], chart.milestones
    (['halved, group 0', 'halved, group 1'], (2,))
    """
    names = dict.fromkeys(name for each in simulations.values() for name in each.values)
    styles: dict[str, int] = {}
    panels = tuple(
        Panel(name, tuple(_curves(name, simulations, styles)))
        for name in sorted(names, key=lambda name: (name != "lr", name))
    )
    marks = sorted({mark for each in simulations.values() for mark in each.milestones})
    return Chart(panels, tuple(marks), unit, title)


def _curves(
    name: str, simulations: Mapping[str, Simulation], styles: dict[str, int]
) -> Iterator[Curve]:
    for label, simulation in simulations.items():
        groups: dict[bytes, list[int]] = {}
        of_groups = simulation.values.get(name, ())
        for index, values in enumerate(of_groups):
            groups.setdefault(values.tobytes(), []).append(index)
        for indices in groups.values():
            which = "group" if len(indices) == 1 else "groups"
            places = f", {which} {', '.join(map(str, indices))}" if len(groups) > 1 else ""
            shown = label + places
            yield Curve(shown, of_groups[indices[0]], styles.setdefault(shown, len(styles)))


def thinned(values: Sequence[float], most: int) -> tuple[list[int], list[float]]:
    """Return places and values for drawing; of too many, the extremes of each stretch.

    >>> thinned([1.0, 5.0, 2.0, 0.0, 3.0, 4.0, 9.0, 8.0], most=4)
    ([0, 1, 3, 4, 6, 7], [1.0, 5.0, 0.0, 3.0, 9.0, 8.0])
    """
    if len(values) <= most:
        return list(range(len(values))), list(values)
    size = -(-2 * len(values) // most)
    kept = {0, len(values) - 1}
    for start in range(0, len(values), size):
        stretch = list(values[start : start + size])
        kept |= {start + stretch.index(min(stretch)), start + stretch.index(max(stretch))}
    places = sorted(kept)
    return places, [values[place] for place in places]


def is_stepped(values: Sequence[float]) -> bool:
    """Say whether a curve stays where it is at most steps, so that it falls like stairs.

    >>> is_stepped([0.8, 0.8, 0.8, 0.4, 0.4]), is_stepped([0.8, 0.6, 0.4, 0.4])
    (True, False)
    """
    equal = sum(map(operator.eq, values, islice(values, 1, None)))
    return bool(2 * equal > len(values) - 1)
