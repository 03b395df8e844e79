"""`bridge.plot_lr_scheduler`: the helper that training scripts carry around.

As in https://github.com/ultralytics/yolov5/blob/v7.0/utils/plots.py, for any framework.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge._files import write_file
from bridge.errors import SimulationError
from bridge.optim.lr_scheduler._views import View
from bridge.plot._chart import chart_of
from bridge.plot._figure import figure_of
from bridge.plot._formats import encoded, kind_of
from bridge.simulating import simulate

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from bridge.plot._chart import Unit


def plot_lr_scheduler(
    optimizer: Any,
    scheduler: Any,
    epochs: int = 300,
    path: str | os.PathLike[str] | None = None,
    *,
    unit: Unit = "epoch",
    log: bool = False,
    metrics: Iterable[float] | None = None,
) -> Any:
    """Draw what a live scheduler will do from here on; it and the optimizer stay as they are.

    Args:
        optimizer: the optimizer that the scheduler drives, of any framework.
        scheduler: of bridge, torch, Paddle or OneFlow.
        epochs: how many steps of the scheduler to draw.
        path: a file to write as well: PNG, SVG, PDF, HTML, CSV or JSON, by its name.
        unit: what a step of the scheduler is, for the axis: "epoch" or "step".
        log: whether the learning rate's axis is logarithmic.
        metrics: what `ReduceLROnPlateau` is stepped with.

    Returns:
        The `matplotlib.figure.Figure`, which a notebook shows.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import CosineAnnealingLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> figure = plot_lr_scheduler(optimizer, CosineAnnealingLR(optimizer, 90), epochs=90)
    >>> float(figure.axes[0].lines[0].get_ydata()[0]), optimizer.param_groups[0]["lr"]
    (0.8, 0.8)
    """
    driven = getattr(scheduler, "optimizer", None)
    driven = driven.optimizer if isinstance(driven, View) else driven
    if driven is not None and driven is not optimizer:
        raise SimulationError(
            "the scheduler drives another optimizer than the one given.\n"
            "Hint: pass the optimizer that the scheduler was built on."
        )
    simulation = simulate(scheduler, epochs, metrics=metrics)
    simulations = {simulation.name: simulation}
    if path is not None:
        write_file(path, encoded(simulations, kind_of(Path(path)), unit=unit, log=log))
    return figure_of(chart_of(simulations, unit), log=log)
