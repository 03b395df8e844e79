"""Apply edits to a file's bytes: only the bytes that an edit names can change.

Edits nest: what a `Replace` keeps of its node is rendered with the edits inside it. Two edits that
would both write the same bytes are a mistake of a rule and raise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.model import (
    AppendLine,
    Insert,
    PrependLine,
    RemoveArgument,
    Replace,
    RewriteStatement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.model import Edit
    from codemods.syntax.source import Source

# What may stand between an argument and its comma.
COMMA = re.compile(rb"(?:[ \t\f\r\n\\]|#[^\r\n]*)*,")


class EditConflictError(Exception):
    """Two edits write the same bytes."""


@dataclass(frozen=True, slots=True)
class _Splice:
    """Bytes [start, end) become `parts`; `rank` orders splices that start at the same byte."""

    start: int
    end: int
    rank: int
    parts: tuple[str | cst.CSTNode, ...]


def apply(source: Source, edits: Iterable[Edit]) -> bytes:
    """Return the file's bytes with all edits made.

    Raises:
        EditConflictError: if two edits write the same bytes.
    """
    text = _Renderer(source, list(edits)).render().decode()
    return source.bom + text.encode(source.module.encoding)


class _Renderer:
    def __init__(self, source: Source, edits: list[Edit]) -> None:
        self.source = source
        self.replaced = {e.node: e for e in edits if isinstance(e, Replace)}
        # What a Replace takes from another place is rendered there, with the edits inside it.
        self.moved = {
            part
            for edit in self.replaced.values()
            for part in edit.parts
            if isinstance(part, cst.CSTNode) and edit.node not in source.ancestors(part)
        }
        # Which splices belong to the file itself (None) or to a kept part of a replaced node.
        self.inside: dict[cst.CSTNode | None, list[_Splice]] = defaultdict(list)
        removed: dict[cst.Call, list[cst.Arg]] = defaultdict(list)
        for edit in dict.fromkeys(edits):
            if isinstance(edit, RemoveArgument):
                removed[edit.call].append(edit.argument)
            else:
                # A line above a statement stands outside of all that is replaced in it.
                node = (
                    statement_of(source, edit.node) if isinstance(edit, PrependLine) else edit.node
                )
                self.inside[self._home(node)].append(_splice(source, edit))
        for call, arguments in removed.items():
            self.inside[self._home(arguments[0])].extend(_removals(source, call, arguments))

    def render(self) -> bytes:
        return self._render(None, 0, len(self.source.data))

    def _home(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return the kept part that the node stands in, None if nothing around it is replaced."""
        path = [node]
        for ancestor in self.source.ancestors(node):
            if ancestor in self.moved:
                return ancestor
            if ancestor in self.replaced:
                kept = [p for p in self.replaced[ancestor].parts if p in path]
                if not kept or isinstance(kept[0], str):
                    line, column = self.source.place(node)
                    raise EditConflictError(f"two edits of the same code at {line}:{column}")
                return kept[0]
            path.append(ancestor)
        return None

    def _render(self, home: cst.CSTNode | None, start: int, end: int) -> bytes:
        done = bytearray()
        position = start
        for splice in sorted(self.inside[home], key=lambda s: (s.start, s.rank)):
            if splice.start < position:
                line = self.source.data.count(b"\n", 0, splice.start) + 1
                raise EditConflictError(f"two edits overlap in line {line}")
            done += self.source.data[position : splice.start]
            for part in splice.parts:
                if isinstance(part, str):
                    done += part.encode()
                else:
                    done += self._render(part, self.source.start(part), self.source.end(part))
            position = splice.end
        return bytes(done + self.source.data[position:end])


def _splice(
    source: Source, edit: Replace | Insert | AppendLine | PrependLine | RewriteStatement
) -> _Splice:
    match edit:
        case Replace(node, parts):
            return _Splice(source.start(node), source.end(node), 2, parts)
        case Insert(node, text, "before"):
            return _Splice(source.start(node), source.start(node), 1, (text,))
        case Insert(node, text, _):
            return _Splice(source.end(node), source.end(node), 0, (text,))
        case AppendLine(node, text):
            return _appended(source, node, text)
        case PrependLine(node, text):
            return _prepended(source, node, text)
        case RewriteStatement(node, statements):
            return _rewritten(source, node, statements)


def _appended(source: Source, statement: cst.BaseStatement, text: str) -> _Splice:
    data = source.data
    start, end = source.start(statement), source.end(statement)
    line_start = data.rfind(b"\n", 0, start) + 1
    indent = data[line_start:start]
    if indent.strip():  # `if x: a = b` has no line of its own
        return _Splice(end, end, 0, (f"; {text}",))
    line_end = data.find(b"\n", end)
    line_end = len(data) if line_end < 0 else line_end
    if data[:line_end].endswith(b"\r"):
        line_end -= 1
    newline = source.module.default_newline
    return _Splice(line_end, line_end, 3, (newline + indent.decode() + text,))


def statement_of(source: Source, node: cst.CSTNode) -> cst.CSTNode:
    """Return the statement that a node stands in, the node itself where there is none."""
    return next((a for a in source.ancestors(node) if isinstance(a, cst.BaseStatement)), node)


def line_start(source: Source, node: cst.CSTNode) -> int:
    """Return where the line begins on which the statement around a node does."""
    return source.data.rfind(b"\n", 0, source.start(statement_of(source, node))) + 1


def _prepended(source: Source, node: cst.CSTNode, text: str) -> _Splice:
    start = line_start(source, node)
    line = source.data[start:]
    indent = line[: len(line) - len(line.lstrip(b" \t\f"))]
    return _Splice(start, start, 0, (indent.decode() + text + source.module.default_newline,))


def _rewritten(
    source: Source, node: cst.BaseSmallStatement | cst.If, statements: tuple[str, ...]
) -> _Splice:
    data = source.data
    start, end = source.start(node), source.end(node)
    line = node if isinstance(node, cst.If) else source.parents[node]
    line_start = data.rfind(b"\n", 0, start) + 1
    indent = data[line_start:start]
    siblings = line.body if isinstance(line, cst.BaseSuite | cst.SimpleStatementLine) else ()
    if len(siblings) > 1 or indent.strip():
        return _Splice(start, end, 2, ("; ".join(statements) or "pass",))
    if statements:
        separator = source.module.default_newline + indent.decode()
        return _Splice(start, end, 2, (separator.join(statements),))
    block = source.parents.get(line)
    if not isinstance(block, cst.Module) and len(getattr(block, "body", ())) == 1:
        return _Splice(start, end, 2, ("pass",))
    line_end = data.find(b"\n", end) + 1 or len(data)
    if data[end:line_end].strip():  # a comment stands beside it
        return _Splice(start, data.index(b"#", end), 2, ())
    if line is node:  # a block, and the blank line that sets it off
        below = data.find(b"\n", line_end) + 1
        line_end = below if below and not data[line_end:below].strip() else line_end
    return _Splice(line_start, line_end, 2, ())


def _removals(source: Source, call: cst.Call, removed: list[cst.Arg]) -> Iterator[_Splice]:
    """Cut runs of arguments; a comment between arguments stays where it is."""
    arguments = list(call.args)
    position = 0
    while position < len(arguments):
        if arguments[position] not in removed:
            position += 1
            continue
        first = position
        while position < len(arguments) and arguments[position] in removed:
            position += 1
        yield from _run(source, arguments, first, position - 1)


def _run(source: Source, arguments: list[cst.Arg], first: int, last: int) -> Iterator[_Splice]:
    start, end = source.start(arguments[first]), source.end(arguments[last])
    if last + 1 < len(arguments):
        end = source.start(arguments[last + 1])
    elif first > 0:
        start = source.end(arguments[first - 1])
    else:
        end = _past_comma(source, end)
    if b"#" not in source.data[start:end]:
        yield _Splice(start, end, 2, ())
        return
    for argument in arguments[first : last + 1]:
        end = source.end(argument)
        yield _Splice(source.start(argument), _past_comma(source, end), 2, ())


def _past_comma(source: Source, end: int) -> int:
    comma = COMMA.match(source.data, end)
    return end if comma is None else comma.end()
