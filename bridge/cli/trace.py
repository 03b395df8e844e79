"""`optbridge trace`: run a training script as it is, and record its optimizers' steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import ERROR, INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\b
Examples:
  optbridge trace -o a.jsonl -- python train.py --epochs 1
  optbridge trace -o b.jsonl --grad-norm --checksum -- .venv/bin/python port.py
  optbridge trace -o a.jsonl -- torchrun --nproc-per-node 2 train.py
  optbridge compare a.jsonl b.jsonl

\b
Exit codes: 0 done, 2 the command failed, or nothing could be run or recorded.
"""


@click.command(epilog=EPILOG, context_settings={"ignore_unknown_options": True})
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, one JSON object a line.",
)
@click.option("--grad-norm", is_flag=True, help="Also the norm of the gradients at each step.")
@click.option(
    "--checksum", is_flag=True, help="Also the sum and the norm of the parameters after it."
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def trace(
    ctx: click.Context, output: Path, grad_norm: bool, checksum: bool, command: Sequence[str]
) -> None:
    """Run COMMAND and record each step of its optimizers: torch's, Paddle's, OneFlow's, bridge's.

    The script stays as it is. Recorded are the lr, momentum and weight decay of each group, and the
    loss, where `backward` is called on one number.
    """
    from bridge.tracing.launch import run_traced  # noqa: PLC0415 - --help does not need it

    code = run_traced(command, output, grad_norm=grad_norm, checksum=checksum)
    is_complete = _report(output)
    if code:
        click.echo(f"optbridge trace: the command ended with exit code {code}.", err=True)
    if code == INTERRUPTED:
        ctx.exit(code)
    ctx.exit(ERROR if code or not is_complete else 0)


def _report(output: Path) -> bool:
    from bridge.errors import TraceError  # noqa: PLC0415
    from bridge.tracing._file import family  # noqa: PLC0415
    from bridge.tracing.reading import read_trace  # noqa: PLC0415

    is_complete = False
    for path in family(output):
        try:
            found = read_trace(path)
        except TraceError as error:
            click.echo(f"optbridge trace: {error}", err=True)
            return False
        for optimizer in found.optimizers:
            steps = "1 step" if optimizer.steps == 1 else f"{optimizer.steps} steps"
            click.echo(f"{path}: {steps} of {optimizer.name}", err=True)
        is_complete = found.is_ended
        if not is_complete:
            click.echo(f"{path}: has no end; the process was killed or the disk is full", err=True)
    if not output.exists():
        click.echo(
            f"optbridge trace: no step of an optimizer was seen, so {output} was not written.\n"
            "Hint: the command must run Python 3.10 or later, not with -I, -E or -S, and step an "
            "optimizer of torch, paddle, oneflow or bridge.optim.",
            err=True,
        )
    return is_complete
