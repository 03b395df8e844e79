"""Charts in a terminal, in braille dots: https://github.com/tammoippen/plotille."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bridge.errors import MissingExtraError
from bridge.plot._chart import LOG_RANGE, thinned
from bridge.plot._figure import check_log

if TYPE_CHECKING:
    from bridge.plot._chart import Chart, Panel

CURVE_COLOURS = ("blue", "red", "green", "magenta", "yellow", "cyan", "white")
MARKS = "abcdefghijklmnopqrstuvwxyz"  # on the curves, for where there are no colours
MARKED = 7  # places on each curve
BESIDE = 13  # columns that plotille takes for the axis
NARROWEST = 20
MOST_POINTS = 2_000
HEIGHT = 14


def drawn(chart: Chart, *, columns: int = 80, log: bool = False) -> str:
    """Return a chart as text; coloured if stdout is a terminal, and NO_COLOR is not set.

    >>> from bridge import simulate
    >>> from bridge.plot._chart import chart_of
    >>> text = drawn(chart_of({"StepLR": simulate("StepLR(30)", 100)}, "epoch"), columns=60)
    >>> max(map(len, text.splitlines())) <= 60
    True
    """
    check_log(chart, log=log)
    panels = (
        _panel(panel, chart, columns, log=log and panel.name == "lr") for panel in chart.panels
    )
    return "\n\n".join(([chart.title] if chart.title else []) + list(panels))


def _panel(panel: Panel, chart: Chart, columns: int, *, log: bool) -> str:
    figure = empty(columns, x_label=chart.unit)
    figure.x_ticks_fkt = lambda low, _high: f"{low:.0f}"
    if log:
        figure.y_ticks_fkt = lambda low, _high: _number(10**low)
    figure.set_x_limits(0, max(chart.steps - 1, 1))
    drawn = [_points(curve.values, log=log) for curve in panel.curves]
    heights = [height for _, ys in drawn for height in ys]
    figure.set_y_limits(*_limits(min(heights), max(heights), log=log))
    legend = []
    for index, (curve, (xs, ys)) in enumerate(zip(panel.curves, drawn, strict=True)):
        colour = CURVE_COLOURS[curve.style % len(CURVE_COLOURS)]
        figure.plot(xs, ys, lc=colour)
        mark = MARKS[curve.style % len(MARKS)] if len(panel.curves) > 1 else "-"
        if mark != "-":
            places = _spread(len(xs), index, len(panel.curves))
            figure.scatter(
                [xs[place] for place in places],
                [ys[place] for place in places],
                lc=colour,
                marker=mark,
            )
        legend.append(f"  {mark} {curve.label}")
    if chart.milestones:
        legend.append(f"  milestones: {', '.join(map(str, chart.milestones[:20]))}")
    title = panel.title + (" (log scale)" if log else "") + f" by {chart.unit}"
    return "\n".join([title, *shown(figure), *legend])


def empty(columns: int, x_label: str) -> Any:
    """Return a `plotille.Figure` as wide as a terminal, without anything in it."""
    figure = _plotille().Figure()
    figure.width = max(columns - BESIDE, NARROWEST)
    figure.height = HEIGHT
    figure.color_mode = "names"
    figure.x_label = x_label
    figure.y_label = ""
    figure.origin = False
    figure.y_ticks_fkt = lambda low, _high: _number(low)
    return figure


def shown(figure: Any) -> list[str]:
    """Return a figure's lines, without the ends of its axes: a title says what they are."""
    _, *lines, axis, ticks = figure.show().splitlines()
    return [*lines, axis[: figure.width + BESIDE], ticks.rstrip()]


def _limits(low: float, high: float, *, log: bool) -> tuple[float, float]:
    margin = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    # Zero is a floor, not a place above the axis.
    bottom = 0.0 if not log and 0 <= low < 2 * margin else low - margin
    return bottom, high + margin


def _points(values: Any, *, log: bool) -> tuple[list[int], list[float]]:
    xs, ys = thinned(values, MOST_POINTS)
    if not log:
        return xs, ys
    floor = max(ys) * LOG_RANGE
    shown = [(x, math.log10(y)) for x, y in zip(xs, ys, strict=True) if y > floor]
    return [x for x, _ in shown], [y for _, y in shown]


def _spread(points: int, index: int, curves: int) -> list[int]:
    """Return places on a curve for its mark, away from those of the other curves."""
    share = (index + 0.5) / curves
    return sorted({min(points - 1, int(points * (i + share) / MARKED)) for i in range(MARKED)})


def _number(value: float) -> str:
    return f"{value:10.4g}"


def _plotille() -> Any:
    try:
        return import_module("plotille")
    except ImportError as error:
        raise MissingExtraError(
            "a plot in the terminal needs plotille.\n"
            "Hint: pip install 'optbridge[plot]', or write a file."
        ) from error
