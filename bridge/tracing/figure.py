"""Two traces as a figure: the curves of both, and beside them how far they are apart.

By matplotlib, as PNG, SVG or PDF, or inside one HTML file that needs nothing else.
"""

from __future__ import annotations

import math
from html import escape
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import MissingExtraError, TraceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.tracing.comparing import Comparison, Row

FORMATS: Final = ("png", "svg", "pdf", "html")
MOST_PANELS: Final = 16  # beyond, a panel could not be read
_BLACK, _BLUE, _RED = "#000000", "#0072B2", "#D55E00"  # https://jfly.uni-koeln.de/color/
_TITLES: Final = {
    "lr": "learning rate",
    "weight_decay": "weight decay",
    "grad_norm": "gradient norm",
    "param_sum": "sum of parameters",
    "param_norm": "norm of parameters",
}


def draw(comparison: Comparison, path: Path) -> None:
    """Write the figure in the format that the file's name asks for."""
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise TraceError(
            f"a figure is one of {', '.join(FORMATS)}, got {path.name!r}.\n"
            "Hint: end the file's name in one of them."
        )
    rows = shown(comparison)
    if not rows:
        raise TraceError("there is nothing to draw: the traces have no quantity in common.")
    path.write_bytes(_page(comparison, rows) if kind == "html" else _rendered(rows, kind))


def shown(comparison: Comparison) -> list[Row]:
    """Choose what is drawn: what differs first, and no constants on which both agree."""
    rows = [row for row in comparison.rows if row.points]
    telling = [row for row in rows if row.first or len({point.a for point in row.points}) > 1]
    chosen = sorted(telling or rows, key=lambda row: row.first is None)[:MOST_PANELS]
    return [row for row in rows if row in chosen]


def figure_of(rows: Sequence[Row]) -> Any:
    """Draw the rows as a `matplotlib.figure.Figure`, two panels each."""
    figure = _figure_module().Figure(figsize=(11, 0.8 + 2.5 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), 2, sharex=True, squeeze=False)
    many = len({row.optimizer for row in rows}) > 1
    for (left, right), row in zip(axes, rows, strict=True):
        _curves(left, row, many=many)
        _difference(right, row)
        for ax in (left, right):
            ax.grid(visible=True, color="0.88", linewidth=0.8)
            ax.set_axisbelow(True)
            for side in ("top", "right"):
                ax.spines[side].set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel("step (optimizer steps)")
        ax.xaxis.get_major_locator().set_params(integer=True)
    return figure


def _curves(ax: Any, row: Row, *, many: bool) -> None:
    steps = [point.step for point in row.points]
    # One lies on the other where they agree: the upper one is dashed, so that both are seen.
    marker = "o" if len(steps) == 1 else None
    ax.plot(
        steps,
        [p.a for p in row.points],
        color=_BLUE,
        linewidth=4,
        alpha=0.5,
        label="a",
        marker=marker,
    )
    ax.plot(
        steps,
        [p.b for p in row.points],
        color=_RED,
        linewidth=1.4,
        linestyle="--",
        label="b",
        marker=marker,
    )
    group = "" if row.group is None else f", group {row.group}"
    optimizer = f", optimizer {row.optimizer}" if many else ""
    ax.set_ylabel(_TITLES.get(row.quantity, row.quantity))
    ax.set_title(f"{row.label}{optimizer}" if not group else f"{row.quantity}{group}{optimizer}")
    ax.legend(frameon=False, handlelength=3)


def _difference(ax: Any, row: Row) -> None:
    finite = [point for point in row.points if math.isfinite(point.difference)]
    ax.set_ylabel("|a - b|")
    if any(point.difference for point in finite):
        # a logarithm has no place for what is equal: there the line has a gap
        differences = [point.difference or math.nan for point in finite]
        marker = "." if len(finite) <= 100 else None  # noqa: PLR2004 - more would be a smear
        steps = [point.step for point in finite]
        ax.plot(steps, differences, color=_BLACK, linewidth=1.2, marker=marker, label="difference")
        ax.set_yscale("log")
        if row.allowed:
            ax.axhline(row.allowed, color="0.45", linestyle=":", label="tolerance")
    else:
        ax.set_yticks([])
        ax.text(0.5, 0.5, "equal at every step", ha="center", transform=ax.transAxes)
    first = row.first
    if first is not None:
        ax.axvline(first.step, color=_RED, linestyle="-.", linewidth=1.1, label="first beyond it")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, handlelength=3)
    ax.set_title("differs" if first else "within the tolerance")


def _rendered(rows: Sequence[Row], kind: str) -> bytes:
    file = BytesIO()
    # Without the date the same traces give the same file.
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure_of(rows).savefig(file, format=kind, dpi=120, metadata=undated.get(kind))
    return file.getvalue()


def _page(comparison: Comparison, rows: Sequence[Row]) -> bytes:
    svg = _rendered(rows, "svg").decode()
    verdict = "The traces differ" if comparison.differs else "The traces are equal"
    files = f"a: {comparison.a.path}\nb: {comparison.b.path}"
    notes = "".join(f"<li>{escape(each)}</li>" for each in comparison.obstacles)
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>{verdict}</title>\n'
        "<style>body{font-family:sans-serif;max-width:70em;margin:2em auto}"
        "svg{width:100%;height:auto}</style>\n"
        f"<h1>{verdict}</h1>\n<pre>{escape(files)}</pre>\n<ul>{notes}</ul>\n"
        f"{svg[svg.index('<svg') :]}</html>\n"
    )
    return page.encode()


def _figure_module() -> Any:
    try:
        return import_module("matplotlib.figure")
    except ImportError as error:
        raise MissingExtraError(
            "the figure needs matplotlib.\nHint: pip install 'optbridge[plot]'."
        ) from error
