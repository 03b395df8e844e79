"""`optbridge plot`: see a schedule, in the terminal or as a figure."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import Failure
from bridge.cli._schedules import FORMS, end, options, simulated

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\b
Examples:
  optbridge plot "OneCycleLR(max_lr=0.9, total_steps=100)"       in the terminal
  optbridge plot "StepLR(30)" "ExponentialLR(0.97)" -o lr.png    two in one figure
  optbridge plot schedule.yaml -o lr.html -o lr.csv              a page, and its numbers
  optbridge plot train.py                                        the schedules of a script
  optbridge plot "CosineAnnealingLR(90)" --unit epoch --log
  optbridge plot "StepLR(30)" --group lr=0.1 --group lr=0.01     a curve for each group
  optbridge plot "ReduceLROnPlateau()" --metrics losses.txt

\b
A file's name says what it is: .png, .svg, .pdf, .html, .csv or .json.
Exit codes: 0 done, 2 error, 3 a schedule of a script was left.
"""


@click.command(epilog=EPILOG, help=f"Draw the values that schedules will set.\n\n{FORMS}")
@options
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file to write, in place of the terminal.",
)
@click.option("--log", is_flag=True, help="A logarithmic axis for the learning rate.")
@click.option("--title", default="", help="A line above the figure.")
def plot(
    schedules: Sequence[str],
    unit: Any,
    outputs: Sequence[Path],
    log: bool,
    title: str,
    **given: Any,
) -> None:
    """Draw the values that schedules will set."""
    from bridge._files import write_file  # noqa: PLC0415 - --help needs none
    from bridge.plot import chart_of, drawn, encoded, kind_of  # noqa: PLC0415

    kinds = [kind_of(path) for path in outputs]  # before anything is computed
    drawing = simulated(schedules, **given)
    simulations = drawing.simulations
    if not outputs:
        columns = shutil.get_terminal_size().columns
        _print(drawn(chart_of(simulations, unit, title), columns=columns, log=log))
    contents = [encoded(simulations, kind, unit=unit, title=title, log=log) for kind in kinds]
    for path, content in zip(outputs, contents, strict=True):
        write_file(path, content)
        click.echo(f"wrote {path}", err=True)
    end(drawing)


def _print(text: str) -> None:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError as error:
        raise Failure(
            f"this terminal's encoding, {sys.stdout.encoding}, has no braille dots.\n"
            "Hint: set PYTHONUTF8=1, or write a file: -o lr.html"
        ) from error
    click.echo(text)
