"""What the shell completes beside commands, options and choices.

https://click.palletsprojects.com/en/stable/shell-completion/#overriding-value-completion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click


def schedules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a scheduler's name, up to its bracket; or a file."""
    del ctx, param
    from bridge._expression import KNOWN  # noqa: PLC0415 - --help needs no schedules

    found = [CompletionItem(f"{name}(") for name in sorted(KNOWN) if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def matrix_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a class of the compatibility matrix."""
    del ctx, param
    from bridge.equivalents.matrix import rows  # noqa: PLC0415 - likewise

    return [row.name for row in rows() if row.name.startswith(incomplete)]


def tolerances(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a quantity of a trace, up to its equals sign."""
    del ctx, param
    from bridge.tracing.comparing import TOLERANCES  # noqa: PLC0415 - likewise

    return [f"{name}=" for name in TOLERANCES if name.startswith(incomplete)]
