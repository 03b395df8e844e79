"""Statements, blocks and the module itself."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.lexing import COMMENT
from codemods.syntax._expressions import (
    BINARY,
    annotation,
    arguments,
    elements,
    parameters,
    without_parentheses,
)
from codemods.syntax._foreign import adopt, foreign
from codemods.syntax._reader import (
    LINE_END,
    Reader,
    Syntax,
    UnknownSyntaxError,
    reads,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.syntax._reader import Node, Span

AUGMENTED: Mapping[type[cst.BaseBinaryOp], cst.BaseAugOp] = {
    kind: getattr(cst, f"{kind.__name__}Assign")() for kind in map(type, BINARY.values())
}
GAP = re.compile(rb"(?:[\s;\\]|#[^\r\n]*)*")
CONTINUED = re.compile(rb"\\\r?\n")
DEFINITION = re.compile(rb"(?:async[\s\\]+)?(?:def|class)[\s\\]+")
FROM = re.compile(rb"from[\s\\]*(\.[.\s\\]*)?")
NAMES = re.compile(rb"\w+")
# What is rare, and has many kinds of nodes of its own.
FOREIGN = (ast.Match, getattr(ast, "TryStar", ast.Match))
COMPOUND = (
    *FOREIGN,
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor),
    *(ast.While, ast.Try, ast.With, ast.AsyncWith),
)


def read(data: bytes, tree: ast.Module, encoding: str) -> Syntax:
    """Make libcst's tree of Python's own.

    Raises:
        UnknownSyntaxError: if there is something in it that only libcst's own parser reads.
    """
    reader = Reader(data)
    body = _lines(reader, tree.body)
    _comments(reader)
    newline = LINE_END.search(data)
    module = reader.make(cst.Module, (0, len(data)), body=body)
    object.__setattr__(module, "encoding", encoding)
    object.__setattr__(module, "default_newline", newline[0].decode() if newline else "\n")
    return Syntax(module, reader.parents, reader.spans)


def _comments(reader: Reader) -> None:
    strings = sorted(reader.strings)
    for found in COMMENT.finditer(reader.data):
        before = bisect_right(strings, found.span()) - 1
        if before < 0 or strings[before][1] <= found.start():
            reader.word(cst.Comment, found.span(), found[0].decode())


def _lines(reader: Reader, nodes: Sequence[ast.stmt]) -> tuple[cst.BaseStatement, ...]:
    """Make the statements of a block, and lines of those that are simple."""
    found: list[cst.BaseStatement] = []
    small: list[cst.BaseSmallStatement] = []
    end = 0
    for node in nodes:
        made = reader.node(node)
        if small and not _is_beside(reader, end, reader.start(node)):
            found.append(_line(reader, small))
            small = []
        if isinstance(node, COMPOUND):
            found.append(made)
        else:
            small.append(made)
        end = reader.spans[made][1]
    if small:
        found.append(_line(reader, small))
    return tuple(found)


def _line(reader: Reader, small: list[cst.BaseSmallStatement]) -> cst.SimpleStatementLine:
    span = reader.spans[small[0]][0], reader.spans[small[-1]][1]
    return reader.make(cst.SimpleStatementLine, span, body=tuple(small))


def _is_beside(reader: Reader, end: int, start: int) -> bool:
    """Tell whether a statement goes on the line of the one before it."""
    between = CONTINUED.sub(b"", reader.data[end:start])
    return LINE_END.search(between) is None


def _block(reader: Reader, nodes: Sequence[ast.stmt]) -> cst.BaseSuite:
    start = reader.start(nodes[0])
    before = reader.data.rfind(b"\n", 0, start)
    is_indented = isinstance(nodes[0], COMPOUND) or (
        not reader.data[before + 1 : start].strip()
        and not reader.data[:before].endswith((b"\\", b"\\\r"))
    )
    if not is_indented:
        small = tuple(reader.node(node) for node in nodes)
        span = reader.spans[small[0]][0], reader.spans[small[-1]][1]
        return reader.make(cst.SimpleStatementSuite, span, body=small)
    body = _lines(reader, nodes)
    span = reader.spans[body[0]][0], reader.spans[body[-1]][1]
    return reader.make(cst.IndentedBlock, span, body=body)


def _last(
    reader: Reader, kind: type[cst.Else | cst.Finally], nodes: Sequence[ast.stmt], before: Any
) -> Any:
    """Make the `else` or `finally` that follows a block, None if there is none."""
    if not nodes:
        return None
    gap = GAP.match(reader.data, reader.spans[before][1])
    body = _block(reader, nodes)
    start, end = gap.end() if gap else 0, reader.spans[body][1]
    return reader.make(kind, (start, end), body=body)


# simple statements


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


# compound statements


def _span(reader: Reader, node: ast.stmt | ast.ExceptHandler, last: Any) -> Span:
    """Return the place of a statement; Python counts a semicolon at its end."""
    return reader.start(node), reader.spans[last][1]


@reads(ast.If)
def branch(reader: Reader, node: ast.If) -> cst.If:
    test = reader.node(node.test)
    body = _block(reader, node.body)
    orelse: Any
    first = node.orelse[0] if len(node.orelse) == 1 else None
    if isinstance(first, ast.If) and reader.data.startswith(b"elif", reader.start(first)):
        orelse = branch(reader, first)
    else:
        orelse = _last(reader, cst.Else, node.orelse, body)
    span = _span(reader, node, orelse or body)
    return reader.make(cst.If, span, test=test, body=body, orelse=orelse)


@reads(ast.For, ast.AsyncFor)
def loop(reader: Reader, node: ast.For | ast.AsyncFor) -> cst.For:
    target, iterated = reader.node(node.target), reader.node(node.iter)
    body = _block(reader, node.body)
    orelse = _last(reader, cst.Else, node.orelse, body)
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
    body = _block(reader, node.body)
    orelse = _last(reader, cst.Else, node.orelse, body)
    span = _span(reader, node, orelse or body)
    return reader.make(cst.While, span, test=test, body=body, orelse=orelse)


@reads(ast.With, ast.AsyncWith)
def managed(reader: Reader, node: ast.With | ast.AsyncWith) -> cst.With:
    items, after = [], reader.start(node) + len("with")
    for item in node.items:
        made = _managed(reader, item, after)
        after = reader.spans[made][1]
        items.append(made)
    body = _block(reader, node.body)
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
    body = _block(reader, node.body)
    handlers = tuple(_handler(reader, handler) for handler in node.handlers)
    orelse = _last(reader, cst.Else, node.orelse, (body, *handlers)[-1])
    before = orelse or (body, *handlers)[-1]
    final = _last(reader, cst.Finally, node.finalbody, before)
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
    body = _block(reader, node.body)
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
    body = _block(reader, node.body)
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
    body = _block(reader, node.body)
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
