"""How an argument's value reads in another framework, where its meaning is turned round there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import libcst as cst

from codemods.arguments import value_of
from codemods.model import Blocked

if TYPE_CHECKING:
    from codemods.source import Source


def complement(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Rewrite torch's share of the new value as the share of the old one: 0.1 becomes 0.9."""
    if isinstance(node, cst.Float | cst.Integer):
        return (str(1 - Decimal(node.value)),)
    if value_of(source, node) is None:
        return Blocked("`momentum=None` averages over all batches, which Paddle does not do")
    is_atom = isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript) or node.lpar
    return ("1 - ", node) if is_atom else ("1 - (", node, ")")


def false_or_none(
    source: Source, node: cst.BaseExpression
) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Rewrite torch's `bias=flag`: False takes the bias away there too, True means the default."""
    known = value_of(source, node)
    if isinstance(known, bool):
        return ("None",) if known else (node,)
    is_atom = isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript) or node.lpar
    flag = (node,) if is_atom else ("(", node, ")")
    return ("None if ", *flag, " else False")
