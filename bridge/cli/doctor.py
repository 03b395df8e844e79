"""`optbridge doctor`: which frameworks work here, why one does not, the command that mends it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bridge.cli import ERROR
from bridge.doctor import FRAMEWORKS, examine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.doctor import Diagnosis

EPILOG = """\b
Examples:
  optbridge doctor                         every framework; those not installed do no harm
  optbridge doctor paddle oneflow          both must work
  optbridge doctor --python .venv/bin/python oneflow
  optbridge doctor --json | jq '.[] | select(.works)'

\b
Exit codes: 0 if every framework named works; with no names, if every framework that is
installed works and there is at least one. Otherwise 2.
"""


@click.command(epilog=EPILOG)
@click.argument("frameworks", nargs=-1, type=click.Choice(FRAMEWORKS))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per framework.")
@click.option(
    "--python",
    default=sys.executable,
    type=click.Path(exists=True, dir_okay=False, executable=True),
    help="The interpreter to examine instead of this one; it needs nothing installed.",
)
@click.pass_context
def doctor(ctx: click.Context, frameworks: Sequence[str], as_json: bool, python: str) -> None:
    """Say which frameworks work here, why one does not, and the command that mends it.

    Each framework is imported in a process of its own, so a crash is a finding.
    """
    diagnoses = examine(frameworks or FRAMEWORKS, python)
    if as_json:
        rows = [asdict(found) | {"works": found.works} for found in diagnoses]
        click.echo(json.dumps(rows, indent=2))
    else:
        _print(diagnoses)
    wanted = diagnoses if frameworks else [found for found in diagnoses if found.is_installed]
    ctx.exit(0 if wanted and all(found.works for found in wanted) else ERROR)


def _print(diagnoses: Sequence[Diagnosis]) -> None:
    from rich.console import Console  # noqa: PLC0415  # --help and --json do not need it
    from rich.text import Text  # noqa: PLC0415

    console = Console(soft_wrap=True, highlight=False)
    for found in diagnoses:
        mark = Text("works", "green") if found.works else Text("fails", "red")
        if not found.is_installed:
            mark = Text("absent", "yellow")
        console.print(f"{found.framework:8} {found.version or '-':12}", mark)
        for problem in found.problems:
            console.print(f"    {problem.what}", markup=False)
            console.print(f"    mend: {problem.cure}", markup=False, style="bold")
