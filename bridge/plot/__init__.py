"""Figures of schedules: by matplotlib, as a page, in the terminal, and as tables.

Each format needs its library only when it is asked for; a page and the tables need none.
"""

from __future__ import annotations

from bridge.plot._chart import Chart, Unit, chart_of
from bridge.plot._figure import figure_of
from bridge.plot._formats import FORMATS, encoded, kind_of
from bridge.plot._live import plot_lr_scheduler
from bridge.plot._terminal import drawn

__all__ = [
    "FORMATS",
    "Chart",
    "Unit",
    "chart_of",
    "drawn",
    "encoded",
    "figure_of",
    "kind_of",
    "plot_lr_scheduler",
]
