"""`optbridge verify`: port a script, run original and port from the same state, and compare."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import ERROR, Failure
from bridge.cli.compare import DIFFERS, Tolerance, row_as_json
from bridge.errors import UnwritableError
from bridge.verifying import NAMES
from codemods.model import STYLES, TARGETS, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridge.cli._verify_port import Ported
    from bridge.verifying.interpreters import Interpreter
    from bridge.verifying.proof import Proof, Wanted
    from bridge.verifying.running import Job, Role

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
loss, param_sum and param_norm 1e-4, grad_norm 1e-3; or ten times what rounding alone does to the
original up to that step, where that is more.
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
@click.option("--style", type=click.Choice(STYLES), default="auto", show_default=True)
@click.option("--python-torch", help="Python, or environment, for the original.")
@click.option("--python-target", help="Python, or environment, for the port.")
@click.option(
    "--steps", type=click.IntRange(min=1), help="End each run after so many optimizer steps."
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds for each run."
)
@click.option("--tolerance", "tolerances", multiple=True, type=Tolerance(), help="Another one.")
@click.option("--ignore", "ignored", multiple=True, help="Leave this quantity out, as `loss`.")
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
    style: str,
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
    from bridge.cli._verify_port import Ported, port_into  # noqa: PLC0415 - --help needs no libcst
    from bridge.verifying.proof import Wanted  # noqa: PLC0415 - likewise

    if report is not None:
        _check_report(report)
    wanted = Wanted(grad_norm, checksum, steps, time_limit, dict(tolerances), _quantities(ignored))
    with _ending_like_an_interrupt(), _workplace(keep) as folder:
        options = Options(target, style)  # type: ignore[arg-type]  # click's choices
        port = (
            Ported(own_port, own_port.name)
            if own_port is not None
            else port_into(folder / "port", script, options)
        )
        found = _interpreters(script, target, python_torch, python_target)
        jobs = _jobs(script, port, arguments, *found)
        proof = _prove(jobs, folder, wanted)
        facts = _facts(proof, port, found, arguments, script)
        _print(proof, facts, as_json=as_json)
        if report is not None:
            title = f"`{script.name}` on {NAMES.get(target, target)}"
            _write(report, proof, title, facts, port.markdown)
    ctx.exit(_exit_code(proof))


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


def _prove(jobs: tuple[Job, Job], folder: Path, wanted: Wanted) -> Proof:
    from bridge.verifying.proof import prove, run_original  # noqa: PLC0415 - --help

    original, port = jobs
    with _progress() as watch:
        return prove(run_original(original, folder, wanted, watch), port, watch)


@contextmanager
def _progress() -> Iterator[Callable[[Role, int], None]]:
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where it is seen
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    words = {
        "original": "the original",
        "port": "the port",
        "nudged": "the original, weights 1 ulp off",
    }
    tasks: dict[Role, Any] = {}
    totals: list[int] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def watch(role: Role, steps: int) -> None:
            if role not in tasks:
                tasks[role] = progress.add_task(words[role], total=totals[0] if totals else None)
            progress.update(tasks[role], completed=steps)
            if role == "original":
                totals[:] = [steps]

        yield watch


def _facts(
    proof: Proof,
    port: Ported,
    found: tuple[Interpreter, Interpreter],
    arguments: Sequence[str],
    script: Path,
) -> list[tuple[str, str]]:
    from bridge.verifying.report import carried  # noqa: PLC0415 - --help

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


def _print(proof: Proof, facts: Sequence[tuple[str, str]], *, as_json: bool) -> None:
    from bridge.verifying.report import (  # noqa: PLC0415
        EXPLANATION,
        HEADINGS,
        cells,
        named,
        remarks,
        verdict,
    )

    if as_json:
        click.echo(json.dumps(_as_json(proof, facts), indent=2))
        return
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - --json does not need it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

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
    from bridge.tracing._file import as_json  # noqa: PLC0415 - only here needed
    from bridge.verifying.report import verdict  # noqa: PLC0415

    return {
        "verdict": verdict(proof),
        "exit_code": _exit_code(proof),
        "differs": proof.differs,
        "obstacles": list(proof.obstacles),
        "not_comparable": list(proof.excuses),
        "carried": dict(proof.carried),
        "facts": dict(facts),
        "quantities": [
            row_as_json(row)
            | {"torch_itself": as_json(max(row.spread.values(), default=0.0))}
            | {"not_comparable": row.excuse or None}
            for row in proof.rows
        ],
    }


def _write(
    report: Path,
    proof: Proof,
    title: str,
    facts: Sequence[tuple[str, str]],
    port: str,
) -> None:
    from bridge._files import write_file  # noqa: PLC0415 - only with --report
    from bridge.plot._style import as_file  # noqa: PLC0415
    from bridge.tracing.figure import figure_of, shown  # noqa: PLC0415
    from bridge.verifying.report import markdown  # noqa: PLC0415

    rows = shown(proof.rows)
    picture = report.with_suffix(".png")
    if rows:
        write_file(picture, as_file(figure_of(rows, ("original", "port")), "png"))
    figure = picture.name if rows else ""
    write_file(report, markdown(proof, title, facts, figure, port).encode())
    click.echo(f"wrote {report}" + (f" and {picture}" if rows else ""), err=True)


def _exit_code(proof: Proof) -> int:
    if proof.obstacles:
        return ERROR
    return DIFFERS if proof.differs else ERROR if proof.excuses else 0
