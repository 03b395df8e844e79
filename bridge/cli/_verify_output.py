"""What `optbridge verify` says: facts, tables and verdict, as text, JSON and Markdown."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from bridge._files import write_file
from bridge.cli import ERROR, _table
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
    from bridge.tracing.comparing import Row
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
    for what, how in facts:
        click.echo(f"{what}: {how}")
    for number in range(len(proof.optimizers)):
        click.echo(f"\n{named(proof, number)}")
        _table.show(HEADINGS, [_coloured(row) for row in proof.rows if row.optimizer == number])
    click.echo(EXPLANATION.replace("*", ""))
    for line in remarks(proof):
        click.echo(f"- {line}")
    click.echo(f"{verdict(proof)}.")
    runs = [proof.original, proof.port, *([] if proof.original.failure else [proof.nudged])]
    for ran in runs:
        if ran.failure and ran.tail:
            click.echo(f"\nThe {ran.job.role} printed last:\n{ran.tail}", err=True)
    if proof.port.failure:
        click.echo("Hint: --keep FOLDER keeps the port and all that the runs printed.", err=True)


def _coloured(row: Row) -> tuple[str | Text, ...]:
    is_open = row.excuse or row.only_in
    first, *others = cells(row)
    return Text(first, "red" if row.first else "yellow" if is_open else "green"), *others


def _as_json(proof: Proof, facts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "verdict": verdict(proof),
        "exit_code": exit_code(proof),
        "differs": proof.differs,
        "obstacles": list(proof.obstacles),
        "not_comparable": list(proof.excuses),
        "carried": dict(proof.carried),
        "facts": [{"what": what, "how": how} for what, how in facts],
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
