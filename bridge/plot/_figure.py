"""Charts by matplotlib: PNG, SVG and PDF."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from bridge.errors import SimulationError
from bridge.plot._chart import LOG_RANGE, is_stepped, thinned
from bridge.plot._style import COLOURS, DASHES, as_file, new_figure, tidy

if TYPE_CHECKING:
    from bridge.plot._chart import Chart, Panel

MOST_POINTS = 20_000  # of a curve: more than a figure has pixels
MOST_LABELS = 10  # milestones whose step is written beside the line
WIDEST_LABEL = 88  # characters in a line of the legend
LONG_LABEL = 36  # characters; two of these do not fit beside each other


def figure_of(chart: Chart, *, log: bool = False) -> Any:
    """Draw a chart as a `matplotlib.figure.Figure`.

    >>> from bridge import simulate
    >>> from bridge.plot._chart import chart_of
    >>> figure = figure_of(chart_of({"StepLR": simulate("StepLR(30)", 100)}, "epoch"))
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('epoch', 'learning rate')
    """
    check_log(chart, log=log)
    count = len(chart.panels)
    figure = new_figure(8, 1.2 + 3.2 * count)
    axes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for ax, panel in zip(axes, chart.panels, strict=True):
        _draw(ax, panel, chart, log=log and panel.name == "lr")
    axes[-1].set_xlabel(chart.axis)
    axes[-1].set_xlim(0, max(chart.steps - 1, 1))
    if chart.title:
        figure.suptitle(chart.title)
    _add_legend(figure, axes)
    return figure


def rendered(chart: Chart, kind: str, *, log: bool = False) -> bytes:
    """Return a chart as a PNG, SVG or PDF file."""
    return as_file(figure_of(chart, log=log), kind)


def check_log(chart: Chart, *, log: bool) -> None:
    rates = next(panel for panel in chart.panels if panel.name == "lr")
    for curve in rates.curves if log else ():
        if max(curve.values) <= 0:
            raise SimulationError(
                f"a logarithmic axis shows positive values, and {curve.label} has none.\n"
                "Hint: leave the logarithm out."
            )


def _draw(ax: Any, panel: Panel, chart: Chart, *, log: bool) -> None:
    for curve in panel.curves:
        ax.plot(
            *thinned(curve.values, MOST_POINTS),
            label=curve.label,
            color=COLOURS[curve.style % len(COLOURS)],
            linestyle=DASHES[curve.style % len(DASHES)],
            linewidth=1.8,
            drawstyle="steps-post" if is_stepped(curve.values) else "default",
            # A single value is no line.
            marker="o" if len(curve.values) == 1 else None,
        )
    ax.set_ylabel(panel.title + (" (log scale)" if log else ""))
    if log:
        ax.set_yscale("log")
        largest = max(max(curve.values) for curve in panel.curves)
        ax.set_ylim(bottom=max(ax.get_ylim()[0], largest * LOG_RANGE))
    tidy(ax)
    for index, (mark, level) in enumerate(zip(chart.milestones, chart.levels, strict=True)):
        label = "milestone" if index == 0 else None
        ax.axvline(mark, color="0.45", linestyle=(0, (1, 2)), linewidth=1.1, label=label)
        if len(chart.milestones) <= MOST_LABELS:
            ax.annotate(
                f"{mark}",
                (mark, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(2, -1 - 10 * level),
                textcoords="offset points",
                ha="left",
                va="top",
                fontsize=8,
                color="0.3",
                zorder=1.5,  # below the curves
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
            )


def _add_legend(figure: Any, axes: Any) -> None:
    handles: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    # Last, after the curves of panels that come later.
    if (milestone := handles.pop("milestone", None)) is not None:
        handles["milestone"] = milestone
    columns = 1 if any(len(label) > LONG_LABEL for label in handles) else min(3, len(handles))
    figure.legend(
        handles.values(),
        [fill(label, WIDEST_LABEL, subsequent_indent="    ") for label in handles],
        loc="outside lower center",
        ncols=columns,
        frameon=False,
        handlelength=3.5,
    )
