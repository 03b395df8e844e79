"""A table as wide as the terminal, or, where it does not fit, a block for each row."""

from __future__ import annotations

import os
from textwrap import fill
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

ENDLESS = 10_000  # columns of what is no terminal


def show(heads: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """Print rows under their heads; into a pipe nothing is cut or wrapped."""
    from rich.box import SIMPLE  # noqa: PLC0415 - --help and --json do not need it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    is_bounded = Console().is_terminal or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if is_bounded else ENDLESS)
    table = Table(*heads, box=SIMPLE)
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    needed = console.measure(table, options=console.options.update(width=ENDLESS)).maximum
    if needed <= console.width:
        console.print(table)
        return
    for first, *others in rows:
        console.print(first, style="bold")
        for head, cell in zip(heads[1:], others, strict=True):
            if str(cell):
                click.echo(fill(f"  {head}: {cell}", console.width, subsequent_indent="    "))
