"""The comment above a line that is left to do: written once, and found again by a later run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from codemods.model import PrependLine
from codemods.syntax.edits import line_start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.model import Kind, Options
    from codemods.syntax.source import Source

MARK = re.compile(r"# optbridge: (?P<code>[A-Z]{2}\d{3}) (?P<kind>left|refused): (?P<what>[^ ]*)")
# Another line's number is another one as soon as there is a comment above it.
NUMBERS = re.compile(r" \(line \d+\)| in line \d+")


def mark(node: cst.CSTNode, code: str, kind: Kind, what: str, reason: str) -> PrependLine:
    """Return the comment for a site that is left or refused."""
    text = f"# optbridge: {code} {kind}: {what}: {NUMBERS.sub('', reason)}"
    return PrependLine(node, " ".join(text.split()))


def missing(source: Source, marks: Iterable[PrependLine], options: Options) -> list[PrependLine]:
    """Return the marks that do not stand above their line yet, each once for a line."""
    wanted = {(line_start(source, m.node), m.text): m for m in marks}
    # What a method is called on is known less well once the calls that made it are ported.
    is_ported = options.partial and MARK.search(source.data.decode()) is not None
    return [m for m in wanted.values() if not _stands(source, m, members_too=is_ported)]


def carried(marks: Iterable[PrependLine], source: Source, to: Source) -> list[PrependLine]:
    """Return marks for a text that has the same statements on the same lines."""
    if source is to:
        return list(marks)
    by_line: dict[int, cst.CSTNode] = {}
    for node in to.spans:
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            inside = node.body
            part = inside if isinstance(inside, cst.CSTNode) else inside[0]
            by_line[to.data.count(b"\n", 0, to.start(node))] = part
    lines = {m: source.data.count(b"\n", 0, line_start(source, m.node)) for m in marks}
    return [PrependLine(by_line[line], m.text) for m, line in lines.items()]


def _stands(source: Source, mark: PrependLine, *, members_too: bool) -> bool:
    new = MARK.match(mark.text)
    if new is None:
        return False
    is_member = new["what"].startswith(".")
    for old in _above(source, mark.node):
        is_same = old["what"] == new["what"] or (is_member and old["what"].endswith(new["what"]))
        if is_same and old["code"] == new["code"]:
            return True
    return is_member and members_too


def _above(source: Source, node: cst.CSTNode) -> Iterator[re.Match[str]]:
    """Yield the marks among the comments directly above a statement."""
    start = line_start(source, node)
    while start > 0:
        end, start = start, source.data.rfind(b"\n", 0, start - 1) + 1
        line = source.data[start:end].decode().strip()
        if not line.startswith("#"):
            return
        if (match := MARK.match(line)) is not None:
            yield match
