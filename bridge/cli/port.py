"""`optbridge port`: rewrite PyTorch training code, show the change, and say what became of it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge._progress import tracked
from bridge.cli._port_options import ACTION, FILES, MEANS, REPORT, RULES, WHAT, add
from bridge.cli._port_output import Output
from bridge.cli._port_paths import STDIN, all_files, reader, settled_by
from codemods.analysis.project import read_project
from codemods.batch.cache import Cache
from codemods.batch.ignored import Filters
from codemods.batch.run import Means, port_files
from codemods.model import Options
from codemods.wishes.contradictions import contradiction

if TYPE_CHECKING:
    from codemods.model import FileResult

EPILOG = """\b
Examples:
  optbridge port train.py --to paddle                 show the diff, write nothing
  optbridge port train.py --to paddle --write         write it
  optbridge port src/ --to oneflow --check            in CI: fail if something would change
  optbridge port train.py --to bridge --scope optim   one script for all three frameworks
  cat train.py | optbridge port - --to paddle         stdin to stdout
  git ls-files -z | optbridge port --files-from - --to paddle

\b
Exit codes: 0 done, 1 would change (--check), 2 error, 3 something was refused or left.
A file is written only if everything in scope ports; --partial writes it anyway, with a
comment above each line that is left to do. Options by their long names may stand under
[tool.optbridge] in pyproject.toml.
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, is_eager=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--config",
    is_eager=True,
    expose_value=False,
    callback=settled_by,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take [tool.optbridge] from this file, not from the nearest pyproject.toml.",
)
@add((*WHAT, *ACTION, *FILES, *REPORT, *MEANS, *RULES))
@click.pass_context
def port(ctx: click.Context, /, paths: tuple[Path, ...], **chosen: Any) -> None:
    """Port PyTorch training code to Paddle, OneFlow or bridge.

    PATHS are files and folders; `-` reads a file from stdin and prints the port.
    """
    if chosen["write"] and chosen["check"]:
        raise click.UsageError("--write and --check exclude each other")
    output = Output.of(chosen)
    options = Options(**{f.name: chosen[f.name] for f in fields(Options)})
    if (reason := contradiction(options)) is not None:
        raise click.UsageError(reason)
    filters = Filters(chosen["include"], chosen["exclude"], ctx.obj)
    files = all_files(paths, chosen["files_from"], filters)
    project = read_project(files) if chosen["project"] else None
    known = project.digest if project is not None else ""
    means = Means(
        jobs=chosen["jobs"],
        seconds=chosen["timeout"],
        cache=None if chosen["no_cache"] else Cache(chosen["cache_dir"], options, known),
    )
    found = port_files(files, options, means, reader(paths), project)
    results: list[FileResult] = []
    try:
        for result in tracked(found, "Porting", total=len(files), shown=STDIN not in paths):
            results.append(  # noqa: PERF401  # what is there counts if the loop breaks off
                _written(result) if chosen["write"] else result
            )
    finally:
        # What was done before it broke off, even by Ctrl-C, is said.
        found.close()
        output.show(results, is_whole=len(results) == len(files))
    ctx.exit(output.exit_code(results))


def _written(result: FileResult) -> FileResult:
    from codemods.batch.files import write  # noqa: PLC0415

    return write(result) if result.changed and result.path != STDIN else result
