"""The learning rate of a group as a factor of the optimizer's, as Paddle keeps it.

    {"params": head, "lr": 0.01}, and lr=0.1 for the optimizer -> "learning_rate": 0.1
    {"params": head, "lr": args.lr * 10}, and lr=args.lr -> "learning_rate": 10.0

A factor whose number is known can be multiplied with the optimizer's rate where a script reads the
group's. https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.arguments import Unbound, bind, is_pure, value_of
from codemods.rules.grouping import groups_of, is_one_group, params_given
from codemods.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.analysis.facts import Construct
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

# Of doubles that differ by their last bit alone, the one that is shorter to write is taken.
SAME: Final = 4e-16
DIGITS: Final = 15
ARITHMETIC: Final[Mapping[type[cst.BaseBinaryOp], Callable[[float, float], float]]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
}
# An optimizer's learning rate: as it is written, or torch's default.
Rate: TypeAlias = cst.BaseExpression | float
# Where a node may be given a value.
WRITTEN: Final = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Element)
# What an expression stands in as a whole: it needs no parentheses there.
WHOLE: Final = (
    *(cst.Arg, cst.Assign, cst.Element, cst.DictElement),
    *(cst.FormattedStringExpression, cst.GeneratorExp, cst.ListComp),
)
# What needs no parentheses beside `/`.
ATOMS: Final = (cst.Name, cst.BaseNumber, cst.Attribute, cst.Call, cst.Subscript)


@dataclass(frozen=True, slots=True)
class Factor:
    """What is written for a group's rate, and its number where that is known."""

    parts: tuple[str | cst.CSTNode, ...]
    value: float | None


def factor_of(source: Source, rate: cst.BaseExpression, base: Rate) -> Factor | None:
    """Return the factor from an optimizer's learning rate to a group's, None if the former is 0."""
    number, of_base = _number(source, rate), _base_number(source, base)
    if of_base == 0:
        return None
    if isinstance(base, cst.BaseExpression) and (found := _of_same(source, rate, base)) is not None:
        return found
    value = None if number is None or of_base is None else _quotient(number, of_base)
    is_written_out = isinstance(rate, cst.BaseNumber) and isinstance(base, float | cst.BaseNumber)
    if value is not None and is_written_out:
        return Factor((repr(value),), value)
    divisor = repr(base) if isinstance(base, float) else source.text(base)
    opening, closing = ("", "") if isinstance(rate, ATOMS) else ("(", ")")
    return Factor((opening, rate, f"{closing} / {divisor}"), value)


def factors_of(around: Surroundings) -> tuple[float | None, ...] | None:
    """Return the factor of each group of a bundle's optimizers; None for one that is not known.

    Nothing is returned where the groups are not seen, or the optimizers have not equally many.
    """
    each = [own_factors(around, construct) for construct in around.bundle.optimizers]
    known = [factors for factors in each if factors is not None]
    if not known or len(known) != len(each) or len(set(map(len, known))) != 1:
        return None
    columns = [set(column) for column in zip(*known, strict=True)]
    return tuple(column.pop() if len(column) == 1 else None for column in columns)


def times(source: Source, place: cst.CSTNode, rate: str, factor: float | str) -> str:
    """Write a rate times a factor, or the name of one, as it can stand at a place of the file."""
    if factor == 1.0:
        return rate
    product = f"{rate} * {factor}"
    return product if isinstance(source.parents.get(place), WHOLE) else f"({product})"


def has_one_rate(around: Surroundings, construct: Construct) -> bool:
    """Tell whether every group of an optimizer surely has the optimizer's learning rate."""
    return set(own_factors(around, construct) or ()) == {1.0}


def base_of(source: Source, construct: Construct) -> Rate | None:
    """Return an optimizer's learning rate, None where its groups cannot be written by it.

    That is where it would be evaluated twice, or may be another number where the groups are made.
    """
    torch_signature = signature(construct.reference.qualified)
    bound = None if torch_signature is None else bind(construct.call, torch_signature)
    if torch_signature is None or bound is None or isinstance(bound, Unbound):
        return None
    if "lr" not in bound:
        return float(torch_signature.parameters["lr"].default)
    base = bound["lr"].value
    is_inline = not isinstance(params_given(construct), cst.Name)
    return base if _only_reads(base) and (is_inline or _is_settled(source, base)) else None


def own_factors(around: Surroundings, construct: Construct) -> tuple[float | None, ...] | None:
    """Return the factor of each group of one optimizer, None where they are not seen."""
    if is_one_group(around.source, construct):
        return (1.0,)
    groups = groups_of(around.source, construct, around.bundle.optimizers)
    base = base_of(around.source, construct)
    if groups is None or base is None:
        return None
    rates = (group.options["lr"].value if "lr" in group.options else None for group in groups)
    return tuple(1.0 if rate is None else _value(around.source, rate, base) for rate in rates)


def _only_reads(node: cst.BaseExpression) -> bool:
    """Tell whether an expression is a number, a name, an attribute or an item of one."""
    match node:
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=index))]):
            return is_pure(value) and is_pure(index)
    return is_pure(node)


def _is_settled(source: Source, base: cst.BaseExpression) -> bool:
    """Tell whether a learning rate is a number, or a name or attribute that is given one once."""
    if isinstance(base, cst.Name):
        scope = source.scopes.get(base)
        found = list(scope[base.value]) if scope is not None else []
        return len(found) == 1 and isinstance(found[0], Assignment)
    if isinstance(base, cst.Attribute):
        named = (n for n in source.each(cst.Attribute) if n.attr.deep_equals(base.attr))
        return not any(isinstance(source.parents.get(node), WRITTEN) for node in named)
    return isinstance(base, cst.BaseNumber)


def _value(source: Source, rate: cst.BaseExpression, base: Rate) -> float | None:
    factor = factor_of(source, rate, base)
    return None if factor is None else factor.value


def _of_same(source: Source, rate: cst.BaseExpression, base: cst.BaseExpression) -> Factor | None:
    """Return the factor of a rate that is written as the optimizer's, or as a multiple of it."""
    if rate.deep_equals(base):
        return Factor(("1.0",), 1.0)
    match rate:
        case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
            others = [b for a, b in ((left, right), (right, left)) if a.deep_equals(base)]
            return _scaled(source, others[0]) if others else None
        case cst.BinaryOperation(left=left, operator=cst.Divide(), right=right):
            return _divided(source, right) if left.deep_equals(base) else None
    return None


def _scaled(source: Source, other: cst.BaseExpression) -> Factor:
    number = _number(source, other)
    is_literal = number is not None and isinstance(other, cst.BaseNumber)
    return Factor((repr(number),) if is_literal else (other,), number)


def _divided(source: Source, other: cst.BaseExpression) -> Factor | None:
    number = _number(source, other)
    if number == 0:
        return None
    value = None if number is None else _quotient(1.0, number)
    if value is not None and isinstance(other, cst.BaseNumber):
        return Factor((repr(value),), value)
    opening, closing = ("", "") if isinstance(other, ATOMS) else ("(", ")")
    return Factor((f"1 / {opening}", other, closing), value)


def _quotient(rate: float, base: float) -> float:
    short = float(f"{rate / base:.{DIGITS}g}")
    return short if math.isclose(short * base, rate, rel_tol=SAME) else rate / base


def _number(source: Source, node: cst.BaseExpression) -> float | None:
    """Return a known number, or what two known ones give."""
    if isinstance(node, cst.BinaryOperation) and type(node.operator) in ARITHMETIC:
        left, right = _number(source, node.left), _number(source, node.right)
        is_possible = not isinstance(node.operator, cst.Divide) or right != 0
        if left is None or right is None or not is_possible:
            return None
        return ARITHMETIC[type(node.operator)](left, right)
    value = value_of(source, node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _base_number(source: Source, base: Rate) -> float | None:
    return base if isinstance(base, float) else _number(source, base)
