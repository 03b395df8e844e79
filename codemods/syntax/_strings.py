"""Strings: those that are one token are taken as they stand, others are read by libcst.

Before 3.12 Python does not say where in a formatted string an expression stands. Where what is in
the braces is simple it is parsed by itself.
"""

from __future__ import annotations

import ast
import re
import string
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.analysis.parsing import parsed
from codemods.syntax._expressions import constant
from codemods.syntax._foreign import adopt, foreign
from codemods.syntax._reader import Reader, reads
from codemods.syntax.lexing import STRING

if TYPE_CHECKING:
    from codemods.syntax._reader import Span


# What a formatted string is made of, as far as it is simple: no quotes, colons or braces in braces.
PIECE = re.compile(
    rb"""
        (?P<text> (?: [^{}] | \{\{ | \}\} )+ )
      | \{ [ \t]* (?P<code> [^{}'"\\!:=\#\s] [^{}'"\\!:=\#\r\n]*? ) [ \t]*
        (?: !(?P<conversion> [rsa]) )? (?P<spec> : [^{}\\]* )? \}
    """,
    re.VERBOSE,
)
LETTERS = string.ascii_letters.encode()
OPENING = re.compile(rb"[A-Za-z]*(?:\"\"\"|'''|\"|')")


@reads(ast.Constant)
def literal(reader: Reader, node: ast.Constant) -> cst.BaseExpression:
    if not isinstance(node.value, str | bytes):
        return constant(reader, node)
    span = reader.span(node)
    text = reader.data[span[0] : span[1]]
    reader.strings.append(span)
    if STRING.fullmatch(text):
        return reader.word(cst.SimpleString, span, text.decode())
    return _parsed(reader, span)


@reads(ast.JoinedStr)
def formatted(reader: Reader, node: ast.JoinedStr) -> cst.BaseExpression:
    span = reader.span(node)
    reader.strings.append(span)
    return _simple(reader, span) or _parsed(reader, span)


def _simple(reader: Reader, span: Span) -> cst.FormattedString | None:
    """Read a formatted string that is one token and has only simple expressions."""
    start, end = span
    opening = OPENING.match(reader.data, start)
    text = reader.data[start:end]
    if opening is None or STRING.fullmatch(text) is None or b"\\N{" in text:
        return None
    quote = opening[0].lstrip(LETTERS)
    pieces: list[re.Match[bytes]] = []
    position, last = opening.end(), end - len(quote)
    while position < last:
        if (piece := PIECE.match(reader.data, position, last)) is None:
            return None
        pieces.append(piece)
        position = piece.end()
    trees = [_expression(piece["code"]) for piece in pieces]
    if any(piece["code"] and tree is None for piece, tree in zip(pieces, trees, strict=True)):
        return None
    parts = tuple(_piece(reader, *pair) for pair in zip(pieces, trees, strict=True))
    return reader.make(
        cst.FormattedString, span, parts=parts, start=opening[0].decode(), end=quote.decode()
    )


def _expression(code: bytes | None) -> ast.expr | None:
    match parsed(code) if code is not None else None:
        case ast.Module(body=[ast.Expr(value=value)]):
            return value
    return None


def _piece(
    reader: Reader, piece: re.Match[bytes], tree: ast.expr | None
) -> cst.BaseFormattedStringContent:
    if tree is None:
        return reader.word(cst.FormattedStringText, piece.span(), piece[0].decode())
    expression = reader.within(piece.start("code")).node(tree)
    fields: dict[str, Any] = {"expression": expression, "format_spec": None}
    if piece["conversion"]:
        fields["conversion"] = piece["conversion"].decode()
    if piece["spec"] is not None:
        place, value = (piece.start("spec") + 1, piece.end("spec")), piece["spec"][1:].decode()
        spec = reader.word(cst.FormattedStringText, place, value) if value else None
        fields["format_spec"] = (spec,) if spec is not None else ()
    return reader.make(cst.FormattedStringExpression, piece.span(), **fields)


def _parsed(reader: Reader, span: Span) -> cst.BaseExpression:
    module, spans = foreign(reader, span, "(", "\n)")
    whole = module.body[0].body[0].value  # type: ignore[union-attr, index]
    made: cst.BaseExpression = whole.with_changes(lpar=(), rpar=())
    adopt(reader, made, spans)
    reader.spans[made] = span
    return made
