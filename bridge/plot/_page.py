"""Charts as one HTML file, which needs neither a network nor anything beside it."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from typing import TYPE_CHECKING

from bridge.plot._chart import LOG_RANGE, is_stepped, thinned
from bridge.plot._figure import check_log
from bridge.plot._style import COLOURS

if TYPE_CHECKING:
    from bridge.plot._chart import Chart

MOST_POINTS = 4_000
DASHES = ("", "8 4", "12 3 3 3", "4 2", "14 3 3 3 3 3", "18 5")


def page(chart: Chart, *, log: bool = False) -> str:
    """Return a chart as a page: values under the pointer, zoom, curves and logarithm switched.

    >>> from bridge import simulate
    >>> from bridge.plot._chart import chart_of
    >>> text = page(chart_of({"StepLR": simulate("StepLR(30)", 100)}))
    >>> text.startswith("<!doctype html>"), "http" in text.replace("http://www.w3.org/2000/svg", "")
    (True, False)
    """
    check_log(chart, log=log)
    content = {
        "axis": chart.axis,
        "unit": chart.unit,
        "steps": chart.steps,
        "milestones": chart.milestones,
        "log": log,
        "logRange": LOG_RANGE,
        "panels": [
            {
                "name": panel.name,
                "title": panel.title,
                "curves": [
                    {
                        "label": curve.label,
                        "colour": COLOURS[curve.style % len(COLOURS)],
                        "dash": DASHES[curve.style % len(DASHES)],
                        "stepped": is_stepped(curve.values),
                        "points": thinned(curve.values, MOST_POINTS),
                    }
                    for curve in panel.curves
                ],
            }
            for panel in chart.panels
        ],
    }
    # A label must not end the script that it stands in.
    encoded = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    template = files("bridge.plot").joinpath("page.html").read_text(encoding="utf-8")
    title = html.escape(chart.title or "Schedules")
    return template.replace("{{title}}", title).replace("{{chart}}", encoded)
