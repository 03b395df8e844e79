"""The demo's table: script by framework, and how far apart they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from bridge.tracing.comparing import AHEAD, FACTOR
from side_by_side.training import LARGEST_LOSS_DIFFERENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.tracing.comparing import Row
    from bridge.verifying.proof import Proof
    from side_by_side.training import Compared, Outcome

CAPTION = f"""\
Relative differences are to the largest value of the sequence. "torch itself": the loss difference
of torch from torch with every weight one unit in the last place higher, that is, what rounding
alone does; at step n a port may be {FACTOR} times as far off as torch is by step {AHEAD}n, or as
far as {LARGEST_LOSS_DIFFERENCE:g}. OneFlow runs without its oneDNN kernels
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
        steps = sum(optimizer.steps for optimizer in outcome.baseline.trace.optimizers)
        seconds = f"{outcome.baseline.original.seconds:.1f}"
        spread = next((_spread(port.proof) for port in outcome.ports if port.proof), "")
        original = (outcome.run.title, "torch", "original", str(steps))
        table.add_row(*original, "", "", "", spread, seconds)
        for port in outcome.ports:
            table.add_row("", port.target, port.verdict, *_cells(port))
        table.add_section()
    return table


def _cells(port: Compared) -> list[str]:
    if port.proof is None:
        return [*[""] * 6, "failed"]
    lr, loss = _of(port.proof, "lr"), _of(port.proof, "loss")
    largest = max(lr, key=_difference, default=None)
    return [
        str(max(len(row.points) for row in port.proof.rows)),
        _number(_difference(largest) if largest else 0.0),
        _number(_difference(largest) / largest.scale if largest else 0.0),
        _number(max((_difference(row) / row.scale for row in loss), default=0.0)),
        "",
        f"{port.proof.port.seconds:.1f}",
        "no" if port.objections else "yes",
    ]


def _spread(proof: Proof) -> str:
    shares = (max(row.spread.values()) / row.scale for row in _of(proof, "loss"))
    return _number(max(shares, default=0.0))


def _of(proof: Proof, quantity: str) -> list[Row]:
    return [row for row in proof.rows if row.quantity == quantity and row.points]


def _difference(row: Row) -> float:
    return row.largest.difference if row.largest else 0.0


def _number(value: float) -> str:
    return f"{value:.1e}" if value else "0"
