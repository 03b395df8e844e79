"""How an argument's value reads in another framework, where its meaning is turned round there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import value_of
from codemods.model import Blocked
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from codemods.syntax.source import Source

FLOATS: Final = frozenset(("bfloat16", "double", "float", "float16", "float32", "float64", "half"))
# Layers whose weight has its inputs where Paddle looks for them.
FANS: Final = frozenset(("torch.nn.Linear", "torch.nn.Conv1d", "torch.nn.Conv2d"))


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


def device_or_dtype(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...]:
    """Name a dtype, where Paddle takes a device by its position."""
    name = outside_name(source, node) or ""
    is_dtype = name.startswith("torch.") and name.removeprefix("torch.") in FLOATS
    return ("dtype=", node) if is_dtype else (node,)


def number(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep what is known to be a number, where Paddle has another method for tensors."""
    if isinstance(value_of(source, node), int | float):
        return (node,)
    return Blocked(f"`{source.text(node)}` is not known to be a number")


def in_with(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep the argument of a call that a `with` is given."""
    call = source.enclosing(node, cst.Call)
    if call is not None and isinstance(source.parents.get(call), cst.WithItem):
        return (node,)
    return Blocked("there it counts within a `with` only")


def only_tensor(
    source: Source, node: cst.BaseExpression
) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep what is no number, where Paddle takes tensors only: an operator takes either."""
    if isinstance(value_of(source, node), int | float):
        return Blocked(f"Paddle takes no number here, got `{source.text(node)}`: use the operator")
    return (node,)


def no_shape(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep what is no shape: torch makes a tensor of that shape, Paddle one of its numbers."""
    last = node.func if isinstance(node, cst.Call) else node
    if isinstance(last, cst.Attribute) and last.attr.value in ("shape", "size"):
        text = source.text(node)
        return Blocked(
            f"`{text}` may be a torch.Size: write torch.empty({text}) for a tensor of that size, "
            f"list({text}) for its numbers"
        )
    return (node,)


def weight_of_a_layer(
    source: Source, node: cst.BaseExpression
) -> tuple[str | cst.CSTNode, ...] | Blocked:
    """Keep the weight of a layer whose inputs Paddle counts as torch does."""
    weight = node
    if isinstance(weight, cst.Attribute) and weight.attr.value == "data":
        weight = weight.value
    if isinstance(weight, cst.Attribute) and weight.attr.value == "weight":
        classes = _asked_for(source, weight.value) or _made(source, weight.value)
        if classes and classes <= FANS:
            return (weight,)
    return Blocked(
        f"`{source.text(node)}` is not known to be the weight of a Linear or a convolution, and "
        "Paddle counts the inputs of others along another axis"
    )


def _asked_for(source: Source, layer: cst.BaseExpression) -> set[str | None]:
    """Return the classes in `if isinstance(layer, ...)` around a use."""
    child: cst.CSTNode = layer
    for parent in source.ancestors(layer):
        if isinstance(parent, cst.If) and child is parent.body:
            test = parent.test
            if (
                isinstance(test, cst.Call)
                and source.text(test.func) == "isinstance"
                and source.text(test.args[0].value) == source.text(layer)
            ):
                asked = test.args[1].value
                written = isinstance(asked, cst.Tuple)
                found = [e.value for e in asked.elements] if isinstance(asked, cst.Tuple) else []
                return {outside_name(source, c) for c in (found if written else [asked])}
        child = parent
    return set()


def _made(source: Source, layer: cst.BaseExpression) -> set[str | None]:
    """Return the classes of everything that is assigned to what holds a layer."""
    text, owner = source.text(layer), source.enclosing(layer, cst.ClassDef)
    return {
        outside_name(source, statement.value.func)
        if isinstance(statement.value, cst.Call)
        else None
        for statement in source.each(cst.Assign)
        for target in statement.targets
        if source.text(target.target) == text and source.enclosing(statement, cst.ClassDef) is owner
    }


def without_data(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...]:
    """Leave `.data` out: Paddle's random initialisers fill a copy of it."""
    del source
    is_data = isinstance(node, cst.Attribute) and node.attr.value == "data"
    return (node.value,) if is_data and isinstance(node, cst.Attribute) else (node,)


def transposed(source: Source, node: cst.BaseExpression) -> tuple[str | cst.CSTNode, ...]:
    """Turn a weight round: torch multiplies by its transpose, Paddle by itself."""
    del source
    return (*_operand(node), ".t()")


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
