"""What reads a tree: it makes nodes, and keeps their parents and their places."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import libcst as cst

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

Node = TypeVar("Node", bound=cst.CSTNode)
Read = TypeVar("Read", bound="Callable[..., cst.CSTNode]")
Span: TypeAlias = "tuple[int, int]"
Setter: TypeAlias = "Callable[[cst.CSTNode, Any], None]"
Fields: TypeAlias = "tuple[Mapping[str, Setter], tuple[tuple[Setter, Any], ...]]"

LINE_END = re.compile(rb"\r\n|\r|\n")
OPENING = re.compile(rb"#[^\r\n]*|\(")
CLOSING = re.compile(rb"(?:[ \t\f\r\n\\]|#[^\r\n]*)*\)")
PARENTHESIS = cst.LeftParen(), cst.RightParen()


class UnknownSyntaxError(Exception):
    """There is something in the file that only libcst's own parser reads."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """A tree; `spans` are the places of its nodes in bytes, in the order in which they end."""

    module: cst.Module
    parents: Mapping[cst.CSTNode, cst.CSTNode]
    spans: Mapping[cst.CSTNode, Span]


class Reader:
    """Makes nodes for the text of a file, which is UTF-8 without a byte order mark."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lines = [0, *(found.end() for found in LINE_END.finditer(data))]
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.spans: dict[cst.CSTNode, Span] = {}
        self.strings: list[Span] = []

    def within(self, start: int) -> Reader:
        """Return a reader of what stands on one line from a place on, parsed by itself."""
        inner = copy(self)
        inner.lines = [start]
        return inner

    def node(self, node: ast.AST) -> Any:
        if (made := READERS.get(type(node))) is None:
            raise UnknownSyntaxError(type(node).__name__)
        return made(self, node)

    def optional(self, node: ast.expr | None) -> Any:
        return None if node is None else self.node(node)

    def span(self, node: Any) -> Span:
        lines = self.lines
        return (
            lines[node.lineno - 1] + node.col_offset,
            lines[node.end_lineno - 1] + node.end_col_offset,
        )

    def start(self, node: Any) -> int:
        return cast("int", self.lines[node.lineno - 1] + node.col_offset)

    def end(self, node: Any) -> int:
        return cast("int", self.lines[node.end_lineno - 1] + node.end_col_offset)

    def make(self, kind: type[Node], span: Span, **given: Any) -> Node:
        """Make a node without libcst's own checks: Python has parsed it already."""
        node = object.__new__(kind)
        setters, defaults = FIELDS.get(kind) or _fields(kind)
        for put, value in defaults:
            put(node, value)
        parents = self.parents
        for name, value in given.items():
            setters[name](node, value)
            kind_of_value = type(value)
            if kind_of_value is tuple:
                for child in value:
                    parents[child] = node
            elif value is not None and kind_of_value is not str:
                parents[value] = node
        self.spans[node] = span
        return node

    def word(self, kind: type[Node], span: Span, text: str) -> Node:
        """Make a node that has nothing but its text."""
        node = object.__new__(kind)
        setters, defaults = FIELDS.get(kind) or _fields(kind)
        for put, value in defaults:
            put(node, value)
        setters["value"](node, text)
        self.spans[node] = span
        return node

    def name(self, text: str, start: int) -> cst.Name:
        """Make the name that begins at a place; Python's own tree spells some in another way."""
        end = start + (len(text) if text.isascii() else len(text.encode()))
        if self.data[start:end] != text.encode():
            raise UnknownSyntaxError(text)
        return self.word(cst.Name, (start, end), text)

    def last_name(self, text: str, end: int) -> cst.Name:
        """Make the name that ends at a place."""
        return self.name(text, end - (len(text) if text.isascii() else len(text.encode())))

    def enclosed(self, after: int, span: Span) -> tuple[Span, int]:
        """Return an expression's place with the parentheses around it, and how many these are.

        Nothing but what is around it may stand between `after` and the expression.
        """
        start, end = span
        if b"(" not in self.data[after:start]:
            return span, 0
        opened = [m.start() for m in OPENING.finditer(self.data, after, start) if m[0] == b"("]
        closed: list[int] = []
        while len(closed) < len(opened) and (found := CLOSING.match(self.data, end)):
            end = found.end()
            closed.append(end)
        return ((opened[-len(closed)], closed[-1]), len(closed)) if closed else (span, 0)

    def around(self, node: ast.expr, after: int) -> Span:
        return self.enclosed(after, self.span(node))[0]

    def parenthesized(self, node: ast.expr, after: int) -> tuple[Any, Span]:
        """Return an expression that knows of its parentheses, and its place with them."""
        made = self.node(node)
        span, count = self.enclosed(after, self.spans[made])
        if count:
            object.__setattr__(made, "lpar", PARENTHESIS[:1] * count)
            object.__setattr__(made, "rpar", PARENTHESIS[1:] * count)
        return made, span


# Nodes are frozen: the slots of their classes are set, which is also faster than by their names.
FIELDS: dict[type[cst.CSTNode], Fields] = {}
READERS: dict[type[ast.AST], Callable[[Reader, Any], cst.CSTNode]] = {}


def reads(*kinds: type[ast.AST]) -> Callable[[Read], Read]:
    """Say which of Python's nodes a function makes libcst's of."""

    def register(function: Read) -> Read:
        READERS.update(dict.fromkeys(kinds, function))
        return function

    return register


def _fields(kind: type[cst.CSTNode]) -> Fields:
    """Return what sets each field of a node, and what those hold that are not given."""
    setters = {field.name: getattr(kind, field.name).__set__ for field in fields(kind)}
    found: list[tuple[Setter, Any]] = []
    for field in fields(kind):
        if field.default is not MISSING:
            found.append((setters[field.name], field.default))
        elif field.default_factory is not MISSING:
            found.append((setters[field.name], field.default_factory()))
    return FIELDS.setdefault(kind, (setters, tuple(found)))
