"""What in a scheduler's code goes through its groups, and what is read of each there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import libcst as cst

from codemods.analysis.arguments import is_builtin
from codemods.analysis.targets import is_store
from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from libcst.metadata import Scope

    from codemods.syntax.source import Source

Rate: TypeAlias = Literal["base", "now"]
# What a node means: the rate that a group began with, or the one that it has.
Read: TypeAlias = tuple[cst.CSTNode, Rate]
RATES: Final[Mapping[str, Rate]] = {"initial_lr": "base", "lr": "now"}


@dataclass(frozen=True, slots=True)
class Loop:
    """A name that goes through the groups, or through their base rates, and what it goes through.

    `member` is the attribute of the scheduler that is read for that.
    """

    member: cst.Attribute
    is_group: bool
    target: cst.Name


def loops_of(source: Source, holder: str, loop: cst.CompFor | cst.For) -> list[Loop] | None:
    """Return what goes through the groups side by side; None for any other loop.

    `holder` is the name of the scheduler, `self`.
    """
    match loop.target, loop.iter:
        case cst.Name() as target, iterated:
            pairs = [(target, iterated)]
        case (
            cst.Tuple(elements=[cst.Element(cst.Name() as one), cst.Element(cst.Name() as other)]),
            cst.Call(func=cst.Name(value="zip") as called, args=[first, second]),
        ) if is_builtin(source, called) and not first.keyword and not second.keyword:
            pairs = [(one, first.value), (other, second.value)]
        case _:
            return None
    found = [(iterated_by(holder, iterated), target) for target, iterated in pairs]
    loops = [Loop(*member, target) for member, target in found if member is not None]
    return loops if len(loops) == len(found) else None


def reads_of(source: Source, loops: list[Loop], element: cst.CSTNode) -> list[Read] | None:
    """Return what an element reads of its group; None where that is more than rates."""
    found = [read for loop in loops for read in _reads(source, loop, element)]
    return None if None in found else [read for read in found if read is not None]


def single_read(holder: str, node: cst.CSTNode) -> tuple[cst.Attribute, Rate] | None:
    """Return which rate of the first group a node reads, as in `self.base_lrs[0]`."""
    match node:
        case cst.Subscript(value=cst.Subscript(value=inner) as group) if _index(group) == "0":
            member, rate = iterated_by(holder, inner), RATES.get(_key(node))
            if member is not None and member[1] and rate is not None:
                return member[0], rate
        case cst.Subscript(value=inner) if _index(node) == "0":
            member = iterated_by(holder, inner)
            if member is not None and not member[1]:
                return member[0], "base"
    return None


def iterated_by(holder: str, node: cst.BaseExpression) -> tuple[cst.Attribute, bool] | None:
    """Return what is read of the scheduler, and whether that gives groups and no base rates."""
    match node:
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="base_lrs")):
            return (node, False) if name == holder else None
        case cst.Attribute(
            value=cst.Attribute(
                value=cst.Name(value=name), attr=cst.Name(value="optimizer")
            ) as optimizer,
            attr=cst.Name(value="param_groups"),
        ):
            return (optimizer, True) if name == holder else None
    return None


def _reads(source: Source, loop: Loop, element: cst.CSTNode) -> Iterator[Read | None]:
    """Yield what an element reads of a group; None for anything that is no rate."""
    owner = owner_of(source, loop.target)
    for node in walk(element):
        if not isinstance(node, cst.Name) or node.value != loop.target.value:
            continue
        if owner_of(source, node) is not owner:
            continue
        above = source.parents[node]
        if not loop.is_group:
            yield node, "base"
        elif isinstance(above, cst.Subscript) and above.value is node and _key(above) in RATES:
            yield None if is_store(source, above) else (above, RATES[_key(above)])
        else:
            yield None


def owner_of(source: Source, name: cst.Name) -> Scope | None:
    """Return the scope that a name is bound in; None for the name of an attribute."""
    scope = source.scopes.get(name)
    parent = source.parents.get(name)
    is_label = isinstance(parent, cst.Attribute | cst.Arg) and parent.value is not name
    if scope is None or is_label:
        return None
    return next((a.scope for a in scope[name.value]), None)


def _index(node: cst.Subscript) -> str:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value=text)))]:
            return text
    return ""


def _key(node: cst.Subscript) -> str:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as text))]:
            return str(text.evaluated_value)
    return ""
