"""A range test as a figure: the loss over the learning rate, and what that suggests."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge._files import write_file
from bridge.errors import RangeTestError
from bridge.lr_finder._history import SKIP_END
from bridge.plot import _style
from bridge.plot._style import BLACK, BLUE, RED
from bridge.plot._terminal import CURVE_COLOURS, empty, shown

if TYPE_CHECKING:
    import os

    from bridge.lr_finder._history import RangeTest

FORMATS: Final = (*_style.FORMATS, "html", "csv")
MARGIN: Final = 0.06  # of the height that is shown


def draw(test: RangeTest, path: str | os.PathLike[str] | None, *, log: bool, title: str) -> Any:
    """Return the figure; write it too, where `path` says so."""
    kind = None if path is None else _style.kind_of(Path(path), FORMATS, RangeTestError)
    figure = _figure_of(test, log=log, title=title)
    if path is not None and kind is not None:
        write_file(path, _encoded(test, figure, kind, title))
    return figure


def drawn(test: RangeTest, *, columns: int) -> str:
    """Return the chart as text, in braille dots."""
    figure = empty(columns, x_label="lr")
    powers = [math.log10(lr) for lr in test.lr]
    figure.set_x_limits(powers[0], max(powers[-1], powers[0] + 1e-3))
    figure.set_y_limits(*_heights(test))
    figure.x_ticks_fkt = lambda low, _high: f"{10**low:.1e}"
    figure.plot(powers, list(test.smoothed), lc=CURVE_COLOURS[0])
    lines = [f"  {name}: lr {lr:.3g}" for name, lr in _suggestions(test).items()]
    return "\n".join(["smoothed loss by learning rate (log scale)", *shown(figure), *lines])


def _figure_of(test: RangeTest, *, log: bool, title: str) -> Any:
    figure = _style.new_figure(8, 4.6)
    ax = figure.subplots()
    _style.tidy(ax)
    ax.plot(test.lr, test.loss, ".", color="0.65", markersize=4, label="loss of each step")
    ax.plot(test.lr, test.smoothed, color=BLUE, linewidth=1.8, label="smoothed")
    looks = {"steepest descent": (RED, (0, (5, 2))), "valley": (BLACK, (0, (1, 1.5)))}
    for name, lr in _suggestions(test).items():
        colour, dashes = looks[name]
        ax.axvline(lr, color=colour, linestyle=dashes, linewidth=1.4, label=f"{name}: {lr:.3g}")
    low, high = _heights(test)
    ax.set_ylim(min(low, min(test.loss) - (high - low) * MARGIN), high)
    if log:
        ax.set_xscale("log")
    of_group = " of group 0" if len(test.ratios) > 1 else ""
    ax.set_xlabel(f"learning rate{of_group}" + (" (log scale)" if log else ""))
    ax.set_ylabel("loss")
    if title:
        figure.suptitle(title)
    handles = len(ax.get_legend_handles_labels()[0])
    figure.legend(loc="outside lower center", ncols=handles, frameon=False, handlelength=3)
    return figure


def _heights(test: RangeTest) -> tuple[float, float]:
    """Return what of the losses is shown: an explosion would flatten the rest to a line."""
    few = len(test.smoothed) <= 2 * SKIP_END
    kept = test.smoothed if few or not test.has_diverged else test.smoothed[:-SKIP_END]
    low, high = min(kept), max(kept)
    margin = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    return low - margin, high + margin


def _suggestions(test: RangeTest) -> dict[str, float]:
    try:
        return {"steepest descent": test.steepest(), "valley": test.valley()}
    except RangeTestError:
        return {}  # too short for one, not for a figure


def _encoded(test: RangeTest, figure: Any, kind: str, title: str) -> bytes:
    if kind == "csv":
        return test.as_csv().encode()
    if kind == "html":
        return _style.as_page(figure, title or "Learning rate range test")
    return _style.as_file(figure, kind)
