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
    return _read_or_write(source, option, index) if _key(option) == "lr" else OtherShape()


def _read_or_write(source: Source, option: cst.Subscript, index: int) -> Shape:
    parent = source.parents.get(option)
    if isinstance(parent, cst.AssignTarget):
        statement = source.parents.get(parent)
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            return LrWrite(statement, index, statement.value)
        return OtherShape()
    if isinstance(parent, cst.AugAssign) and parent.value is option:
        return LrRead(option, index)
    if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.Del):
        return OtherShape()
    return OtherShape() if _is_target(source, option) else LrRead(option, index)


def _is_target(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node is written by unpacking, by a loop or by `with ... as`."""
    for ancestor in source.ancestors(node):
        loop = isinstance(ancestor, cst.For | cst.CompFor)
        if isinstance(ancestor, cst.AssignTarget | cst.AsName):
            return True
        if loop and _within(source, node, ancestor.target):  # type: ignore[attr-defined]
            return True
        if isinstance(ancestor, cst.BaseStatement):
            break
    return False


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
