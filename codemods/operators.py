"""Operators between tensors that mean something else in a target: reported, never passed over.

The reasons stand in the target's table; what to look at is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.flow import stores_of
from codemods.kinds import TENSOR, UNKNOWN
from codemods.layouts import may_be_turned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.api import Table
    from codemods.infer import Types
    from codemods.source import Source

BITS: Final = (cst.BitAnd, cst.BitOr, cst.BitXor)
KINDS: Final = (cst.AugAssign, cst.Call, cst.BinaryOperation, cst.Attribute)
AUGMENTED: Final = "augmented assignment"
DIVISIONS: Final[Mapping[type[cst.CSTNode], str]] = {
    **dict.fromkeys((cst.Modulo, cst.ModuloAssign), "%"),
    **dict.fromkeys((cst.FloorDivide, cst.FloorDivideAssign), "//"),
}
IN_PLACE: Final = ("zero_", "fill_", "copy_")
# Methods whose result shares the memory of what they are called on.
VIEWS: Final = """
chunk contiguous cpu cuda detach expand expand_as flatten float permute reshape squeeze t to
transpose unsqueeze view view_as
"""


@dataclass(frozen=True, slots=True)
class OperatorUse:
    """An operator on a tensor, and why it is left."""

    node: cst.CSTNode
    name: str
    reason: str


def operator_uses(source: Source, types: Types, table: Table) -> Iterator[OperatorUse]:
    """Yield every operator on tensors that the target computes otherwise."""
    nodes = [node for kind in KINDS for node in source.each(kind)]
    names = {n: name for n in nodes if (name := _name(n, table))}
    types.settle([e for n in names for e in _operands(n)])
    for node in sorted(names, key=source.start):
        name = names[node]
        if name == AUGMENTED and isinstance(node, cst.AugAssign):
            differs = _is_shared(source, types, node)
        elif isinstance(node, cst.Call):
            differs = not _is_without_grad(source, node)
        elif isinstance(node, cst.Attribute):
            differs = may_be_turned(source, types, node)
        else:
            differs = TENSOR in [types.of(e) for e in _operands(node)]
        if differs:
            yield OperatorUse(node, f"`{name}`", table.operators[name])


def _name(node: cst.CSTNode, table: Table) -> str:
    """Return the first of an operator's names that the table has, or nothing."""
    return next((name for name in _names(node) if name in table.operators), "")


def _names(node: cst.CSTNode) -> tuple[str, ...]:
    match node:
        case cst.AugAssign(target=target, operator=operator):
            names = (AUGMENTED,) if isinstance(target, cst.Name) else ()
            return (*names, DIVISIONS.get(type(operator), ""))
        case cst.Attribute(attr=cst.Name("weight")):
            return ("weight",)
        case cst.Call(func=cst.Attribute(value=cst.Attribute(attr=cst.Name("grad")), attr=method)):
            return ("in-place change of a gradient",) if method.value in IN_PLACE else ()
        case cst.BinaryOperation(left=left, operator=operator, right=right):
            whole = isinstance(left, cst.Integer) or isinstance(right, cst.Integer)
            bits = ("bits of integers",) if whole and isinstance(operator, BITS) else ()
            return (*bits, DIVISIONS.get(type(operator), ""))
    return ()


def _operands(node: cst.CSTNode) -> list[cst.BaseExpression]:
    match node:
        case cst.BinaryOperation(left=left, right=right):
            return [left, right]
        case cst.AugAssign(target=target, value=value):
            return [target, value]
        case cst.Attribute(value=value):
            return [value]
    return []


def _is_shared(source: Source, types: Types, node: cst.AugAssign) -> bool:
    """Tell whether a tensor that is written by `+=` may be known by another name as well."""
    if not isinstance(node.target, cst.Name):
        return False
    of = types.of(node.target)
    reads_grad = any(
        isinstance(n, cst.Attribute) and n.attr.value == "grad" for n in _inside(node.value)
    )
    if of != TENSOR and not (of == UNKNOWN and reads_grad):
        return False
    stores = stores_of(types, node.target)
    return any(_may_share(source, store) for store in stores)


def _may_share(source: Source, store: cst.CSTNode) -> bool:
    statement = source.parents.get(store)
    if isinstance(statement, cst.AssignTarget):
        statement = source.parents.get(statement)
    match statement:
        case cst.AugAssign():
            return False
        case cst.Assign(value=cst.Call(func=function) as call):
            is_view = isinstance(function, cst.Attribute) and function.attr.value in VIEWS.split()
            return is_view or any(a.keyword and "grad" in a.keyword.value for a in call.args)
        case cst.Assign(value=value):
            return isinstance(value, cst.Name | cst.Attribute | cst.Subscript)
    return True  # a parameter, a loop's variable, a part of a tuple


def _is_without_grad(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node stands in `with torch.no_grad()` or in a function decorated with it."""
    around: list[cst.CSTNode] = []
    for ancestor in source.ancestors(node):
        around += ancestor.items if isinstance(ancestor, cst.With) else ()
        around += ancestor.decorators if isinstance(ancestor, cst.FunctionDef) else ()
    return any("no_grad" in source.text(a) for a in around)


def _inside(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _inside(child)
