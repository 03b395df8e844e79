"""`optbridge port`: rewrite PyTorch training code, show the change, and say what became of it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import Failure
from bridge.cli._port_options import ACTION, REPORT, RULES, WHAT, add
from codemods.model import FileResult, Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = Path("-")
PROGRESS_FROM = 20  # files; fewer are done before a bar is of use
COLOURS: dict[str, str] = {
    "native": "green",
    "ported": "green",
    "bridge": "cyan",
    "refused": "red",
    "left": "yellow",
    "skipped": "yellow",
    "error": "red",
}
DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}

EPILOG = """\b
Examples:
  optbridge port train.py --to paddle                 show the diff, write nothing
  optbridge port train.py --to paddle --write         write it
  optbridge port src/ --to oneflow --check            in CI: fail if something would change
  optbridge port train.py --to bridge --scope optim   one script for all three frameworks
  cat train.py | optbridge port - --to paddle         stdin to stdout

\b
Exit codes: 0 done, 1 would change (--check), 2 error, 3 something was refused or left.
A file is written only if everything in scope ports; --partial writes it anyway, with a
comment above each line that is left to do.
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@add((*WHAT, *ACTION, *REPORT, *RULES))
@click.pass_context
def port(ctx: click.Context, /, paths: tuple[Path, ...], **chosen: Any) -> None:
    """Port PyTorch training code to Paddle, OneFlow or bridge.

    PATHS are files and folders; `-` reads a file from stdin and prints the port.
    """
    write, check, show_diff = chosen["write"], chosen["check"], chosen["show_diff"]
    verbose, as_json = chosen["verbose"], chosen["as_json"]
    if write and check:
        raise click.UsageError("--write and --check exclude each other")
    if chosen["origin"] != "torch" and chosen["target"] != "bridge":
        raise click.UsageError(f"--from {chosen['origin']} goes to bridge only: give --to bridge")
    options = Options(**{f.name: chosen[f.name] for f in fields(Options)})
    from codemods import report  # noqa: PLC0415  # --help does not need libcst

    results: list[FileResult] = []
    try:
        for result in _ported(paths, options):
            results.append(result)
            if write and result.changed and not result.failed and result.path != STDIN:
                _write(result)
            if result.path == STDIN and not (show_diff or check or as_json):
                click.echo(result.after, nl=False)
            elif (show_diff or not (write or check)) and not as_json:
                _show(report.diff(result))
    except BaseException:
        # What was done before it broke off, even by Ctrl-C, is said.
        if results:
            _report(results, verbose=verbose, as_json=as_json)
        raise
    _report(results, verbose=verbose, as_json=as_json)
    ctx.exit(report.exit_code(results, check=check))


def _ported(paths: Iterable[Path], options: Options) -> Iterator[FileResult]:
    from codemods.engine import port as port_file  # noqa: PLC0415
    from codemods.files import find_files  # noqa: PLC0415

    paths = list(paths)
    if STDIN in paths:
        if paths != [STDIN]:
            raise click.UsageError("`-` stands alone: stdin cannot be mixed with files")
        yield port_file(sys.stdin.buffer.read(), STDIN, options)
        return
    try:
        files = list(find_files(paths))
    except FileNotFoundError as error:
        raise Failure(str(error)) from error
    for path in _with_progress(files):
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise Failure(f"cannot read {path}: {error.strerror}") from error
        yield port_file(raw, path, options)


def _with_progress(files: list[Path]) -> Iterable[Path]:
    if len(files) < PROGRESS_FROM or not sys.stderr.isatty():
        return files
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    return track(files, "Porting", console=Console(stderr=True), transient=True)


def _write(result: FileResult) -> None:
    from codemods.files import is_writable, write_atomically  # noqa: PLC0415

    try:
        if not is_writable(result.path):
            raise Failure(f"cannot write {result.path}: it is read-only; nothing was changed in it")
        write_atomically(result.path, result.after)
    except OSError as error:
        raise Failure(
            f"cannot write {result.path}: {error.strerror}; it is as it was before"
        ) from error


def _report(results: list[FileResult], *, verbose: bool, as_json: bool) -> None:
    from codemods import report  # noqa: PLC0415

    if as_json:
        found = [{"path": str(r.path), **asdict(f)} for r in results for f in r.findings]
        click.echo(json.dumps(found, indent=2))
        return
    for result in results:
        for kind, line in report.lines(result, verbose=verbose):
            _print(line, COLOURS.get(kind), to_stderr=True)
    _print(report.totals(results), None, to_stderr=True)
    if any(r.needs_bridge for r in results):
        _print(report.NEEDS_BRIDGE, None, to_stderr=True)


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        colour = DIFF_COLOURS.get(line[:1]) if not line.startswith(("+++", "---")) else None
        _print(line.rstrip("\n"), colour, to_stderr=False)


def _print(text: str, colour: str | None, *, to_stderr: bool) -> None:
    styled = click.style(text, fg=colour) if colour else text
    click.echo(styled, err=to_stderr, color=False if "NO_COLOR" in os.environ else None)
