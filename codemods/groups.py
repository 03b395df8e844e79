"""The shapes in which code uses `optimizer.param_groups`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

if TYPE_CHECKING:
    from codemods.source import Source


@dataclass(frozen=True, slots=True)
class LrRead:
    """`optimizer.param_groups[i]["lr"]` as a value; `index` is i."""

    node: cst.Subscript
    index: int


@dataclass(frozen=True, slots=True)
class LrWrite:
    """The statement `optimizer.param_groups[i]["lr"] = value`."""

    statement: cst.Assign
    index: int
    value: cst.BaseExpression


@dataclass(frozen=True, slots=True)
class OtherShape:
    """Any other use of the groups."""


Shape: TypeAlias = LrRead | LrWrite | OtherShape


def shape_of(source: Source, groups: cst.Attribute) -> Shape:
    """Classify a use of `x.param_groups` by what stands around it."""
    group = source.parents.get(groups)
    if not isinstance(group, cst.Subscript) or group.value is not groups:
        return OtherShape()
    option = source.parents.get(group)
    index = _index(group)
    if index is None or not isinstance(option, cst.Subscript) or option.value is not group:
        return OtherShape()
    if _key(option) != "lr":
        return OtherShape()
    parent = source.parents.get(option)
    if isinstance(parent, cst.AssignTarget):
        statement = source.parents.get(parent)
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            return LrWrite(statement, index, statement.value)
        return OtherShape()
    if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.Del | cst.NamedExpr):
        return OtherShape()
    # `a[0]["lr"], b = 1, 2` and `for a[0]["lr"] in ...` write it too.
    for ancestor in source.ancestors(option):
        if isinstance(ancestor, cst.AssignTarget) or (
            isinstance(ancestor, cst.For | cst.CompFor) and _within(source, option, ancestor.target)
        ):
            return OtherShape()
        if isinstance(ancestor, cst.BaseStatement):
            break
    return LrRead(option, index)


def _within(source: Source, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return node is outer or outer in source.ancestors(node)


def _only_slice(node: cst.Subscript) -> cst.BaseExpression | None:
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return None
    return node.slice[0].slice.value


def _index(node: cst.Subscript) -> int | None:
    value = _only_slice(node)
    if isinstance(value, cst.Integer):
        return int(value.evaluated_value)
    minus = isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Minus)
    if minus and isinstance(value.expression, cst.Integer):  # type: ignore[union-attr]
        return -int(value.expression.evaluated_value)  # type: ignore[union-attr]
    return None


def _key(node: cst.Subscript) -> str | None:
    value = _only_slice(node)
    return str(value.evaluated_value) if isinstance(value, cst.SimpleString) else None
