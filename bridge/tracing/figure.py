"""Two traces as a figure: the curves of both, and beside them how far they are apart.

By matplotlib, as PNG, SVG or PDF, or inside one HTML file that needs nothing else.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

from bridge._files import write_file
from bridge.errors import TraceError
from bridge.plot import _style
from bridge.plot._chart import is_stepped
from bridge.plot._style import BLACK, BLUE, NAMES, RED, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bridge.tracing.comparing import Comparison, Row

FORMATS: Final = (*_style.FORMATS, "html")
MOST_PANELS: Final = 16  # beyond, a panel could not be read


def draw(comparison: Comparison, path: Path) -> None:
    """Write the figure in the format that the file's name asks for."""
    kind = kind_of(path)
    rows = shown(comparison.rows)
    if not rows:
        raise TraceError("there is nothing to draw: the traces have no quantity in common.")
    figure = figure_of(rows)
    is_page = kind == "html"
    write_file(path, _page(comparison, figure) if is_page else _style.as_file(figure, kind))


def kind_of(path: Path) -> str:
    """Return which of `FORMATS` a file's name asks for."""
    return _style.kind_of(path, FORMATS, TraceError)


def shown(rows: Iterable[Row]) -> list[Row]:
    """Choose what is drawn: what differs first, and no constants on which both agree."""
    rows = [row for row in rows if row.points]
    telling = [row for row in rows if row.first or len({point.a for point in row.points}) > 1]
    chosen = sorted(telling or rows, key=lambda row: row.first is None)[:MOST_PANELS]
    return [row for row in rows if row in chosen]


def figure_of(rows: Sequence[Row], names: tuple[str, str] = ("a", "b")) -> Any:
    """Draw the rows as a `matplotlib.figure.Figure`, two panels each; `names` of the two runs."""
    figure = _style.new_figure(11, 0.8 + 2.5 * len(rows))
    axes = figure.subplots(len(rows), 2, sharex=True, squeeze=False)
    many = len({row.optimizer for row in rows}) > 1
    for (left, right), row in zip(axes, rows, strict=True):
        _curves(left, row, names, many=many)
        _difference(right, row, names)
        for ax in (left, right):
            _style.tidy(ax)
    for ax in axes[-1]:
        ax.set_xlabel(STEPS)
        ax.xaxis.get_major_locator().set_params(integer=True)
    return figure


def _curves(ax: Any, row: Row, names: tuple[str, str], *, many: bool) -> None:
    steps = [point.step for point in row.points]
    # One lies on the other where they agree: the upper one is dashed, so that both are seen.
    marker = "o" if len(steps) == 1 else None
    ours, theirs = [p.a for p in row.points], [p.b for p in row.points]
    style = "steps-post" if is_stepped(ours) else "default"
    ax.plot(
        steps,
        ours,
        drawstyle=style,
        color=BLUE,
        linewidth=4,
        alpha=0.5,
        label=names[0],
        marker=marker,
    )
    ax.plot(
        steps,
        theirs,
        drawstyle=style,
        color=RED,
        linewidth=1.4,
        linestyle="--",
        label=names[1],
        marker=marker,
    )
    group = "" if row.group is None else f", group {row.group}"
    optimizer = f", optimizer {row.optimizer}" if many else ""
    ax.set_ylabel(NAMES.get(row.quantity, row.quantity))
    ax.set_title(f"{row.label}{optimizer}" if not group else f"{row.quantity}{group}{optimizer}")
    ax.legend(frameon=False, handlelength=3)


def _difference(ax: Any, row: Row, names: tuple[str, str]) -> None:
    finite = [point for point in row.points if math.isfinite(point.difference)]
    ax.set_ylabel("|{} - {}|".format(*names))
    if any(point.difference for point in finite):
        # a logarithm has no place for what is equal: there the line has a gap
        differences = [point.difference or math.nan for point in finite]
        spread = [row.spread.get(point.step) or math.nan for point in finite]
        allowed = [row.allowed(point.step) or math.nan for point in finite]
        marker = "." if len(finite) <= 100 else None  # noqa: PLR2004 - more would be a smear
        steps = [point.step for point in finite]
        ax.plot(steps, differences, color=BLACK, linewidth=1.2, marker=marker, label="difference")
        ax.set_yscale("log")
        for values, style, label in (
            (spread, "--", f"{names[0]}, weights 1 ulp off"),
            (allowed, ":", "tolerance"),
        ):
            if not all(map(math.isnan, values)):
                ax.plot(steps, values, color="0.45", linestyle=style, label=label)
    else:
        ax.set_yticks([])
        ax.text(0.5, 0.5, "equal at every step", ha="center", transform=ax.transAxes)
    first = row.first
    if first is not None:
        ax.axvline(first.step, color=RED, linestyle="-.", linewidth=1.1, label="first beyond it")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, handlelength=3)
    ax.set_title("not comparable" if row.excuse else "differs" if first else "within the tolerance")


def _page(comparison: Comparison, figure: Any) -> bytes:
    verdict = "The traces differ" if comparison.differs else "The traces are equal"
    files = f"a: {comparison.a.path}\nb: {comparison.b.path}"
    notes = "".join(f"<li>{escape(each)}</li>" for each in comparison.obstacles)
    return _style.as_page(figure, verdict, f"<pre>{escape(files)}</pre>\n<ul>{notes}</ul>")
