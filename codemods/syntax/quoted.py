"""Annotations in strings, as the expressions that they are: their nodes stand within the string.

libcst's scopes know which names such a string has, but not where they stand in it.
https://docs.python.org/3/library/typing.html#typing.ForwardRef
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import ImportAssignment

from codemods.syntax.metadata import parents
from codemods.syntax.printing import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from libcst.metadata import Scope

    from codemods.syntax import Span

PREFIXES: Final = ("", "r", "u")


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands in strings: each one's expression, and of its nodes what a tree has of others."""

    expressions: dict[cst.CSTNode, cst.BaseExpression] = field(default_factory=dict)
    parents: dict[cst.CSTNode, cst.CSTNode] = field(default_factory=dict)
    scopes: dict[cst.CSTNode, Scope | None] = field(default_factory=dict)
    spans: dict[cst.CSTNode, Span] = field(default_factory=dict)


def inside_strings(scopes: Iterable[Scope | None], spans: Mapping[cst.CSTNode, Span]) -> Inside:
    """Read the annotations in strings that name something imported.

    One whose text is not what stands in the file, letter for letter, is left out.
    """
    found = Inside()
    strings = {string: scope for scope in scopes if scope for string in _strings(scope)}
    for string, scope in sorted(strings.items(), key=lambda item: spans[item[0]]):
        if (module := _parsed(string)) is None:
            continue
        offset = spans[string][0] + len(string.prefix + string.quote)
        expression = module.body[0].body[0].value  # type: ignore[union-attr,index]  # `_parsed`
        above = parents(module)
        for node, (start, end) in printed(module)[1].items():
            if node is expression or expression in _ancestors(node, above):
                found.parents[node] = string if node is expression else above[node]
                found.scopes[node] = scope
                found.spans[node] = start + offset, end + offset
        found.expressions[string] = expression
    return found


def _strings(scope: Scope) -> Iterator[cst.SimpleString]:
    for access in scope.accesses:
        is_imported = any(isinstance(a, ImportAssignment) for a in access.referents)
        if is_imported and isinstance(access.node, cst.SimpleString):
            yield access.node


def _parsed(string: cst.SimpleString) -> cst.Module | None:
    """Parse what a string says, None unless that is one expression as it stands there."""
    text = string.raw_value
    is_plain = string.prefix.lower() in PREFIXES and "\\" not in text and "\n" not in text
    if not is_plain or text != text.strip():
        return None
    module = cst.parse_module(text)  # libcst has parsed it for the scopes
    match module.body:
        case [cst.SimpleStatementLine(body=[cst.Expr()])]:
            return module
    return None


def _ancestors(
    node: cst.CSTNode, above: Mapping[cst.CSTNode, cst.CSTNode]
) -> Iterator[cst.CSTNode]:
    while (parent := above.get(node)) is not None:
        yield parent
        node = parent
