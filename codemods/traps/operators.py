"""Operators and writes that mean something else in a target: reported, never passed over.

The reasons stand in the target's table; what to look at is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.syntax.walking import walk
from codemods.traps.changed_inputs import changed_inputs
from codemods.traps.checkpoints import checkpoint_uses
from codemods.traps.gradients import PART_OF_GRADIENT, gradient_writes
from codemods.traps.layouts import may_be_turned
from codemods.traps.modes import own_trains
from codemods.traps.sharing import FILLERS, Sharing
from codemods.traps.strided import STRIDED, strided_fills
from codemods.values.kinds import STATE, TENSOR, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.api import Table
    from codemods.syntax.source import Source
    from codemods.values.infer import Types

BITS: Final = (cst.BitAnd, cst.BitOr, cst.BitXor)
KINDS: Final = (cst.AugAssign, cst.Call, cst.BinaryOperation, cst.Attribute)
FILLED: Final = "what is trained, filled"
VIEW: Final = "a write into a view"
CHANGED: Final = "an input that is changed"
INITIALISED: Final = "a view that is initialised"
AUGMENTED: Final = "augmented assignment"
DIVISIONS: Final[Mapping[type[cst.CSTNode], str]] = {
    **dict.fromkeys((cst.Modulo, cst.ModuloAssign), "%"),
    **dict.fromkeys((cst.FloorDivide, cst.FloorDivideAssign), "//"),
}
# Attributes of a tensor that a framework writes through to it.
WRITABLE: Final = ("data", "grad")


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
    sharing = Sharing(source, types, table)
    types.settle([*(e for n in names for e in _operands(n)), *sharing.receivers()])
    yield from _writes(source, types, table, sharing)
    for node in sorted(names, key=source.start):
        name = names[node]
        if name == AUGMENTED and isinstance(node, cst.AugAssign):
            differs = _is_shared(types, sharing, node)
        elif isinstance(node, cst.Call):
            differs = not _is_without_grad(source, node)
        elif isinstance(node, cst.Attribute):
            differs = may_be_turned(source, types, node)
        else:
            differs = TENSOR in [types.of(e) for e in _operands(node)]
        if differs:
            yield OperatorUse(node, f"`{name}`", table.operators[name])


def _writes(source: Source, types: Types, table: Table, sharing: Sharing) -> Iterator[OperatorUse]:
    """Yield every write that does not reach what it reaches in torch, or reaches more."""
    for written in sharing.writes:
        if (reason := sharing.reason(written)) is not None:
            yield OperatorUse(written, f"`{source.text(written)}`", reason)
    yield from _trained_writes(source, table, sharing)
    for filled in sharing.fills if INITIALISED in table.operators else ():
        if sharing.is_view(filled):
            yield OperatorUse(filled, f"`{source.text(filled)}`", table.operators[INITIALISED])
    for given in changed_inputs(source, types, sharing) if CHANGED in table.operators else ():
        yield OperatorUse(given, f"`{source.text(given)}`", table.operators[CHANGED])
    others = [*gradient_writes(source, types), *checkpoint_uses(source, types)]
    others += own_trains(source, types)
    others += strided_fills(source, sharing.memory) if STRIDED in table.operators else ()
    for target, name in others:
        allowed = name == PART_OF_GRADIENT and _is_without_grad(source, target)
        if name in table.operators and not allowed:
            yield OperatorUse(target, f"`{name}`", table.operators[name])


def _trained_writes(source: Source, table: Table, sharing: Sharing) -> Iterator[OperatorUse]:
    """Yield every write that the gradient does not follow."""
    told = ((VIEW, sharing.loses_gradient), (FILLED, sharing.writes_history))
    for written in sharing.written:
        for name, is_told in told:
            is_known = name in table.operators and is_told(written)
            if is_known and not _is_without_grad(source, written):
                yield OperatorUse(written, f"`{source.text(written)}`", table.operators[name])


def _name(node: cst.CSTNode, table: Table) -> str:
    """Return the first of an operator's names that the table has, or nothing."""
    return next((name for name in _names(node) if name in table.operators), "")


def _names(node: cst.CSTNode) -> tuple[str, ...]:
    match node:
        case cst.AugAssign(target=target, operator=operator):
            is_own = isinstance(target, cst.Name | cst.Subscript) or (
                isinstance(target, cst.Attribute) and target.attr.value not in WRITABLE
            )
            names = (AUGMENTED,) if is_own else ()
            return (*names, DIVISIONS.get(type(operator), ""))
        case cst.Attribute(attr=cst.Name("weight")):
            return ("weight",)
        case cst.Call(func=cst.Attribute(value=cst.Attribute(attr=cst.Name("grad")), attr=method)):
            return (PART_OF_GRADIENT,) if method.value in FILLERS else ()
        case cst.BinaryOperation(left=cst.SimpleString() | cst.ConcatenatedString()):
            return ()
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


def _is_shared(types: Types, sharing: Sharing, node: cst.AugAssign) -> bool:
    """Tell whether a tensor that is written by `+=` may be known by another name as well."""
    target = node.target
    if isinstance(target, cst.Subscript):
        # A tensor's own part is written into.
        return types.of(target.value) == STATE or sharing.is_element_shared(target)
    if not isinstance(target, cst.Name | cst.Attribute):
        return False
    of = types.of(target)
    reads_grad = any(
        isinstance(n, cst.Attribute) and n.attr.value == "grad" for n in walk(node.value)
    )
    is_tensor = of == TENSOR or (of == UNKNOWN and reads_grad)
    if not is_tensor and (of != UNKNOWN or types.of(node.value) != TENSOR):
        return False
    if isinstance(target, cst.Attribute):
        return sharing.is_attribute_shared(target)
    return sharing.is_known_elsewhere(target) or (is_tensor and sharing.is_lent(target))


def _is_without_grad(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node stands in `with torch.no_grad()` or in a function decorated with it."""
    around: list[cst.CSTNode] = []
    for ancestor in source.ancestors(node):
        around += ancestor.items if isinstance(ancestor, cst.With) else ()
        around += ancestor.decorators if isinstance(ancestor, cst.FunctionDef) else ()
    return any("no_grad" in source.text(a) for a in around)
