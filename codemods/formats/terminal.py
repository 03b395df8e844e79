"""The report on a terminal: in colours, grouped by file, as wide as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from codemods.report import TOTALS, count, place, shown, summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from codemods.model import FileResult, Finding, Kind

STYLES: Mapping[Kind, str] = {
    "native": "green",
    "ported": "green",
    "bridge": "cyan",
    "refused": "red",
    "left": "yellow",
    "skipped": "yellow",
    "error": "bold red",
    "note": "dim",
}
INDENT = 4


def show(results: Sequence[FileResult], console: Console, *, verbose: bool) -> None:
    """Print the findings of all files, and the totals."""
    for result in results:
        found = list(shown(result, verbose=verbose))
        if found:
            console.print(Text(str(result.path), "bold underline"))
            for finding in found:
                _print(finding, console)
            console.print()
    if (counts := count(results)) and len(results) > 1:
        console.print(_table(counts))
    for line in summary(results):
        console.print(Text(line))


def _print(finding: Finding, console: Console) -> None:
    head = Text(f"{place(finding)} ")
    head.append(f"{finding.code} {finding.kind}", STYLES[finding.kind])
    head.append(f"  {finding.what}")
    console.print(Padding(head, (0, 0, 0, INDENT // 2)))
    for text, style in ((finding.reason, ""), (f"Hint: {finding.hint}", "italic")):
        if text.removeprefix("Hint: "):
            console.print(Padding(Text(text, style), (0, 0, 0, INDENT)))


def _table(counts: Mapping[Kind, int]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    for kind, word in TOTALS:
        if counts.get(kind):
            table.add_row(Text(word, STYLES[kind]), Text(str(counts[kind]), justify="right"))
    return table
