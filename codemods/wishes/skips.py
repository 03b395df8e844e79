"""`# optbridge: skip` and `# optbridge: skip[PD104,BR1]`: what the user wants left as it is."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.codes import PREFIXES, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.model import Options
    from codemods.syntax.source import Source

COMMENT = re.compile(r"#\s*optbridge:\s*skip\b(?:\s*\[(?P<codes>[^\]]*)\])?")
COLON = re.compile(rb":[ \t]*#")


@dataclass(frozen=True, slots=True)
class Skip:
    """One comment; without codes it skips whatever the line has."""

    node: cst.Comment
    text: str
    codes: tuple[str, ...]

    def covers(self, code: str) -> bool:
        """Tell whether it names a code, or the beginning of it."""
        return not self.codes or code.startswith(self.codes)


class Skips:
    """The comments of a file, and which of them were of use."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.by_line: dict[int, list[Skip]] = defaultdict(list)
        self.used: set[Skip] = set()
        for node in source.each(cst.Comment):
            found = COMMENT.search(node.value)
            if found is not None:
                words = (found["codes"] or "").replace(",", " ").split()
                self.by_line[source.line(node)].append(Skip(node, found[0], tuple(words)))

    def covering(self, node: cst.CSTNode, code: str) -> Skip | None:
        """Return the comment that asks to leave a site as it is.

        It stands on the line where the site begins, or on the first or the last line of its
        statement, where formatters put it.
        """
        for line in _lines(self.source, node) if self.by_line else ():
            for skip in self.by_line.get(line, ()):
                if skip.covers(code):
                    self.used.add(skip)
                    return skip
        return None

    def unknown(self) -> Iterator[tuple[Skip, str]]:
        """Yield every comment that names a code there is not, and what is wrong with it."""
        for skip in self._all():
            for word in skip.codes:
                if (reason := unknown(word)) is not None:
                    yield skip, reason

    def unused(self, options: Options) -> Iterator[Skip]:
        """Yield the comments without effect, as far as a run with these options can tell."""
        if (options.style, options.scope) != ("auto", "all") or options.select or options.ignore:
            return
        foreign = tuple(p for t, p in PREFIXES.items() if t not in (options.target, "bridge"))
        for skip in self._all():
            is_ours = not skip.codes or not all(c.startswith(foreign) for c in skip.codes)
            is_known = not any(unknown(word) for word in skip.codes)
            if is_ours and is_known and skip not in self.used:
                yield skip

    def _all(self) -> Iterator[Skip]:
        for skips in self.by_line.values():
            yield from skips


def _lines(source: Source, node: cst.CSTNode) -> Iterator[int]:
    yield source.line(node)
    statement = next(
        (a for a in source.ancestors(node) if isinstance(a, cst.BaseStatement | cst.BaseSuite)),
        None,
    )
    match statement:
        case cst.SimpleStatementLine(body=parts) | cst.SimpleStatementSuite(body=parts):
            yield source.line(parts[0])
            yield source.data.count(b"\n", 0, source.end(parts[-1])) + 1
        case cst.BaseCompoundStatement(body=cst.IndentedBlock() as block):
            start, end = source.start(statement), source.start(block)
            for beside in COLON.finditer(source.data, start, end):
                yield source.data.count(b"\n", 0, beside.end()) + 1
