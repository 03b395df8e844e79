"""Names, numbers and operators."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.syntax._reader import Reader, reads

if TYPE_CHECKING:
    from collections.abc import Mapping


BINARY: Mapping[type[ast.AST], cst.BaseBinaryOp] = {
    ast.Add: cst.Add(),
    ast.Sub: cst.Subtract(),
    ast.Mult: cst.Multiply(),
    ast.MatMult: cst.MatrixMultiply(),
    ast.Div: cst.Divide(),
    ast.Mod: cst.Modulo(),
    ast.Pow: cst.Power(),
    ast.LShift: cst.LeftShift(),
    ast.RShift: cst.RightShift(),
    ast.BitOr: cst.BitOr(),
    ast.BitXor: cst.BitXor(),
    ast.BitAnd: cst.BitAnd(),
    ast.FloorDiv: cst.FloorDivide(),
}
BOOLEAN: Mapping[type[ast.AST], cst.BaseBooleanOp] = {ast.And: cst.And(), ast.Or: cst.Or()}
UNARY: Mapping[type[ast.AST], cst.BaseUnaryOp] = {
    ast.Not: cst.Not(),
    ast.USub: cst.Minus(),
    ast.UAdd: cst.Plus(),
    ast.Invert: cst.BitInvert(),
}
COMPARING: Mapping[type[ast.AST], cst.BaseCompOp] = {
    ast.Eq: cst.Equal(),
    ast.NotEq: cst.NotEqual(),
    ast.Lt: cst.LessThan(),
    ast.LtE: cst.LessThanEqual(),
    ast.Gt: cst.GreaterThan(),
    ast.GtE: cst.GreaterThanEqual(),
    ast.Is: cst.Is(),
    ast.IsNot: cst.IsNot(),
    ast.In: cst.In(),
    ast.NotIn: cst.NotIn(),
}
NUMBERS: Mapping[type[Any], type[cst.BaseNumber]] = {
    int: cst.Integer,
    float: cst.Float,
    complex: cst.Imaginary,
}


@reads(ast.Name)
def name(reader: Reader, node: ast.Name) -> cst.Name:
    return reader.name(node.id, reader.start(node))


@reads(ast.Attribute)
def attribute(reader: Reader, node: ast.Attribute) -> cst.Attribute:
    value = reader.node(node.value)
    start, end = reader.span(node)
    attr = reader.last_name(node.attr, end)
    return reader.make(cst.Attribute, (start, end), value=value, attr=attr)


def constant(reader: Reader, node: ast.Constant) -> cst.BaseExpression:
    """Make the node of a number or of a name that Python has for a value."""
    span = reader.span(node)
    if (kind := NUMBERS.get(type(node.value))) is not None:
        return reader.word(kind, span, reader.data[span[0] : span[1]].decode())
    if node.value is ...:
        return reader.make(cst.Ellipsis, span)
    return reader.name(str(node.value), span[0])


@reads(ast.BinOp)
def binary(reader: Reader, node: ast.BinOp) -> cst.BinaryOperation:
    left, right = reader.node(node.left), reader.node(node.right)
    operator = BINARY[type(node.op)]
    span = reader.span(node)
    return reader.make(cst.BinaryOperation, span, left=left, operator=operator, right=right)


@reads(ast.BoolOp)
def boolean(reader: Reader, node: ast.BoolOp) -> cst.BooleanOperation:
    start, whole_end = reader.span(node)
    operator = BOOLEAN[type(node.op)]
    left = reader.node(node.values[0])
    after = reader.end(node.values[0])
    for value in node.values[1:]:
        right = reader.node(value)
        end = reader.around(value, after)[1] if value is not node.values[-1] else whole_end
        left = reader.make(
            cst.BooleanOperation, (start, end), left=left, operator=operator, right=right
        )
        after = reader.end(value)
    return left  # type: ignore[no-any-return]


@reads(ast.UnaryOp)
def unary(reader: Reader, node: ast.UnaryOp) -> cst.UnaryOperation:
    value, operator = reader.node(node.operand), UNARY[type(node.op)]
    return reader.make(cst.UnaryOperation, reader.span(node), operator=operator, expression=value)


@reads(ast.Compare)
def comparison(reader: Reader, node: ast.Compare) -> cst.Comparison:
    left = reader.node(node.left)
    targets = tuple(
        _compared(reader, operator, other)
        for operator, other in zip(node.ops, node.comparators, strict=True)
    )
    return reader.make(cst.Comparison, reader.span(node), left=left, comparisons=targets)


def _compared(reader: Reader, operator: ast.cmpop, node: ast.expr) -> cst.ComparisonTarget:
    value, compares = reader.node(node), COMPARING[type(operator)]
    return reader.make(cst.ComparisonTarget, reader.span(node), operator=compares, comparator=value)


@reads(ast.IfExp)
def condition(reader: Reader, node: ast.IfExp) -> cst.IfExp:
    body, test = reader.node(node.body), reader.node(node.test)
    orelse = reader.node(node.orelse)
    return reader.make(cst.IfExp, reader.span(node), body=body, test=test, orelse=orelse)


@reads(ast.NamedExpr)
def named(reader: Reader, node: ast.NamedExpr) -> cst.NamedExpr:
    target, value = reader.node(node.target), reader.node(node.value)
    return reader.make(cst.NamedExpr, reader.span(node), target=target, value=value)


@reads(ast.Await)
def awaited(reader: Reader, node: ast.Await) -> cst.Await:
    value = reader.node(node.value)
    return reader.make(cst.Await, reader.span(node), expression=value)


@reads(ast.Yield, ast.YieldFrom)
def yielded(reader: Reader, node: ast.Yield | ast.YieldFrom) -> cst.Yield:
    value = reader.optional(node.value)
    if isinstance(node, ast.YieldFrom):
        value = reader.make(cst.From, reader.span(node.value), item=value)
    return reader.make(cst.Yield, reader.span(node), value=value)
