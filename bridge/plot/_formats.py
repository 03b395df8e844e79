"""What a file's name asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.errors import SimulationError
from bridge.plot import _style
from bridge.plot._chart import chart_of
from bridge.plot._figure import rendered
from bridge.plot._page import page
from bridge.plot._tables import as_csv, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bridge.plot._chart import Unit
    from bridge.simulating import Simulation

FORMATS = (*_style.FORMATS, "html", "csv", "json")


def encoded(
    simulations: Mapping[str, Simulation],
    kind: str,
    *,
    unit: Unit = "step",
    title: str = "",
    log: bool = False,
) -> bytes:
    """Return simulations, by what the legend calls them, as a file of one of `FORMATS`."""
    if kind == "csv":
        return as_csv(simulations, unit).encode()
    if kind == "json":
        return as_json(simulations, unit).encode()
    chart = chart_of(simulations, unit, title)
    return page(chart, log=log).encode() if kind == "html" else rendered(chart, kind, log=log)


def kind_of(path: Path) -> str:
    """Return which of `FORMATS` a file's name asks for.

    >>> from pathlib import Path
    >>> kind_of(Path("lr.PNG"))
    'png'
    """
    return _style.kind_of(path, FORMATS, SimulationError)
