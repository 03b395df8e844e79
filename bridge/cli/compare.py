"""`optbridge compare`: two traces beside each other, and where they part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import ERROR, _complete

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.tracing.comparing import Comparison, Point, Row

DIFFERS = 1

EPILOG = """\b
Examples:
  optbridge compare a.jsonl b.jsonl
  optbridge compare a.jsonl b.jsonl --tolerance loss=1e-5 --tolerance lr=0
  optbridge compare a.jsonl b.jsonl --steps 100 --figure losses.png
  optbridge compare a.jsonl b.jsonl --json | jq .differs

\b
Exit codes: 0 equal within the tolerances, 1 they differ, 2 not all could be compared: a trace is
damaged or cut off, or has other steps, groups or optimizers than the other.
A tolerance is relative to the largest value of its quantity: lr, momentum and weight_decay 1e-12,
loss, param_sum and param_norm 1e-4, grad_norm 1e-3.
"""


class Tolerance(click.ParamType[tuple[str, float]]):
    """A quantity and how far it may be off."""

    name = "QUANTITY=NUMBER"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, float]:
        from bridge.tracing.comparing import TOLERANCES  # noqa: PLC0415 - --help does not need it

        name, _, text = str(value).partition("=")
        if name not in TOLERANCES:
            self.fail(f"{name!r} is none of {', '.join(TOLERANCES)}", param, ctx)
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not number >= 0:
            self.fail(f"{text!r} is no number from 0 on", param, ctx)
        return name, number


@click.command(epilog=EPILOG)
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--tolerance",
    "tolerances",
    multiple=True,
    type=Tolerance(),
    shell_complete=_complete.tolerances,
    help="Another one.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Compare the first so many steps only.")
@click.option(
    "--figure",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw both curves and their difference: .png, .svg, .pdf or .html.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def compare(
    ctx: click.Context,
    a: Path,
    b: Path,
    tolerances: Sequence[tuple[str, float]],
    steps: int | None,
    figure: Path | None,
    as_json: bool,
) -> None:
    """Compare two traces step by step: A is the original's, B the port's."""
    from bridge.tracing import comparing, reading  # noqa: PLC0415 - --help does not need them

    if figure is not None:
        from bridge.tracing.figure import draw, kind_of  # noqa: PLC0415 - only here needed

        kind_of(figure)  # before anything is computed
    found = comparing.compare(reading.read_trace(a), reading.read_trace(b), dict(tolerances), steps)
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=2))
    else:
        _print(found)
    if figure is not None:
        draw(found, figure)
        click.echo(f"wrote {figure}", err=True)
    for obstacle in found.obstacles:
        click.echo(f"not all compared: {obstacle}", err=True)
    ctx.exit(ERROR if found.obstacles else DIFFERS if found.differs else 0)


def _as_json(found: Comparison) -> dict[str, Any]:
    return {
        "differs": found.differs,
        "obstacles": list(found.obstacles),
        "quantities": [row_as_json(row) for row in found.rows],
    }


def row_as_json(row: Row) -> dict[str, Any]:
    """Return what `--json` says of one quantity."""
    return {
        "optimizer": row.optimizer,
        "quantity": row.quantity,
        "group": row.group,
        "steps": len(row.points),
        "tolerance": row.tolerance,
        "only_in": row.only_in or None,
        "first": _point(row.first),
        "largest": _point(row.largest),
    }


def _point(point: Point | None) -> dict[str, Any] | None:
    from bridge.tracing._file import as_json  # noqa: PLC0415

    if point is None:
        return None
    values = {"a": point.a, "b": point.b, "difference": point.difference}
    return {"step": point.step, **{name: as_json(value) for name, value in values.items()}}


def _print(found: Comparison) -> None:
    from rich.text import Text  # noqa: PLC0415 - --json does not need it

    from bridge.cli._table import show  # noqa: PLC0415 - likewise

    for name, trace in (("a", found.a), ("b", found.b)):
        click.echo(f"{name}  {trace.path}")
    pairs = zip(found.a.optimizers, found.b.optimizers, strict=False)
    for number, (one, other) in enumerate(pairs):
        click.echo(f"\noptimizer {number}: {_named(one)} | {_named(other)}")
        heads = ("quantity", "steps", "within", "first difference", "largest difference")
        rows = [row for row in found.rows if row.optimizer == number]
        show(
            heads,
            [
                (
                    Text(row.label, "red" if row.first else "yellow" if row.only_in else "green"),
                    str(len(row.points)),
                    f"{row.tolerance:g}",
                    *_cells(row),
                )
                for row in rows
            ],
        )
    click.echo("they differ" if found.differs else "equal within the tolerances")


def _named(optimizer: Any) -> str:
    return f"{optimizer.name} ({optimizer.framework} {optimizer.version})"


def _cells(row: Row) -> tuple[str, str]:
    if row.only_in:
        return f"only in {row.only_in}, not compared", ""
    return _words(row.first) or "none", _words(row.largest)


def _words(point: Point | None) -> str:
    if point is None or not point.difference:
        return "" if point is None else "0"
    return f"step {point.step}: {point.a:.9g} | {point.b:.9g}, off by {point.difference:.2g}"
