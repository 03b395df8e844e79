"""What `optbridge verify` says: facts, tables and verdict, as text, JSON and Markdown."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bridge._files import write_file
from bridge.cli import ERROR
from bridge.cli.compare import DIFFERS, row_as_json
from bridge.plot._style import as_file
from bridge.tracing._file import as_json as as_json_number
from bridge.tracing.figure import figure_of, shown
from bridge.verifying import NAMES
from bridge.verifying.report import (
    EXPLANATION,
    HEADINGS,
    carried,
    cells,
    markdown,
    named,
    remarks,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.cli._verify_port import Ported
    from bridge.verifying.interpreters import Interpreter
    from bridge.verifying.proof import Proof


def exit_code(proof: Proof) -> int:
    """Return what CI is to see."""
    if proof.obstacles:
        return ERROR
    return DIFFERS if proof.differs else ERROR if proof.excuses else 0


def facts_of(
    proof: Proof,
    port: Ported,
    found: tuple[Interpreter, Interpreter],
    arguments: Sequence[str],
    script: Path,
) -> list[tuple[str, str]]:
    """Say what was run, and how, as (what, how) pairs."""
    theirs, ours = (f"{NAMES[each.framework]} {each.version}" for each in found)
    command = shlex.join([script.name, *arguments])
    return [
        ("the original", f"{command} on {theirs}, {proof.original.seconds:.1f} s"),
        ("the port", f"{port.summary}; on {ours}, {proof.port.seconds:.1f} s"),
        ("carried into the port", carried(proof)),
        *(
            ("take care", f"{each.framework} of {each.python}: {problem}")
            for each in dict.fromkeys(found)
            for problem in each.problems
        ),
    ]


def show(proof: Proof, facts: Sequence[tuple[str, str]], *, as_json: bool) -> None:
    """Print what was found."""
    if as_json:
        click.echo(json.dumps(_as_json(proof, facts), indent=2))
        return
    console = Console(highlight=False)
    for what, how in facts:
        console.print(f"{what}: {how}", markup=False, soft_wrap=True)
    for number in range(len(proof.optimizers)):
        console.print(f"\n{named(proof, number)}", markup=False, soft_wrap=True)
        table = Table(*HEADINGS, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for row in proof.rows:
            if row.optimizer == number:
                bad = row.excuse or row.only_in
                colour = "red" if row.first else "yellow" if bad else "green"
                first, *others = cells(row)
                table.add_row(Text(first, colour), *map(Text, others))
        console.print(table)
    console.print(EXPLANATION.replace("*", ""), style="dim", markup=False)
    for line in remarks(proof):
        console.print(f"- {line}", markup=False, soft_wrap=True)
    console.print(f"{verdict(proof)}.", style="bold")
    runs = [proof.original, proof.port, *([] if proof.original.failure else [proof.nudged])]
    for ran in runs:
        if ran.failure and ran.tail:
            click.echo(f"\nThe {ran.job.role} printed last:\n{ran.tail}", err=True)
    if proof.port.failure:
        click.echo("Hint: --keep FOLDER keeps the port and all that the runs printed.", err=True)


def _as_json(proof: Proof, facts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "verdict": verdict(proof),
        "exit_code": exit_code(proof),
        "differs": proof.differs,
        "obstacles": list(proof.obstacles),
        "not_comparable": list(proof.excuses),
        "carried": dict(proof.carried),
        "facts": dict(facts),
        "quantities": [
            row_as_json(row)
            | {"torch_itself": as_json_number(max(row.spread.values(), default=0.0))}
            | {"not_comparable": row.excuse or None}
            for row in proof.rows
        ],
    }


def write_report(
    report: Path,
    proof: Proof,
    title: str,
    facts: Sequence[tuple[str, str]],
    port: str,
) -> None:
    """Write Markdown, and a figure beside it; `port` is what the port says about itself."""
    rows = shown(proof.rows)
    picture = report.with_suffix(".png")
    if rows:
        write_file(picture, as_file(figure_of(rows, ("original", "port")), "png"))
    figure = picture.name if rows else ""
    write_file(report, markdown(proof, title, facts, figure, port).encode())
    click.echo(f"wrote {report}" + (f" and {picture}" if rows else ""), err=True)
