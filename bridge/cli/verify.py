"""`optbridge verify`: port a script, run original and port from the same state, and compare."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import Failure, _complete
from bridge.cli.compare import Tolerance
from bridge.errors import UnwritableError
from bridge.verifying import NAMES
from codemods.model import STYLES, TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.cli._verify_port import Ported
    from bridge.verifying.interpreters import Interpreter
    from bridge.verifying.running import Job

EPILOG = """\b
Examples:
  optbridge verify train.py --to paddle -- --epochs 1
  optbridge verify train.py --to oneflow --python-target .venv-oneflow --steps 200
  optbridge verify train.py --to paddle --report report.md    Markdown and a figure, for a PR
  optbridge verify train.py --to paddle --port train_paddle.py      a port finished by hand
  optbridge verify train.py --to paddle --ignore loss         in CI: the learning rates alone

\b
Exit codes: 0 equal within the tolerances, 1 the port trains differently, 2 error, or not all could
be compared, 3 something was refused or left: no port, nothing was run.
A tolerance is relative to the largest value of its quantity: lr, momentum and weight_decay 1e-12,
loss, param_sum and param_norm 1e-4, grad_norm 1e-3; or at step n ten times what rounding alone does
to the original by step 2n, where that is more.
The script runs three times, in this folder: it reads and writes there what it always does.
"""


@click.command(epilog=EPILOG)
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--to", "target", required=True, type=click.Choice(TARGETS), help="Where to port it.")
@click.option(
    "--port",
    "own_port",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Run this file as the port, instead of porting the script now.",
)
@click.option(
    "--style",
    type=click.Choice(STYLES),
    help="As for optbridge port, whose settings hold here too.",
)
@click.option("--python-torch", metavar="PYTHON", help="The original's interpreter or environment.")
@click.option("--python-target", metavar="PYTHON", help="The port's interpreter or environment.")
@click.option(
    "--steps", type=click.IntRange(min=1), help="End each run after so many optimizer steps."
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds for each run."
)
@click.option(
    "--tolerance",
    "tolerances",
    multiple=True,
    type=Tolerance(),
    shell_complete=_complete.tolerances,
    help="Another one, as loss=1e-5.",
)
@click.option(
    "--ignore", "ignored", metavar="QUANTITY", multiple=True, help="Leave it out, as loss."
)
@click.option("--grad-norm", is_flag=True, help="Also compare the norm of the gradients.")
@click.option("--checksum", is_flag=True, help="Also compare sum and norm of the parameters.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write Markdown, and a figure beside it as PNG.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep port, traces and what the runs printed in this new folder.",
)
@click.pass_context
def verify(
    ctx: click.Context,
    script: Path,
    arguments: Sequence[str],
    target: str,
    own_port: Path | None,
    style: str | None,
    python_torch: str | None,
    python_target: str | None,
    steps: int | None,
    time_limit: float | None,
    tolerances: Sequence[tuple[str, float]],
    ignored: Sequence[str],
    grad_norm: bool,
    checksum: bool,
    report: Path | None,
    as_json: bool,
    keep: Path | None,
) -> None:
    """Port SCRIPT, train original and port from the same state, and compare them step by step.

    ARGUMENTS after `--` go to the script. The initial weights, random tensors, dropout and
    shuffling of the original are carried into the port, and what could not be is said.
    """
    # --help needs neither libcst nor rich
    from bridge.cli import _verify_output as output  # noqa: PLC0415
    from bridge.cli._verify_port import Ported, port_into  # noqa: PLC0415
    from bridge.cli._verify_progress import progress_of_runs  # noqa: PLC0415
    from bridge.verifying.proof import Wanted, prove, run_original  # noqa: PLC0415

    if report is not None:
        _check_report(report)
    wanted = Wanted(grad_norm, checksum, steps, time_limit, dict(tolerances), _quantities(ignored))
    with _ending_like_an_interrupt(), _workplace(keep) as folder:
        port = (
            Ported(own_port, own_port.name)
            if own_port is not None
            else port_into(folder / "port", script, target, style)
        )
        with progress_of_runs() as watch:
            found = _interpreters(script, target, python_torch, python_target)
            original, ported = _jobs(script, port, arguments, *found)
            proof = prove(run_original(original, folder, wanted, watch), ported, watch)
        for each in dict.fromkeys(found):
            click.echo(f"{each.framework} {each.version}: {each.python}", err=True)
        facts = output.facts_of(proof, port, found, arguments, script)
        output.show(proof, facts, as_json=as_json)
        if report is not None:
            title = f"`{script.name}` on {NAMES.get(target, target)}"
            output.write_report(report, proof, title, facts, port.markdown)
    ctx.exit(output.exit_code(proof))


def _check_report(report: Path) -> None:
    # An hour of training is not to end in this.
    folder = report.absolute().parent
    place = report if report.exists() else folder
    if not folder.is_dir() or not os.access(place, os.W_OK):
        why = "it cannot be written" if folder.is_dir() else f"there is no folder {folder}"
        raise Failure(f"cannot write {report}: {why}; nothing was run.")
    if find_spec("matplotlib") is None:
        raise Failure("the report's figure needs matplotlib.\nHint: pip install 'optbridge[plot]'.")


def _quantities(names: Sequence[str]) -> frozenset[str]:
    from bridge.tracing.comparing import TOLERANCES  # noqa: PLC0415 - --help does not need it

    unknown = set(names) - TOLERANCES.keys()
    if unknown:
        raise click.UsageError(
            f"--ignore takes {', '.join(TOLERANCES)}, got {', '.join(sorted(unknown))}"
        )
    return frozenset(names)


@contextmanager
def _ending_like_an_interrupt() -> Iterator[None]:
    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    # A time-out of the shell or of CI is to leave no process and no half folder either.
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _workplace(keep: Path | None) -> Iterator[Path]:
    try:
        if keep is None:
            with tempfile.TemporaryDirectory(prefix="optbridge-verify-") as name:
                yield Path(name).resolve()
            return
        try:
            keep.mkdir(parents=True)
        except FileExistsError as error:
            raise Failure(f"--keep needs a new folder, and {keep} is there.") from error
        try:
            yield keep.resolve()
        except (KeyboardInterrupt, SystemExit):
            shutil.rmtree(keep)
            raise
    except UnwritableError:
        raise
    except OSError as error:
        raise Failure(f"cannot write {error.filename}: {error.strerror}.") from error


def _interpreters(
    script: Path, target: str, python_torch: str | None, python_target: str | None
) -> tuple[Interpreter, Interpreter]:
    from bridge.verifying.interpreters import examined, find  # noqa: PLC0415 - --help

    near = [Path.cwd(), script.resolve().parent]
    framework = "torch" if target == "bridge" else target
    first = examined("torch", python_torch) if python_torch else find("torch", near)
    if python_target:
        return first, examined(framework, python_target)
    return first, first if framework == "torch" else find(framework, near)


def _jobs(
    script: Path,
    port: Ported,
    arguments: Sequence[str],
    torch: Interpreter,
    target: Interpreter,
) -> tuple[Job, Job]:
    from bridge.verifying.running import Job  # noqa: PLC0415 - --help does not need it

    original = Job("original", "torch", [torch.python, str(script), *arguments], {})
    command = [target.python, str(port.script), *arguments]
    return original, Job("port", target.framework, command, port.environment)
