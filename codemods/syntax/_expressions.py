"""Expressions, but for strings."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.syntax._reader import CLOSING, Reader, reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.syntax._reader import Node


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
# What may stand between what is called and the arguments.
CALLED = re.compile(rb"(?:[ \t\f\r\n\\)]|#[^\r\n]*)*\(")


@reads(ast.Name)
def name(reader: Reader, node: ast.Name) -> cst.Name:
    return reader.name(node.id, reader.start(node))


@reads(ast.Attribute)
def attribute(reader: Reader, node: ast.Attribute) -> cst.Attribute:
    value = reader.node(node.value)
    start, end = reader.span(node)
    attr = reader.last_name(node.attr, end)
    return reader.make(cst.Attribute, (start, end), value=value, attr=attr)


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
        value = without_parentheses(_generator(reader, node))  # they are the call's
        return reader.make(cst.Arg, reader.spans[value], value=value)
    value, span = reader.parenthesized(node, after)
    return reader.make(cst.Arg, span, value=value)


@reads(ast.Constant)
def constant(reader: Reader, node: ast.Constant) -> cst.BaseExpression:
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


@reads(ast.Subscript)
def subscript(reader: Reader, node: ast.Subscript) -> cst.Subscript:
    value = reader.node(node.value)
    parts, after = [node.slice], reader.end(node.value)
    if isinstance(node.slice, ast.Tuple) and not _has_parentheses(reader, node.slice):
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
    is_enclosed = _has_parentheses(reader, node)
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


def _has_parentheses(reader: Reader, node: ast.Tuple) -> bool:
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
def _generator(reader: Reader, node: ast.GeneratorExp) -> cst.GeneratorExp:
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
