"""The module itself, blocks and the lines in them."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.syntax._reader import LINE_END, Reader, Syntax
from codemods.syntax.lexing import COMMENT

if TYPE_CHECKING:
    from collections.abc import Sequence


GAP = re.compile(rb"(?:[\s;\\]|#[^\r\n]*)*")
CONTINUED = re.compile(rb"\\\r?\n")
# What is rare, and has many kinds of nodes of its own.
FOREIGN = (ast.Match, getattr(ast, "TryStar", ast.Match))
COMPOUND = (
    *FOREIGN,
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor),
    *(ast.While, ast.Try, ast.With, ast.AsyncWith),
)


def read(data: bytes, tree: ast.Module, encoding: str) -> Syntax:
    """Make libcst's tree of Python's own.

    Raises:
        UnknownSyntaxError: if there is something in it that only libcst's own parser reads.
    """
    reader = Reader(data)
    body = lines(reader, tree.body)
    _comments(reader)
    newline = LINE_END.search(data)
    module = reader.make(cst.Module, (0, len(data)), body=body)
    object.__setattr__(module, "encoding", encoding)
    object.__setattr__(module, "default_newline", newline[0].decode() if newline else "\n")
    return Syntax(module, reader.parents, reader.spans)


def _comments(reader: Reader) -> None:
    strings = sorted(reader.strings)
    for found in COMMENT.finditer(reader.data):
        before = bisect_right(strings, found.span()) - 1
        if before < 0 or strings[before][1] <= found.start():
            reader.word(cst.Comment, found.span(), found[0].decode())


def lines(reader: Reader, nodes: Sequence[ast.stmt]) -> tuple[cst.BaseStatement, ...]:
    """Make the statements of a block, and lines of those that are simple."""
    found: list[cst.BaseStatement] = []
    small: list[cst.BaseSmallStatement] = []
    end = 0
    for node in nodes:
        made = reader.node(node)
        if small and not _is_beside(reader, end, reader.start(node)):
            found.append(_line(reader, small))
            small = []
        if isinstance(node, COMPOUND):
            found.append(made)
        else:
            small.append(made)
        end = reader.spans[made][1]
    if small:
        found.append(_line(reader, small))
    return tuple(found)


def _line(reader: Reader, small: list[cst.BaseSmallStatement]) -> cst.SimpleStatementLine:
    span = reader.spans[small[0]][0], reader.spans[small[-1]][1]
    return reader.make(cst.SimpleStatementLine, span, body=tuple(small))


def _is_beside(reader: Reader, end: int, start: int) -> bool:
    """Tell whether a statement goes on the line of the one before it."""
    between = CONTINUED.sub(b"", reader.data[end:start])
    return LINE_END.search(between) is None


def block(reader: Reader, nodes: Sequence[ast.stmt]) -> cst.BaseSuite:
    start = reader.start(nodes[0])
    before = reader.data.rfind(b"\n", 0, start)
    is_indented = isinstance(nodes[0], COMPOUND) or (
        not reader.data[before + 1 : start].strip()
        and not reader.data[:before].endswith((b"\\", b"\\\r"))
    )
    if not is_indented:
        small = tuple(reader.node(node) for node in nodes)
        span = reader.spans[small[0]][0], reader.spans[small[-1]][1]
        return reader.make(cst.SimpleStatementSuite, span, body=small)
    body = lines(reader, nodes)
    span = reader.spans[body[0]][0], reader.spans[body[-1]][1]
    return reader.make(cst.IndentedBlock, span, body=body)


def last(
    reader: Reader, kind: type[cst.Else | cst.Finally], nodes: Sequence[ast.stmt], before: Any
) -> Any:
    """Make the `else` or `finally` that follows a block, None if there is none."""
    if not nodes:
        return None
    gap = GAP.match(reader.data, reader.spans[before][1])
    body = block(reader, nodes)
    start, end = gap.end() if gap else 0, reader.spans[body][1]
    return reader.make(kind, (start, end), body=body)
