"""Strings: those that are one token are taken as they stand, others are read by libcst.

Before 3.12 Python does not say where in a formatted string an expression stands.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemods.lexing import STRING
from codemods.metadata import IS_TRIVIA, parents
from codemods.printing import printed
from codemods.syntax._expressions import constant
from codemods.syntax._reader import Reader, UnknownSyntaxError, reads

if TYPE_CHECKING:
    from codemods.syntax._reader import Span


@reads(ast.Constant)
def literal(reader: Reader, node: ast.Constant) -> cst.BaseExpression:
    if not isinstance(node.value, str | bytes):
        return constant(reader, node)
    span = reader.span(node)
    text = reader.data[span[0] : span[1]]
    reader.strings.append(span)
    if STRING.fullmatch(text):
        return reader.make(cst.SimpleString, span, value=text.decode())
    return _parsed(reader, span)


@reads(ast.JoinedStr)
def formatted(reader: Reader, node: ast.JoinedStr) -> cst.BaseExpression:
    span = reader.span(node)
    reader.strings.append(span)
    return _parsed(reader, span)


def _parsed(reader: Reader, span: Span) -> cst.BaseExpression:
    start, end = span
    text = reader.data[start:end].decode()
    try:
        module = cst.parse_module(f"({text}\n)")
    except cst.ParserSyntaxError as error:
        raise UnknownSyntaxError(text) from error
    line = module.body[0]
    whole = line.body[0].value  # type: ignore[union-attr, index]
    made: cst.BaseExpression = whole.with_changes(lpar=(), rpar=())
    above = parents(made)
    reader.parents.update(above)
    for node, (first, last) in printed(module)[1].items():
        if node in above and not IS_TRIVIA[type(node)]:
            reader.spans[node] = start - 1 + first, start - 1 + last
    reader.spans[made] = span
    return made
