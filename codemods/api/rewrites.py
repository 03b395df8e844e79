"""How an argument's value reads in another framework, where its meaning is turned round there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.arguments import value_of
from codemods.model import Blocked

if TYPE_CHECKING:
    from codemods.source import Source


PAIR: Final = 2


def complement(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Rewrite torch's share of the new value as the share of the old one: 0.1 becomes 0.9."""
    if isinstance(node, cst.Float | cst.Integer):
        return (str(1 - Decimal(node.value)),)
    if value_of(source, node) is None:
        return Blocked("`momentum=None` averages over all batches, which Paddle does not do")
    return ("1 - ", *_operand(node))


def false_or_none(
    source: Source, node: cst.BaseExpression
) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Rewrite torch's `bias=flag`: False takes the bias away there too, True means the default."""
    known = value_of(source, node)
    if isinstance(known, bool):
        return ("None",) if known else (node,)
    return ("None if ", *_operand(node), " else False")


def opposite(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...]:
    """Rewrite a flag as the flag of the opposite."""
    known = value_of(source, node)
    return (str(not known),) if isinstance(known, bool) else ("not ", *_operand(node))


def direction(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...]:
    """Rewrite torch's `bidirectional=flag` as Paddle's name of a direction."""
    known = value_of(source, node)
    if isinstance(known, bool):
        return ('"bidirect"' if known else '"forward"',)
    return ('"bidirect" if ', *_operand(node), ' else "forward"')


def _operand(node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...]:
    """Put an expression in brackets, unless it is one word: its own stay around the whole."""
    is_atom = isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript)
    return (node,) if is_atom else ("(", node, ")")


def floating(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep a number that is known to be a float: of any other the dtype is another one there."""
    if isinstance(value_of(source, node), float):
        return (node,)
    return Blocked(
        f"the dtype follows from `{source.text(node)}` in torch and is float32 there: pass dtype"
    )


def whole(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep a number that is known to be an integer."""
    is_whole = isinstance(value_of(source, node), int)
    return (node,) if is_whole else Blocked(f"`{source.text(node)}` is not known to be an integer")


def no_number(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep what is no number: with one OneFlow gives float64."""
    if isinstance(value_of(source, node), int | float):
        return Blocked(f"with the number `{source.text(node)}` the dtype is another one there")
    return (node,)


def no_integer(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep a size for each axis: Paddle takes no integer for all of them."""
    if isinstance(value_of(source, node), int):
        return Blocked(f"Paddle takes a size for each axis, got `{source.text(node)}`")
    return (node,)


def last_axis(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep a padding of the last axis: with one for each axis Paddle begins at the first."""
    padding = value_of(source, node)
    if isinstance(padding, list | tuple) and len(padding) == PAIR:
        return (node,)
    return Blocked(f"`{source.text(node)}` may pad each axis, and Paddle begins at the first")


def only_tensor(
    source: Source, node: cst.BaseExpression
) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep what is no number, where Paddle takes tensors only: an operator takes either."""
    if isinstance(value_of(source, node), int | float):
        return Blocked(f"Paddle takes no number here, got `{source.text(node)}`: use the operator")
    return (node,)


def not_negative(
    source: Source, node: cst.BaseExpression
) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep a class that is ignored if it is one of the classes: Paddle's mean counts others."""
    known = value_of(source, node)
    if isinstance(known, int) and known >= 0:
        return (node,)
    return Blocked(
        f"`ignore_index={source.text(node)}` is not known to be a class, and Paddle's mean "
        "counts labels that are none"
    )
