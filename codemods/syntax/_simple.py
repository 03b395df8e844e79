"""Statements that may share a line."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.syntax._calls import annotation
from codemods.syntax._displays import elements, without_parentheses
from codemods.syntax._expressions import BINARY
from codemods.syntax._reader import Reader, reads

if TYPE_CHECKING:
    from collections.abc import Mapping


AUGMENTED: Mapping[type[cst.BaseBinaryOp], cst.BaseAugOp] = {
    kind: getattr(cst, f"{kind.__name__}Assign")() for kind in map(type, BINARY.values())
}
FROM = re.compile(rb"from[\s\\]*(\.[.\s\\]*)?")
NAMES = re.compile(rb"\w+")


@reads(ast.Expr)
def expression(reader: Reader, node: ast.Expr) -> cst.Expr:
    value = reader.node(node.value)
    return reader.make(cst.Expr, reader.span(node), value=value)


@reads(ast.Assign)
def assign(reader: Reader, node: ast.Assign) -> cst.Assign:
    span = reader.span(node)
    targets, after = [], span[0]
    for target in node.targets:
        made = reader.node(target)
        place = reader.around(target, after)
        targets.append(reader.make(cst.AssignTarget, place, target=made))
        after = place[1]
    value = reader.node(node.value)
    return reader.make(cst.Assign, span, targets=tuple(targets), value=value)


@reads(ast.AnnAssign)
def annotated(reader: Reader, node: ast.AnnAssign) -> cst.AnnAssign:
    target = reader.node(node.target)
    annotated = annotation(reader, node.annotation, reader.end(node.target))
    value = reader.optional(node.value)
    span = reader.span(node)
    return reader.make(cst.AnnAssign, span, target=target, annotation=annotated, value=value)


@reads(ast.AugAssign)
def augmented(reader: Reader, node: ast.AugAssign) -> cst.AugAssign:
    target, value = reader.node(node.target), reader.node(node.value)
    operator = AUGMENTED[type(BINARY[type(node.op)])]
    span = reader.span(node)
    return reader.make(cst.AugAssign, span, target=target, operator=operator, value=value)


@reads(ast.Return)
def result(reader: Reader, node: ast.Return) -> cst.Return:
    value = reader.optional(node.value)
    return reader.make(cst.Return, reader.span(node), value=value)


@reads(ast.Raise)
def raised(reader: Reader, node: ast.Raise) -> cst.Raise:
    exc, cause = reader.optional(node.exc), None
    if node.cause is not None:
        item = reader.node(node.cause)
        cause = reader.make(cst.From, reader.span(node.cause), item=item)
    return reader.make(cst.Raise, reader.span(node), exc=exc, cause=cause)


@reads(ast.Assert)
def asserted(reader: Reader, node: ast.Assert) -> cst.Assert:
    test, message = reader.node(node.test), reader.optional(node.msg)
    return reader.make(cst.Assert, reader.span(node), test=test, msg=message)


@reads(ast.Delete)
def deleted(reader: Reader, node: ast.Delete) -> cst.Del:
    start, end = reader.span(node)
    if len(node.targets) == 1 and b"," not in reader.data[reader.end(node.targets[0]) : end]:
        target = reader.node(node.targets[0])
    else:
        found = elements(reader, node.targets, start + len("del"))
        target = without_parentheses(
            reader.make(cst.Tuple, (reader.spans[found[0]][0], end), elements=found)
        )
    return reader.make(cst.Del, (start, end), target=target)


@reads(ast.Pass, ast.Break, ast.Continue)
def word(reader: Reader, node: ast.Pass | ast.Break | ast.Continue) -> cst.BaseSmallStatement:
    kind = getattr(cst, type(node).__name__)
    return reader.make(kind, reader.span(node))  # type: ignore[no-any-return]


@reads(ast.Global, ast.Nonlocal)
def outer(reader: Reader, node: ast.Global | ast.Nonlocal) -> cst.BaseSmallStatement:
    start, end = reader.span(node)
    kind = cst.Global if isinstance(node, ast.Global) else cst.Nonlocal
    _, *places = (m.start() for m in NAMES.finditer(reader.data, start, end))
    names = [reader.name(n, place) for n, place in zip(node.names, places, strict=True)]
    items = tuple(reader.make(cst.NameItem, reader.spans[n], name=n) for n in names)
    return reader.make(kind, (start, end), names=items)


@reads(ast.Import)
def imports(reader: Reader, node: ast.Import) -> cst.Import:
    names = tuple(_alias(reader, alias) for alias in node.names)
    return reader.make(cst.Import, reader.span(node), names=names)


@reads(ast.ImportFrom)
def imports_from(reader: Reader, node: ast.ImportFrom) -> cst.ImportFrom:
    start, end = reader.span(node)
    module = None
    if node.module is not None:
        before = FROM.match(reader.data, start)
        module = _dotted(reader, node.module, before.end() if before else start)
    names: Any
    if node.names[0].name == "*":
        names = reader.make(cst.ImportStar, reader.span(node.names[0]))
    else:
        names = tuple(_alias(reader, alias) for alias in node.names)
    made = reader.make(cst.ImportFrom, (start, end), module=module, names=names)
    object.__setattr__(made, "relative", (cst.Dot(),) * node.level)
    return made


def _alias(reader: Reader, node: ast.alias) -> cst.ImportAlias:
    start, end = reader.span(node)
    name = _dotted(reader, node.name, start)
    asname = None
    if node.asname is not None:
        local = reader.last_name(node.asname, end)
        asname = reader.make(cst.AsName, reader.spans[local], name=local)
    return reader.make(cst.ImportAlias, (start, end), name=name, asname=asname)


def _dotted(reader: Reader, name: str, start: int) -> cst.Name | cst.Attribute:
    parts = name.split(".")
    made: cst.Name | cst.Attribute = reader.name(parts[0], start)
    for part in parts[1:]:
        attr = reader.name(part, reader.spans[made][1] + len("."))
        made = reader.make(cst.Attribute, (start, reader.spans[attr][1]), value=made, attr=attr)
    return made
