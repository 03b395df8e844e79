"""`optbridge simulate`: the values of a schedule as numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli._schedules import FORMS, end, options, simulated

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\b
Examples:
  optbridge simulate "OneCycleLR(max_lr=0.9, total_steps=100)"      CSV, a row for each step
  optbridge simulate schedule.json --steps 1000 -o lr.csv
  optbridge simulate "StepLR(30)" --json | jq '.schedules[0].values.lr[0][99]'

\b
Exit codes: 0 done, 2 error, 3 a schedule of a script was left.
"""


@click.command(epilog=EPILOG, help=f"Print the values that schedules will set.\n\n{FORMS}")
@options
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of CSV.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A .csv or .json file to write."
)
def simulate(
    schedules: Sequence[str],
    unit: Any,
    as_json: bool,
    output: Path | None,
    **given: Any,
) -> None:
    """Print the values that schedules will set."""
    from bridge._files import write_file  # noqa: PLC0415 - --help needs none
    from bridge.plot import encoded  # noqa: PLC0415

    kind = "json" if as_json else "csv"
    if output is not None:
        kind = output.suffix.lower().removeprefix(".")
        if kind not in ("csv", "json"):
            raise click.UsageError(
                f"--output takes a .csv or .json file, got {output.name!r}; "
                "figures are drawn by `optbridge plot`"
            )
    drawing = simulated(schedules, **given)
    content = encoded(drawing.simulations, kind, unit=unit)
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        write_file(output, content)
        click.echo(f"wrote {output}", err=True)
    end(drawing)
