"""The options of `optbridge port`, as a table: a row here and a field of `Options` make one more.

An option that has the name of a field of `codemods.model.Options` goes there; the others belong to
the command itself. All of them may stand in `[tool.optbridge]`, except those of one call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from bridge.cli._codes import CodesOption, show_list, show_page
from codemods.model import ORIGINS, SCOPES, STYLES, TARGETS

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
    click.option("--partial", is_flag=True, help="Write a file although a part of it is left."),
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
REPORT: tuple[Callable[[Any], Any], ...] = (
    click.option("--verbose", "-v", is_flag=True, help="List every name that was ported."),
    click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON to stdout."),
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
