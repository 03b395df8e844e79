"""The learning rates of originals and ports on top of each other, as a picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("Agg")  # a demo has to run without a display

import matplotlib.pyplot as plt

from bridge.tracing.reading import read_trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.tracing.reading import Trace
    from side_by_side.training import Outcome

# The curves coincide: a wide pale one under a narrower darker one shows each, also in black and
# white.
STYLES: dict[str, dict[str, Any]] = {
    "torch": {"color": "0.82", "linewidth": 7.0, "solid_capstyle": "round"},
    "paddle": {"color": "0.50", "linewidth": 3.2, "solid_capstyle": "round"},
    "oneflow": {"color": "black", "linewidth": 1.1, "linestyle": (0, (4, 3))},
}
COLUMNS = 2


def plot_learning_rates(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write a PNG with one panel per run."""
    rows = math.ceil(len(outcomes) / COLUMNS)
    figure, panels = plt.subplots(
        rows, COLUMNS, figsize=(5.2 * COLUMNS, 2.5 * rows), squeeze=False, layout="constrained"
    )
    for panel, outcome in zip(panels.flat, outcomes, strict=False):
        _draw(panel, "torch", outcome.baseline.trace)
        for port in outcome.ports:
            if port.proof is not None:
                _draw(panel, port.target, read_trace(port.proof.port.trace))
        panel.set_title(outcome.run.title, fontsize=10)
        panel.set_xlabel("step")
        panel.set_ylabel("learning rate")
        panel.margins(x=0.01)
        if outcome.run.has_log_scale:
            panel.set_yscale("log")
    for panel in panels.flat[len(outcomes) :]:
        panel.set_visible(False)
    curves: dict[str, Any] = {}
    for panel in panels.flat:
        handles, labels = panel.get_legend_handles_labels()
        curves |= dict(zip(labels, handles, strict=True))
    figure.legend(
        curves.values(),
        curves,
        loc="outside upper center",
        ncols=len(curves),
        frameon=False,
    )
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _draw(panel: Any, framework: str, trace: Trace) -> None:
    rates = (
        tuple(steps.items())
        for optimizer in trace.optimizers
        for (quantity, _), steps in optimizer.series.items()
        if quantity == "lr"
    )
    # A group whose rates equal those of an earlier one would only be drawn over it.
    for number, curve in enumerate(dict.fromkeys(rates)):
        label = framework if number == 0 else None
        panel.plot(*zip(*curve, strict=True), label=label, **STYLES[framework])
