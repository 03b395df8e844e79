"""The demo's table: script by framework, and how far apart they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from side_by_side.training import Compared, Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from side_by_side.training import Outcome

CAPTION = """\
Relative differences are to the largest value of the sequence. "torch itself": the loss difference
of torch from torch with every weight one unit in the last place higher, that is, what rounding
alone does; a port may be 10 times as far. OneFlow runs without its oneDNN kernels
(ONEFLOW_ENABLE_ONEDNN_OPTS=0), which round a cross-entropy coarsely. Seconds are of the whole
process, starting the framework included."""


def results_table(outcomes: Sequence[Outcome]) -> Table:
    """Lay out what was measured, one row per run and framework."""
    table = Table(
        title="Originals and ports, step by step", caption=CAPTION, caption_justify="left"
    )
    for heading in ("script", "framework", "verdict"):
        table.add_column(heading)
    for heading in ("steps", "lr diff", "relative", "loss diff", "torch itself", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("agrees")
    for outcome in outcomes:
        table.add_row(
            outcome.run.title,
            "torch",
            "original",
            str(len(outcome.original)),
            *("", "", ""),
            f"{outcome.spread:.1e}",
            f"{outcome.seconds:.1f}",
        )
        for port in outcome.ports:
            match port:
                case Compared():
                    table.add_row("", port.target, port.verdict, *_cells(port))
                case Failed():
                    table.add_row("", port.target, port.verdict, *[""] * 6, "failed")
        table.add_section()
    return table


def _cells(port: Compared) -> list[str]:
    return [
        str(port.difference.steps),
        _number(port.difference.lr),
        _number(port.difference.lr_relative),
        _number(port.difference.loss_relative),
        "",
        f"{port.trained.seconds:.1f}",
        "no" if port.objections else "yes",
    ]


def _number(value: float) -> str:
    return f"{value:.1e}" if value else "0"
