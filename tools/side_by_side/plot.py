"""The learning rates of originals and ports on top of each other, as a picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("Agg")  # a demo has to run without a display

import matplotlib.pyplot as plt

from side_by_side.training import Failed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from side_by_side.logs import Step
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
        _draw(panel, "torch", outcome.original)
        for port in outcome.ports:
            if isinstance(port, Failed):
                continue
            _draw(panel, port.target, port.trained.steps)
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


def _draw(panel: Any, framework: str, steps: Sequence[Step]) -> None:
    # A group whose rates equal those of an earlier one would only be drawn over it.
    curves = list(dict.fromkeys(zip(*(step.lr for step in steps), strict=True)))
    for number, curve in enumerate(curves):
        label = framework if number == 0 else None
        panel.plot([step.step for step in steps], curve, label=label, **STYLES[framework])
