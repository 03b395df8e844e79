"""Calls and their arguments, functions and their parameters."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.syntax._displays import generator, without_parentheses
from codemods.syntax._reader import Reader, reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# What may stand between what is called and the arguments.
CALLED = re.compile(rb"(?:[ \t\f\r\n\\)]|#[^\r\n]*)*\(")


@reads(ast.Call)
def call(reader: Reader, node: ast.Call) -> cst.Call:
    func = reader.node(node.func)
    args = tuple(arguments(reader, [*node.args, *node.keywords], reader.end(node.func)))
    return reader.make(cst.Call, reader.span(node), func=func, args=args)


def arguments(
    reader: Reader, given: Sequence[ast.expr | ast.keyword], after: int
) -> Iterable[cst.Arg]:
    """Yield the arguments whose parentheses open behind a place."""
    opened = CALLED.match(reader.data, after) if given else None
    position = opened.end() if opened is not None else after
    for node in sorted(given, key=reader.start):
        argument = _argument(reader, node, position)
        position = reader.spans[argument][1]
        yield argument


def _argument(reader: Reader, node: ast.expr | ast.keyword, after: int) -> cst.Arg:
    if isinstance(node, ast.keyword):
        start, end = reader.span(node)
        if node.arg is None:
            value, _ = reader.parenthesized(node.value, start + 2)
            return reader.make(cst.Arg, (start, end), value=value, star="**")
        keyword = reader.name(node.arg, start)
        value, _ = reader.parenthesized(node.value, reader.spans[keyword][1])
        return reader.make(cst.Arg, (start, end), keyword=keyword, value=value)
    if isinstance(node, ast.Starred):
        start, end = reader.span(node)
        value, _ = reader.parenthesized(node.value, start + 1)
        return reader.make(cst.Arg, (start, end), star="*", value=value)
    if isinstance(node, ast.GeneratorExp) and reader.start(node) < after:
        value = without_parentheses(generator(reader, node))  # they are the call's
        return reader.make(cst.Arg, reader.spans[value], value=value)
    value, span = reader.parenthesized(node, after)
    return reader.make(cst.Arg, span, value=value)


@reads(ast.Lambda)
def function(reader: Reader, node: ast.Lambda) -> cst.Lambda:
    params = parameters(reader, node.args)
    body = reader.node(node.body)
    return reader.make(cst.Lambda, reader.span(node), params=params, body=body)


def parameters(reader: Reader, given: ast.arguments) -> cst.Parameters:
    positional = [*given.posonlyargs, *given.args]
    without = [None] * (len(positional) - len(given.defaults))
    pairs = zip(positional, [*without, *given.defaults], strict=True)
    made = [_parameter(reader, node, default) for node, default in pairs]
    count = len(given.posonlyargs)
    fields: dict[str, Any] = {"posonly_params": tuple(made[:count]), "params": tuple(made[count:])}
    if given.vararg is not None:
        fields["star_arg"] = _parameter(reader, given.vararg, None, "*")
    elif given.kwonlyargs:
        fields["star_arg"] = reader.make(cst.ParamStar, reader.span(given.kwonlyargs[0]))
    fields["kwonly_params"] = tuple(
        _parameter(reader, node, default)
        for node, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    )
    if given.kwarg is not None:
        fields["star_kwarg"] = _parameter(reader, given.kwarg, None, "**")
    every = [*made, *fields["kwonly_params"], fields.get("star_arg"), fields.get("star_kwarg")]
    places = [reader.spans[p] for p in every if p is not None] or [(0, 0)]
    span = min(start for start, _ in places), max(end for _, end in places)
    return reader.make(cst.Parameters, span, **fields)


def _parameter(
    reader: Reader, node: ast.arg, default: ast.expr | None, star: str = ""
) -> cst.Param:
    start = reader.start(node)
    name = reader.name(node.arg, start)
    first = reader.data.rindex(star.encode(), 0, start) if star else start
    span = first, reader.spans[name][1]
    annotated = annotation(reader, node.annotation, span[1])
    return reader.make(
        cst.Param,
        span,
        name=name,
        annotation=annotated,
        default=reader.optional(default),
        star=star,
    )


def annotation(reader: Reader, node: ast.expr | None, after: int) -> cst.Annotation | None:
    if node is None:
        return None
    value = reader.node(node)
    return reader.make(cst.Annotation, reader.around(node, after), annotation=value)
