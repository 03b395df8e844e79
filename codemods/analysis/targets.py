"""Where the value of an expression goes, and which expressions a target is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.syntax.source import Source

# A place in a tuple: `optimizer, scheduler = make()` and `return optimizer, scheduler`.
Place: TypeAlias = "int | None"
Written: TypeAlias = cst.Tuple | cst.List


@dataclass(frozen=True, slots=True)
class Result:
    """What a function returns, or one place of the tuple that it returns."""

    function: cst.FunctionDef
    place: Place


@dataclass(frozen=True, slots=True)
class Leaf:
    """An expression whose value, or one place of whose value, arrives somewhere."""

    node: cst.BaseExpression
    place: Place = None


def goal_of(
    source: Source, node: cst.CSTNode, place: Place = None
) -> cst.BaseExpression | Result | None:
    """Return the target or the result that a value becomes; None where it goes elsewhere."""
    child, parent = _above_conditions(source, node)
    written = source.parents.get(parent) if isinstance(parent, cst.Element) else None
    if place is None and isinstance(written, Written) and is_plain(written):
        place = next(i for i, e in enumerate(written.elements) if e is parent)
        child, parent = _above_conditions(source, written)
    match parent:
        case cst.Return():
            function = source.enclosing(parent, cst.FunctionDef)
            return Result(function, place) if function is not None else None
        case cst.Assign(targets=[only]):
            return _part(only.target, place)
        case cst.AnnAssign(value=value) if value is child and place is None:
            return parent.target
    return None


def leaves_of(source: Source, target: cst.CSTNode) -> list[Leaf] | None:
    """Return the expressions that an assignment gives to a target; None where it is no such."""
    place: Place = None
    parent = source.parents.get(target)
    if isinstance(parent, cst.Element):
        written = source.parents.get(parent)
        if not isinstance(written, Written) or not is_plain(written):
            return None
        place = next(i for i, e in enumerate(written.elements) if e is parent)
        parent = source.parents.get(written)
    if isinstance(parent, cst.AssignTarget):
        statement = source.parents.get(parent)
        is_single = isinstance(statement, cst.Assign) and len(statement.targets) == 1
        return list(leaves(statement.value, place)) if is_single else None  # type: ignore[union-attr]
    if isinstance(parent, cst.AnnAssign) and parent.target is target:
        return [] if parent.value is None else list(leaves(parent.value, place))
    return None


def is_store(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node is written there, in whatever way."""
    child, parent = node, source.parents.get(node)
    while isinstance(parent, cst.Element | cst.StarredElement | cst.Tuple | cst.List):
        child, parent = parent, source.parents.get(parent)
    if isinstance(parent, cst.AnnAssign | cst.AugAssign | cst.For | cst.CompFor):
        return parent.target is child
    return isinstance(parent, cst.AssignTarget | cst.AsName | cst.Del | cst.NamedExpr)


def leaves(value: cst.BaseExpression, place: Place) -> Iterator[Leaf]:
    """Yield what a value may be: both branches of a condition, one place of a written tuple."""
    if isinstance(value, cst.IfExp):
        yield from leaves(value.body, place)
        yield from leaves(value.orelse, place)
    elif place is not None and isinstance(value, Written) and is_plain(value):
        if place < len(value.elements):
            yield from leaves(value.elements[place].value, None)
        else:
            yield Leaf(value, place)
    else:
        yield Leaf(value, place)


def is_plain(written: Written) -> bool:
    """Tell whether a tuple or list has no stars, so that its places can be counted."""
    elements: Sequence[cst.BaseElement] = written.elements
    return all(isinstance(e, cst.Element) for e in elements)


def _above_conditions(source: Source, node: cst.CSTNode) -> tuple[cst.CSTNode, cst.CSTNode | None]:
    child, parent = node, source.parents.get(node)
    while isinstance(parent, cst.IfExp) and parent.test is not child:
        child, parent = parent, source.parents.get(parent)
    return child, parent


def _part(target: cst.BaseAssignTargetExpression, place: Place) -> cst.BaseExpression | None:
    if place is None:
        return None if isinstance(target, Written) else target
    if isinstance(target, Written) and is_plain(target) and place < len(target.elements):
        return target.elements[place].value
    return None
