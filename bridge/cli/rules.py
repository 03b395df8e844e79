"""`optbridge rules`: every code of a report, and what one means."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from bridge.cli._codes import Codes
from codemods.codes import ALL, RULES, matching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.codes import Rule

EPILOG = """\b
Examples:
  optbridge rules                  every code, a line each
  optbridge rules PD2              those that begin so: Paddle's schedulers
  optbridge rules PD104            what it does, an example, conditions, versions, sources
  optbridge rules --json | jq -r '.[] | select(.kind == "native") | .code'

\b
Codes: PD Paddle, OF OneFlow, BR bridge, OB the port itself; 0xx refused, 1xx optimizers,
2xx schedulers, 3xx what is done with them, 4xx --from, 8xx notes, 9xx the rest of torch.
"""


@click.command(epilog=EPILOG)
@click.argument("codes", nargs=-1, type=Codes())
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per rule.")
def rules(codes: Sequence[tuple[str, ...]], as_json: bool) -> None:
    """List the rules of `optbridge port`, or explain the ones named."""
    words = tuple(word for group in codes for word in group)
    if as_json:
        chosen = {r.code: r for word in words or (ALL,) for r in matching(word)}
        click.echo(json.dumps([_as_json(rule) for rule in chosen.values()], indent=2))
    else:
        show(words or (ALL,))


def show(words: Sequence[str]) -> None:
    """Print what words name: a whole code as its page, the beginning of codes as a list."""
    for word in words:
        if word in RULES:
            _explain(RULES[word])
        else:
            _list(matching(word))


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "kind": rule.kind,
        "title": rule.title,
        "text": rule.text,
        "before": rule.example.before if rule.example else None,
        "conditions": rule.conditions,
        "grade": rule.grade,
        "versions": rule.versions,
        "links": rule.links,
    }


def _list(found: Sequence[Rule]) -> None:
    from rich.console import Console  # noqa: PLC0415  # --help and --json do not need it
    from rich.text import Text  # noqa: PLC0415

    from codemods.formats.terminal import STYLES  # noqa: PLC0415

    console = Console(soft_wrap=True, highlight=False)
    for rule in found:
        kind = Text(f"  {rule.kind:8}", STYLES[rule.kind])
        title = rule.title.replace("`", "")
        console.print(Text.assemble((rule.code, "bold"), kind, f"  {title}"))


def _explain(rule: Rule) -> None:
    from codemods.codes.page import page  # noqa: PLC0415  # ports the example, so it needs libcst

    text = page(rule)
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    Console().print(Markdown(text))
