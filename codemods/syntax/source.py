"""A file's bytes, its syntax tree, and the way from a node back to its bytes.

libcst parses and prints most files without a change, but not all (blank lines at the end, for
one), so text is never taken from its printer: a node is a span of the bytes that came in.
"""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import libcst as cst

from codemods.analysis.parsing import parsed
from codemods.syntax import Syntax, UnknownSyntaxError, read
from codemods.syntax.metadata import parents
from codemods.syntax.printing import printed
from codemods.syntax.quoted import inside_strings
from codemods.syntax.scopes import scopes

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator, Mapping

    from libcst.metadata import Scope

Node = TypeVar("Node", bound=cst.CSTNode)

# The word by which a node can be looked for.
WORDS: Final[Mapping[type[cst.CSTNode], Callable[[Any], str]]] = {
    cst.Attribute: lambda node: node.attr.value,
    cst.FunctionDef: lambda node: node.name.value,
    cst.Call: lambda node: node.func.value if type(node.func) is cst.Name else "",
    cst.Arg: lambda node: "" if node.keyword is None else node.keyword.value,
}


class UnreadableSourceError(Exception):
    """The bytes are no Python that can be ported; `line` and `column` count from 1."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def _split(raw: bytes) -> tuple[bytes, bytes]:
    bom = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    return bom, raw[len(bom) :]


@dataclass(frozen=True)
class Source:
    """A parsed file: `data` is its text in UTF-8 without the byte order mark, which is in `bom`.

    `quoted` are the annotations that stand in strings, as expressions.
    """

    data: bytes
    bom: bytes
    module: cst.Module
    parents: Mapping[cst.CSTNode, cst.CSTNode]
    scopes: Mapping[cst.CSTNode, Scope | None]
    spans: Mapping[cst.CSTNode, tuple[int, int]]
    quoted: Mapping[cst.CSTNode, cst.BaseExpression]

    @classmethod
    def parse(cls, raw: bytes, tree: ast.Module | None = None) -> Source:
        """Parse a file; `tree` is Python's own of it, if there is one already.

        Raises:
            UnreadableSourceError: if it is no Python, or libcst cannot reproduce it exactly.
        """
        bom, data = _split(raw)
        if tree is None and (tree := parsed(raw)) is None:
            return cls.parse_by_libcst(raw)
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            data = data.decode(encoding).encode()
            syntax = read(data, tree, encoding)
        except (UnknownSyntaxError, UnicodeDecodeError, SyntaxError):
            return cls.parse_by_libcst(raw)
        return cls._scoped(data, bom, syntax)

    @classmethod
    def parse_by_libcst(cls, raw: bytes) -> Source:
        """Parse a file whose syntax need not be that of the Python that runs; that is slow."""
        bom, data = _split(raw)
        try:
            module = cst.parse_module(data)
        except cst.ParserSyntaxError as error:
            raise UnreadableSourceError(
                f"syntax error: {error.message.splitlines()[0]}",
                error.editor_line,
                error.editor_column,
            ) from error
        except (UnicodeDecodeError, SyntaxError, LookupError, ValueError) as error:
            raise UnreadableSourceError(f"cannot be decoded: {error}") from error
        # libcst loses a blank line at the very end where another one there has blanks in it.
        text, spans = printed(module)
        if text.encode(module.encoding).rstrip() != data.rstrip():
            raise UnreadableSourceError("libcst does not reproduce this file byte for byte")
        if bom and codecs.lookup(module.encoding).name != "utf-8":
            raise UnreadableSourceError("cannot be decoded: a mark says UTF-8, a comment does not")
        # libcst counts bytes in UTF-8, whatever the file is written in.
        data = data.decode(module.encoding).encode()
        return cls._scoped(data, bom, Syntax(module, parents(module), spans))

    @classmethod
    def _scoped(cls, data: bytes, bom: bytes, syntax: Syntax) -> Source:
        """Add the scopes of a tree, and what stands in its strings."""
        above, spans, known = syntax.parents, syntax.spans, scopes(syntax.module)
        inside = inside_strings(dict.fromkeys(known.values()), spans)
        if inside.expressions:
            above, spans = {**above, **inside.parents}, {**spans, **inside.spans}
            known = {**known, **inside.scopes}
        return cls(data, bom, syntax.module, above, known, spans, inside.expressions)

    @cached_property
    def all_scopes(self) -> list[Scope]:
        """Every scope once, in the order of the file."""
        return list({id(s): s for s in self.scopes.values() if s is not None}.values())

    @cached_property
    def _by_kind(self) -> Mapping[type[cst.CSTNode], list[cst.CSTNode]]:
        found: dict[type[cst.CSTNode], list[cst.CSTNode]] = defaultdict(list)
        for node in self.spans:
            found[type(node)].append(node)
        return found

    def each(self, *kinds: type[Node]) -> Iterator[Node]:
        """Yield every node of these classes, one class after the other."""
        for kind in kinds:
            yield from cast("list[Node]", self._by_kind.get(kind, []))

    @cached_property
    def _by_word(self) -> Mapping[tuple[type[cst.CSTNode], str], list[cst.CSTNode]]:
        found: dict[tuple[type[cst.CSTNode], str], list[cst.CSTNode]] = defaultdict(list)
        for kind, word in WORDS.items():
            for node in self._by_kind.get(kind, ()):
                found[kind, word(node)].append(node)
        return found

    def each_called(self, kind: type[Node], *words: str) -> Iterator[Node]:
        """Yield the attributes, functions and arguments of these names, or the calls of such."""
        for word in words:
            yield from cast("list[Node]", self._by_word.get((kind, word), []))

    def start(self, node: cst.CSTNode) -> int:
        return self.spans[node][0]

    def end(self, node: cst.CSTNode) -> int:
        return self.spans[node][1]

    def text(self, node: cst.CSTNode) -> str:
        """Return the node as it stands in the file."""
        start, end = self.spans[node]
        return self.data[start:end].decode()

    def place(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return line and column, both from 1, the column in characters."""
        start = self.start(node)
        line = bisect_right(self._lines, start)
        return line, len(self.data[self._lines[line - 1] : start].decode()) + 1

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer(rb"\n", self.data))]

    def line(self, node: cst.CSTNode) -> int:
        return self.place(node)[0]

    def indent(self, line: cst.BaseStatement) -> str:
        """Return what begins a new line below a statement that has a line of its own."""
        start = self.start(line)
        blank = self.data[self.data.rfind(b"\n", 0, start) + 1 : start]
        return self.module.default_newline + blank.decode()

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the node's parent, its parent, and so on to the module."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def enclosing(self, node: cst.CSTNode, *kinds: type[Node]) -> Node | None:
        """Return the nearest ancestor that is one of `kinds`."""
        return next((a for a in self.ancestors(node) if isinstance(a, kinds)), None)
