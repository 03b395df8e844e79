"""The options of `optbridge port`, as a table: a row here and a field of `Options` make one more.

An option that has the name of a field of `codemods.model.Options` goes there; the others belong to
the command itself. All of them may stand in `[tool.optbridge]`, except those of one call.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bridge.cli._codes import CodesOption, show_list, show_page
from codemods.batch.cache import default_folder
from codemods.batch.ignored import DEFAULT_INCLUDE
from codemods.batch.run import SECONDS_PER_FILE, cores
from codemods.formats import FORMATS
from codemods.model import ORIGINS, SCOPES, STYLES, TARGETS
from codemods.versions import release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Function = TypeVar("Function", bound="Callable[..., Any]")


WHAT: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--to", "target", required=True, type=click.Choice(TARGETS), help="What to write."
    ),
    click.option(
        "--from",
        "origin",
        type=click.Choice(ORIGINS),
        default="torch",
        show_default=True,
        help="What the file is written in. paddle, oneflow: its optimizers go to bridge.",
    ),
    click.option(
        "--style",
        type=click.Choice(STYLES),
        default="auto",
        show_default=True,
        help="auto: native where proven equal, else bridge. native: refuse instead of bridge.",
    ),
    click.option(
        "--scope",
        type=click.Choice(SCOPES),
        default="all",
        show_default=True,
        help="all: the whole training script. optim: optimizer and scheduler code only.",
    ),
    click.option(
        "--target-version",
        "version",
        default="",
        metavar="VERSION",
        callback=lambda _ctx, _param, given: release(str(given)),
        help="The target's version. Default: the newest, Paddle 3.3, OneFlow 0.9.",
    ),
    click.option(
        "--project",
        is_flag=True,
        help="Read all the files first, and follow optimizers from one to the other.",
    ),
    click.option("--partial", is_flag=True, help="Write a file although a part of it is left."),
    click.option(
        "--todo",
        is_flag=True,
        help="Put a comment above each line that is left, in a file that is otherwise as it was.",
    ),
    click.option(
        "--select",
        cls=CodesOption,
        help="Apply these rules only: codes or their beginnings, as PD1,PD205. ALL names all.",
    ),
    click.option(
        "--ignore",
        cls=CodesOption,
        help="Do without these rules; of --select and --ignore the longer name of a code counts.",
    ),
)
ACTION: tuple[Callable[[Any], Any], ...] = (
    click.option("--diff", "show_diff", is_flag=True, help="Show the change (the default)."),
    click.option("--write", is_flag=True, help="Write the files."),
    click.option("--check", is_flag=True, help="Write nothing, exit 1 if a file would change."),
)
FILES: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--files-from",
        type=click.File("rb"),
        metavar="FILE",
        help="Take names from a file (- is stdin), one per line or with zero bytes between them.",
    ),
    click.option(
        "--include",
        multiple=True,
        default=DEFAULT_INCLUDE,
        show_default=True,
        metavar="GLOB",
        help="What to port in folders, as in a .gitignore; what git ignores is passed over.",
    ),
    click.option(
        "--exclude", multiple=True, metavar="GLOB", help="What to pass over in folders, likewise."
    ),
)
REPORT: tuple[Callable[[Any], Any], ...] = (
    click.option("--verbose", "-v", is_flag=True, help="List every name that was ported."),
    click.option(
        "--format",
        "form",
        type=click.Choice(tuple(FORMATS)),
        default="text",
        show_default=True,
        help="The report. text goes to stderr beside the diff, the others to stdout.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
    click.option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the report to a file.",
    ),
)
MEANS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--jobs",
        "-j",
        type=click.IntRange(min=0),
        default=cores,
        show_default="all cores",
        help="How many processes work at a time. 0: this one, without a time limit.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=SECONDS_PER_FILE,
        show_default=True,
        metavar="SECONDS",
        help="How long one file may take.",
    ),
    click.option("--no-cache", is_flag=True, help="Port unchanged files again, too."),
    click.option(
        "--cache-dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=default_folder,
        show_default=str(default_folder()),
        metavar="FOLDER",
        help="Where the results for unchanged files are kept.",
    ),
)
RULES: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--list",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show_list,
        help="List the rules and end.",
    ),
    click.option(
        "--explain",
        cls=CodesOption,
        is_eager=True,
        expose_value=False,
        callback=show_page,
        help="Explain rules and end.",
    ),
)


def add(options: Sequence[Callable[[Any], Any]]) -> Callable[[Function], Function]:
    """Decorate a command with a table of options, in the table's order."""

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate
