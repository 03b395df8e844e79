"""The nodes of a tree: what each holds, and what holds it.

libcst asks for it by visitors, which build every node that they pass once more, also one that
changes nothing. A test compares the answers with libcst's own.

https://libcst.readthedocs.io/en/latest/metadata.html
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator

# Nodes that only print something; the names that a scope binds or reads are elsewhere.
TRIVIA = (
    cst.BaseParenthesizableWhitespace,
    cst.TrailingWhitespace,
    cst.EmptyLine,
    cst.Comma,
    cst.Dot,
    cst.AssignEqual,
    cst.Semicolon,
    cst.LeftParen,
    cst.RightParen,
    cst.LeftSquareBracket,
    cst.RightSquareBracket,
    cst.LeftCurlyBrace,
    cst.RightCurlyBrace,
    cst.BaseBinaryOp,
    cst.BaseBooleanOp,
    cst.BaseUnaryOp,
    cst.BaseCompOp,
    cst.BaseAugOp,
)
# The fields of such nodes, and those that only say which of several spellings is meant.
_SILENT = """
asynchronous colon comma dot equal first_colon footer header lbrace lbracket leading_lines
lines_after_decorators lpar operator posonly_ind rbrace rbracket relative rpar second_colon
semicolon separator star
"""
# The fields of a class in the order of visits, which is not that of its definition: a scope sees
# what is bound before it is read. Filled in from the first node of each class.
FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}
# Those of them that mean something.
PARTS: dict[type[cst.CSTNode], tuple[str, ...]] = {}
SILENT = frozenset(_SILENT.split())


def parents(module: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """Return the parent of every node."""
    found: dict[cst.CSTNode, cst.CSTNode] = {}
    waiting: list[cst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        for child in children(node):
            found[child] = node
            waiting.append(child)
    return found


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the nodes that a node holds, in the order in which libcst visits them."""
    for name in FIELDS.get(type(node)) or _fields(node):
        value = getattr(node, name)
        if isinstance(value, (list, tuple)):
            yield from value
        elif IS_NODE[type(value)]:
            yield value


def parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the children of a node that mean something."""
    for name in PARTS.get(type(node)) or _parts(node):
        value = getattr(node, name)
        if type(value) is tuple:
            yield from value
        elif IS_NODE[type(value)]:
            yield value


def _parts(node: cst.CSTNode) -> tuple[str, ...]:
    names = FIELDS.get(type(node)) or _fields(node)
    found = tuple(n for n in names if n not in SILENT and "whitespace" not in n)
    return PARTS.setdefault(type(node), found)


def _fields(node: cst.CSTNode) -> tuple[str, ...]:
    order = _Order(node)
    node.visit(order)
    # a field that is empty in this node may not have been visited
    names = (*order.names, *(field.name for field in fields(node)))
    return FIELDS.setdefault(type(node), tuple(dict.fromkeys(names)))


class _Order(cst.CSTVisitor):
    """The names of a node's fields, in the order in which they are visited."""

    def __init__(self, node: cst.CSTNode) -> None:
        super().__init__()
        self.node = node
        self.names: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node is self.node

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        del node
        self.names.append(attribute)


class _Kinds(dict[type[Any], bool]):
    """Whether a class is one of some others, which are abstract and slow to tell: asked once."""

    def __init__(self, *kinds: type[Any]) -> None:
        super().__init__()
        self.kinds = kinds

    def __missing__(self, kind: type[Any]) -> bool:
        found = self[kind] = issubclass(kind, self.kinds)
        return found


IS_NODE = _Kinds(cst.CSTNode)
IS_TRIVIA = _Kinds(*TRIVIA)
