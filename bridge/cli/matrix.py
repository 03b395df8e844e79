"""`optbridge matrix`: what works where, and how near it comes to torch."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import Failure
from bridge.cli._complete import matrix_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.equivalents import Equivalent
    from bridge.equivalents.matrix import Row

TARGETS = ("torch", "paddle", "oneflow")
EPILOG = """\b
Examples:
  optbridge matrix                          every optimizer and scheduler
  optbridge matrix AdamW --to paddle        one class: its native classes and their conditions
  optbridge matrix StepLR OneCycleLR
  optbridge matrix --to oneflow --json | jq '.rows[] | select(.native.oneflow == [])'

\b
bridge, an optimizer: the largest difference to torch after 100 float32 steps, relative to the
tensor's largest entry, by formula / by the framework's own kernel. A scheduler: configurations
in which every step equals torch's bit for bit.
native, the class that `optbridge port` writes, with its grade: a bit-identical, b within 1e-12
over 200 steps, p parameters within 1e-5 after 100 steps.
"""


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[CLASS]...", shell_complete=matrix_names)
@click.option("--to", "target", type=click.Choice(TARGETS), help="One framework only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def matrix(names: Sequence[str], target: str | None, as_json: bool) -> None:
    """Say how near each class comes to torch on each framework, and what a port writes."""
    from bridge.equivalents.matrix import measured  # noqa: PLC0415 - --help does not need it

    found = _chosen(names)
    targets = [target] if target else list(TARGETS)
    if as_json:
        source = measured()
        content = {"versions": source["versions"], "date": source["date"]}
        click.echo(json.dumps({**content, "rows": [_as_json(r, targets) for r in found]}, indent=2))
        return
    for kind in ("optimizer", "scheduler"):
        if chosen := [row for row in found if row.kind == kind]:
            _print_table(kind, chosen, targets)
    if names:
        _print_details(found, targets)
    else:
        click.echo("What the cells mean: optbridge matrix --help", err=True)


def _chosen(names: Sequence[str]) -> list[Row]:
    from bridge.equivalents.matrix import rows  # noqa: PLC0415 - likewise

    by_name = {row.name: row for row in rows()}
    for name in names:
        if name not in by_name:
            close = get_close_matches(name, by_name, n=3, cutoff=0.5)
            hint = f"is it {' or '.join(close)}?" if close else f"one of {', '.join(by_name)}."
            raise Failure(f"the matrix has no class {name!r}.\nHint: {hint}")
    return [by_name[name] for name in names] or list(by_name.values())


def _as_json(row: Row, targets: Sequence[str]) -> dict[str, Any]:
    from bridge.equivalents import conditions_of  # noqa: PLC0415 - likewise

    return {
        "class": row.name,
        "kind": row.kind,
        "bridge": {target: row.bridge[target] for target in targets},
        "native": {
            target: [
                {
                    "code": each.code,
                    "class": each.native,
                    "grade": each.grade,
                    "source": each.source,
                    "conditions": list(conditions_of(each)),
                }
                for each in row.native[target]
            ]
            for target in targets
            if target in row.native
        },
    }


def _print_table(kind: str, rows: Sequence[Row], targets: Sequence[str]) -> None:
    from bridge.cli._table import show  # noqa: PLC0415 - likewise
    from bridge.equivalents.matrix import words  # noqa: PLC0415 - likewise

    natives = [target for target in targets if target in rows[0].native]
    heads = [kind, *(f"bridge on {target}" for target in targets)]
    heads += [f"native {target}" for target in natives]
    cells = [
        [row.name, *(row.bridge[each] for each in targets)]
        + [", ".join(words(row, each)) for each in natives]
        for row in rows
    ]
    show(heads, cells)


def _print_details(rows: Sequence[Row], targets: Sequence[str]) -> None:
    for row in rows:
        for native in (each for target in targets for each in row.native.get(target, ())):
            click.echo(f"\n{native.code}  {row.name} -> {native.native}  {native.source}")
            for line in _lines(native):
                click.echo(f"  {line}")


def _lines(native: Equivalent) -> Iterator[str]:
    from bridge.equivalents import conditions_of  # noqa: PLC0415 - likewise

    conditions = list(conditions_of(native))
    yield "if:" if conditions else "always"
    yield from (f"- {condition.replace('`', '')}" for condition in conditions)
