"""Codes of rules on the command line: checked, completed by the shell, and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from codemods.codes import ALL, RULES, split

if TYPE_CHECKING:
    from collections.abc import Iterable


class Codes(click.ParamType[tuple[str, ...]]):
    """Codes or beginnings of codes, with commas between them."""

    name = "codes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words; one that names no rule fails."""
        try:
            return split(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete the last of the codes."""
        del ctx, param
        before, comma, last = incomplete.rpartition(",")
        return [
            CompletionItem(f"{before}{comma}{code}", help=rule.title)
            for code, rule in RULES.items()
            if code.startswith(last.upper())
        ]


class CodesOption(click.Option):
    """An option that takes codes, any number of times; a settings file may give one string."""

    def __init__(self, *names: Any, **given: Any) -> None:
        given |= {"type": Codes(), "multiple": True, "metavar": "CODES"}
        super().__init__(*names, **{"callback": _flat, **given})

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Convert; one string is a list of one."""
        return super().type_cast_value(ctx, [value] if isinstance(value, str) else value)


def _flat(
    ctx: click.Context, param: click.Parameter, given: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    del ctx, param
    return tuple(word for words in given for word in words)


def show_list(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    """List every rule and end, as `optbridge rules` does."""
    del param
    if asked:
        from bridge.cli.rules import show  # noqa: PLC0415

        show((ALL,))
        ctx.exit()


def show_page(ctx: click.Context, param: click.Parameter, codes: Iterable[tuple[str, ...]]) -> None:
    """Explain rules and end, as `optbridge rules CODE` does."""
    words = _flat(ctx, param, codes)
    if words:
        from bridge.cli.rules import show  # noqa: PLC0415

        show(words)
        ctx.exit()
