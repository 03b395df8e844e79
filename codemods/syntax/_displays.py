"""Subscripts, lists, tuples, sets and dicts, and comprehensions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemods.syntax._reader import CLOSING, Reader, reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.syntax._reader import Node


@reads(ast.Subscript)
def subscript(reader: Reader, node: ast.Subscript) -> cst.Subscript:
    value = reader.node(node.value)
    parts, after = [node.slice], reader.end(node.value)
    if isinstance(node.slice, ast.Tuple) and not has_parentheses(reader, node.slice):
        parts = node.slice.elts
    places = []
    for part in parts:
        made = _place(reader, part, after)
        after = reader.end(part)
        places.append(made)
    return reader.make(cst.Subscript, reader.span(node), value=value, slice=tuple(places))


def _place(reader: Reader, node: ast.expr, after: int) -> cst.SubscriptElement:
    made: cst.BaseSlice
    if isinstance(node, ast.Slice):
        span = reader.span(node)
        lower, upper = reader.optional(node.lower), reader.optional(node.upper)
        step = reader.optional(node.step)
        made = reader.make(cst.Slice, span, lower=lower, upper=upper, step=step)
    elif isinstance(node, ast.Starred):
        span = reader.span(node)
        value = reader.node(node.value)
        made = reader.make(cst.Index, span, star="*", value=value)
    else:
        span = reader.around(node, after)
        made = reader.make(cst.Index, span, value=reader.node(node))
    return reader.make(cst.SubscriptElement, span, slice=made)


@reads(ast.List, ast.Set)
def display(reader: Reader, node: ast.List | ast.Set) -> cst.BaseExpression:
    start, end = reader.span(node)
    kind = cst.List if isinstance(node, ast.List) else cst.Set
    found = elements(reader, node.elts, start + 1)
    return reader.make(kind, (start, end), elements=found)


@reads(ast.Tuple)
def written(reader: Reader, node: ast.Tuple) -> cst.Tuple:
    start, end = reader.span(node)
    is_enclosed = has_parentheses(reader, node)
    found = elements(reader, node.elts, start + is_enclosed)
    if not is_enclosed:
        return without_parentheses(reader.make(cst.Tuple, (start, end), elements=found))
    if not found:
        return reader.make(cst.Tuple, (start + 1, start + 1), elements=())
    last = reader.spans[found[-1]][1]
    comma = reader.data.find(b",", last, end)
    inner = reader.spans[found[0]][0], last if comma < 0 else comma + 1
    return reader.make(cst.Tuple, inner, elements=found)


def without_parentheses(node: Node) -> Node:
    """Take the parentheses from a node of a kind that has some where nothing is said."""
    object.__setattr__(node, "lpar", ())
    object.__setattr__(node, "rpar", ())
    return node


def has_parentheses(reader: Reader, node: ast.Tuple) -> bool:
    """Tell whether the first parenthesis is the tuple's own, and not that of its first element."""
    start, end = reader.span(node)
    if reader.data[start : start + 1] != b"(":
        return False
    if not node.elts:
        return True
    first = reader.span(node.elts[0])
    if first[0] == start:
        return False
    (_, last), count = reader.enclosed(start, first)
    return count < reader.data.count(b"(", start, first[0]) or last == end


def elements(reader: Reader, nodes: Sequence[ast.expr], after: int) -> tuple[cst.BaseElement, ...]:
    found: list[cst.BaseElement] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            value, span = reader.node(node.value), reader.span(node)
            found.append(reader.make(cst.StarredElement, span, value=value))
        else:
            value = reader.node(node)
            span, _ = reader.enclosed(after, reader.span(node))
            found.append(reader.make(cst.Element, span, value=value))
        after = span[1]
    return tuple(found)


@reads(ast.Dict)
def mapping(reader: Reader, node: ast.Dict) -> cst.Dict:
    span = reader.span(node)
    after = span[0] + 1
    found: list[cst.BaseDictElement] = []
    for key, value in zip(node.keys, node.values, strict=True):
        made = _entry(reader, key, value, after)
        after = reader.spans[made][1]
        found.append(made)
    return reader.make(cst.Dict, span, elements=tuple(found))


def _entry(
    reader: Reader, key: ast.expr | None, value: ast.expr, after: int
) -> cst.BaseDictElement:
    if key is None:
        made = reader.node(value)
        start, end = reader.around(value, after)
        start = reader.data.rindex(b"**", after, start)
        return reader.make(cst.StarredDictElement, (start, end), value=made)
    first, second = reader.node(key), reader.node(value)
    start = reader.around(key, after)[0]
    end = reader.around(value, reader.end(key))[1]
    return reader.make(cst.DictElement, (start, end), key=first, value=second)


@reads(ast.ListComp, ast.SetComp)
def comprehension(reader: Reader, node: ast.ListComp | ast.SetComp) -> cst.BaseComp:
    kind = cst.ListComp if isinstance(node, ast.ListComp) else cst.SetComp
    elt = reader.node(node.elt)
    for_in = loops(reader, node.generators)
    return reader.make(kind, reader.span(node), elt=elt, for_in=for_in)


@reads(ast.DictComp)
def mapping_comprehension(reader: Reader, node: ast.DictComp) -> cst.DictComp:
    key, value = reader.node(node.key), reader.node(node.value)
    for_in = loops(reader, node.generators)
    return reader.make(cst.DictComp, reader.span(node), key=key, value=value, for_in=for_in)


@reads(ast.GeneratorExp)
def generator(reader: Reader, node: ast.GeneratorExp) -> cst.GeneratorExp:
    start, end = reader.span(node)
    elt = reader.node(node.elt)
    for_in = loops(reader, node.generators)
    first = reader.around(node.elt, start + 1)[0]
    last = node.generators[-1].ifs[-1] if node.generators[-1].ifs else node.generators[-1].iter
    closed = reader.end(last)
    while (found := CLOSING.match(reader.data, closed)) and found.end() < end:
        closed = found.end()
    return reader.make(cst.GeneratorExp, (first, closed), elt=elt, for_in=for_in)


def loops(reader: Reader, nodes: Sequence[ast.comprehension]) -> cst.CompFor:
    node = nodes[0]
    target, iterated = reader.node(node.target), reader.node(node.iter)
    ifs = tuple(
        reader.make(cst.CompIf, reader.span(test), test=reader.node(test)) for test in node.ifs
    )
    inner = loops(reader, nodes[1:]) if len(nodes) > 1 else None
    last = nodes[-1].ifs[-1] if nodes[-1].ifs else nodes[-1].iter
    made = reader.make(
        cst.CompFor,
        (reader.start(node.target), reader.end(last)),
        target=target,
        iter=iterated,
        ifs=ifs,
        inner_for_in=inner,
    )
    if node.is_async:
        object.__setattr__(made, "asynchronous", cst.Asynchronous())
    return made
