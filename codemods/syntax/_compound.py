"""Statements that have blocks."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.syntax._blocks import FOREIGN, block, last
from codemods.syntax._calls import annotation, arguments, parameters
from codemods.syntax._foreign import adopt, foreign
from codemods.syntax._reader import Reader, UnknownSyntaxError, reads

if TYPE_CHECKING:
    from codemods.syntax._reader import Node, Span

DEFINITION = re.compile(rb"(?:async[\s\\]+)?(?:def|class)[\s\\]+")


def _span(reader: Reader, node: ast.stmt | ast.ExceptHandler, last: Any) -> Span:
    """Return the place of a statement; Python counts a semicolon at its end."""
    return reader.start(node), reader.spans[last][1]


@reads(ast.If)
def branch(reader: Reader, node: ast.If) -> cst.If:
    test = reader.node(node.test)
    body = block(reader, node.body)
    orelse: Any
    first = node.orelse[0] if len(node.orelse) == 1 else None
    if isinstance(first, ast.If) and reader.data.startswith(b"elif", reader.start(first)):
        orelse = branch(reader, first)
    else:
        orelse = last(reader, cst.Else, node.orelse, body)
    span = _span(reader, node, orelse or body)
    return reader.make(cst.If, span, test=test, body=body, orelse=orelse)


@reads(ast.For, ast.AsyncFor)
def loop(reader: Reader, node: ast.For | ast.AsyncFor) -> cst.For:
    target, iterated = reader.node(node.target), reader.node(node.iter)
    body = block(reader, node.body)
    orelse = last(reader, cst.Else, node.orelse, body)
    span = _span(reader, node, orelse or body)
    made = reader.make(cst.For, span, target=target, iter=iterated, body=body, orelse=orelse)
    return _asynchronous(made, is_so=isinstance(node, ast.AsyncFor))


def _asynchronous(made: Node, *, is_so: bool) -> Node:
    if is_so:
        object.__setattr__(made, "asynchronous", cst.Asynchronous())
    return made


@reads(ast.While)
def repeated(reader: Reader, node: ast.While) -> cst.While:
    test = reader.node(node.test)
    body = block(reader, node.body)
    orelse = last(reader, cst.Else, node.orelse, body)
    span = _span(reader, node, orelse or body)
    return reader.make(cst.While, span, test=test, body=body, orelse=orelse)


@reads(ast.With, ast.AsyncWith)
def managed(reader: Reader, node: ast.With | ast.AsyncWith) -> cst.With:
    items, after = [], reader.start(node) + len("with")
    for item in node.items:
        made = _managed(reader, item, after)
        after = reader.spans[made][1]
        items.append(made)
    body = block(reader, node.body)
    whole = reader.make(cst.With, _span(reader, node, body), items=tuple(items), body=body)
    return _asynchronous(whole, is_so=isinstance(node, ast.AsyncWith))


def _managed(reader: Reader, node: ast.withitem, after: int) -> cst.WithItem:
    item = reader.node(node.context_expr)
    start, end = reader.around(node.context_expr, after)
    asname = None
    if node.optional_vars is not None:
        target = reader.node(node.optional_vars)
        place = reader.around(node.optional_vars, end)
        asname = reader.make(cst.AsName, place, name=target)
        end = place[1]
    return reader.make(cst.WithItem, (start, end), item=item, asname=asname)


@reads(ast.Try)
def attempt(reader: Reader, node: ast.Try) -> cst.Try:
    body = block(reader, node.body)
    handlers = tuple(_handler(reader, handler) for handler in node.handlers)
    orelse = last(reader, cst.Else, node.orelse, (body, *handlers)[-1])
    before = orelse or (body, *handlers)[-1]
    final = last(reader, cst.Finally, node.finalbody, before)
    return reader.make(
        cst.Try,
        _span(reader, node, final or before),
        body=body,
        handlers=handlers,
        orelse=orelse,
        finalbody=final,
    )


def _handler(reader: Reader, node: ast.ExceptHandler) -> cst.ExceptHandler:
    caught, asname = reader.optional(node.type), None
    if node.name is not None and node.type is not None:
        found = re.compile(rb"[\s\\)]*as[\s\\]+").match(reader.data, reader.end(node.type))
        if found is None:
            raise UnknownSyntaxError(node.name)
        name = reader.name(node.name, found.end())
        asname = reader.make(cst.AsName, reader.spans[name], name=name)
    body = block(reader, node.body)
    span = _span(reader, node, body)
    return reader.make(cst.ExceptHandler, span, type=caught, name=asname, body=body)


@reads(ast.FunctionDef, ast.AsyncFunctionDef)
def definition(reader: Reader, node: ast.FunctionDef | ast.AsyncFunctionDef) -> cst.FunctionDef:
    if getattr(node, "type_params", None):
        raise UnknownSyntaxError(node.name)
    decorators = _decorators(reader, node)
    name = _defined(reader, node)
    params = parameters(reader, node.args)
    returns = None
    if node.returns is not None:
        after = reader.data.rindex(b"->", 0, reader.start(node.returns))
        returns = annotation(reader, node.returns, after)
    body = block(reader, node.body)
    made = reader.make(
        cst.FunctionDef,
        _span(reader, node, body),
        decorators=decorators,
        name=name,
        params=params,
        returns=returns,
        body=body,
    )
    return _asynchronous(made, is_so=isinstance(node, ast.AsyncFunctionDef))


@reads(ast.ClassDef)
def owner(reader: Reader, node: ast.ClassDef) -> cst.ClassDef:
    if getattr(node, "type_params", None):
        raise UnknownSyntaxError(node.name)
    decorators = _decorators(reader, node)
    name = _defined(reader, node)
    given = tuple(arguments(reader, [*node.bases, *node.keywords], reader.spans[name][1]))
    bases = tuple(a for a in given if a.keyword is None and a.star != "**")
    keywords = tuple(a for a in given if a not in bases)
    body = block(reader, node.body)
    return reader.make(
        cst.ClassDef,
        _span(reader, node, body),
        decorators=decorators,
        name=name,
        bases=bases,
        keywords=keywords,
        body=body,
    )


def _defined(
    reader: Reader, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
) -> cst.Name:
    before = DEFINITION.match(reader.data, reader.start(node))
    if before is None:
        raise UnknownSyntaxError(node.name)
    return reader.name(node.name, before.end())


def _decorators(
    reader: Reader, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
) -> tuple[cst.Decorator, ...]:
    found: list[cst.Decorator] = []
    for decorator in node.decorator_list:
        start = reader.data.rindex(b"@", 0, reader.start(decorator))
        value = reader.node(decorator)
        span = start, reader.around(decorator, start)[1]
        found.append(reader.make(cst.Decorator, span, decorator=value))
    return tuple(found)


@reads(*FOREIGN)
def rare(reader: Reader, node: ast.stmt) -> cst.BaseStatement:
    start, end = reader.span(node)
    indent = reader.data[reader.data.rfind(b"\n", 0, start) + 1 : start].decode()
    module, spans = foreign(reader, (start, end), f"if 1:\n{indent}" if indent else "")
    made: Any = module.body[0]
    made = made.body.body[0] if indent else made
    adopt(reader, made, spans)
    return made  # type: ignore[no-any-return]
