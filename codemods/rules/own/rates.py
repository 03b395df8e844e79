"""Expressions that give one learning rate for each parameter group, as torch's `get_lr` does.

Paddle's and OneFlow's give one number. What stands in such an expression for a group's base rate,
or for the rate that it has now, is found here; the frameworks' rules say it in their words.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import libcst as cst

from codemods.arguments import is_builtin
from codemods.model import Replace
from codemods.targets import is_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from libcst.metadata import Scope

    from codemods.model import Edit
    from codemods.source import Source

Rate: TypeAlias = Literal["base", "now"]
RATES: Final[Mapping[str, Rate]] = {"initial_lr": "base", "lr": "now"}
# What a branch of a conditional expression cannot be without parentheses.
LOOSE: Final = (cst.IfExp, cst.Lambda, cst.NamedExpr)


@dataclass(frozen=True, slots=True)
class Rates:
    """A list of the groups' rates: `element` is what it has for one.

    `reads` are the nodes that mean a group's base rate, or its rate now; `members` are the
    attributes of the scheduler that are read for the groups. `is_single` if it fits one group only.
    """

    node: cst.BaseExpression
    element: cst.BaseExpression
    reads: tuple[tuple[cst.CSTNode, Rate], ...] = ()
    members: tuple[cst.Attribute, ...] = ()
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class _Loop:
    """What is iterated over, what that gives of each group, and its name there."""

    member: cst.Attribute
    is_group: bool
    target: cst.Name


def rates_of(source: Source, holder: str, node: cst.BaseExpression) -> list[Rates] | None:
    """Return the lists of rates that an expression may give; None where it may give another thing.

    `holder` is the name of the scheduler, `self`.
    """
    match node:
        case cst.IfExp(body=body, orelse=other):
            found = [rates_of(source, holder, branch) for branch in (body, other)]
            return None if None in found else [r for rates in found for r in rates or ()]
        case cst.ListComp():
            rates = _each(source, holder, node)
        case cst.List(elements=[cst.Element(value=element)]):
            rates = Rates(node, element, is_single=True)
        case cst.BinaryOperation(
            left=cst.List(elements=[cst.Element(value=element)]),
            operator=cst.Multiply(),
            right=cst.Call(func=cst.Name(value="len") as called, args=[cst.Arg(value=counted)]),
        ) if is_builtin(source, called):
            member = _iterated(holder, counted)
            rates = Rates(node, element, members=(member[0],)) if member is not None else None
        case _:
            member = _iterated(holder, node)
            if member is None or member[1]:
                return None
            rates = Rates(node, node, ((node, "base"),), (member[0],))
    return None if rates is None else [rates]


def single_of(holder: str, node: cst.CSTNode) -> Rates | None:
    """Return what reads the rate of the first group: `self.base_lrs[0]`."""
    match node:
        case cst.Subscript(value=cst.Subscript(value=inner) as group) if _index(group) == "0":
            member, rate = _iterated(holder, inner), RATES.get(_key(node))
            if member is not None and member[1] and rate is not None:
                return Rates(node, node, ((node, rate),), (member[0],), is_single=True)
        case cst.Subscript(value=inner) if _index(node) == "0":
            member = _iterated(holder, inner)
            if member is not None and not member[1]:
                return Rates(node, node, ((node, "base"),), (member[0],), is_single=True)
    return None


def written(source: Source, rates: Rates, words: Mapping[Rate, str]) -> Iterator[Edit]:
    """Yield the edits that leave of a list what it has for one group."""
    for node, rate in rates.reads:
        if source.text(node) != words[rate]:
            yield Replace(node, (words[rate],))
    if rates.element is rates.node:
        return
    before, after = _around(source, rates)
    opening, closing = before.strip(), after.partition("for")[0].strip(" \t\f\r\n,")
    text = source.text(rates.element)
    if "#" in before or ("\n" in text and not opening and ("\n" in before or _breaks(text))):
        blank = after[len(after.rstrip()) :]
        opening, closing = f"({before}", f"{closing}{blank if before.strip(' ') else ''})"
    elif not opening and _needs_brackets(source, rates):
        opening, closing = "(", ")"
    yield Replace(rates.node, (opening, rates.element, closing))


def has_comment(source: Source, rates: Rates) -> bool:
    """Tell whether a comment stands in what would be left out of a list."""
    return rates.element is not rates.node and "#" in _around(source, rates)[1]


def inside(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and all that it is made of."""
    yield node
    for child in node.children:
        yield from inside(child)


def _each(source: Source, holder: str, node: cst.ListComp) -> Rates | None:
    loop = node.for_in
    if loop.ifs or loop.inner_for_in is not None or loop.asynchronous is not None:
        return None
    loops = _loops(source, holder, loop)
    if loops is None:
        return None
    reads: list[tuple[cst.CSTNode, Rate]] = []
    for each in loops:
        found = list(_reads(source, each, node.elt))
        if None in found:
            return None
        reads += [read for read in found if read is not None]
    return Rates(node, node.elt, tuple(reads), tuple(each.member for each in loops))


def _loops(source: Source, holder: str, loop: cst.CompFor) -> list[_Loop] | None:
    """Return what a comprehension goes through, side by side; None for anything else."""
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
    found = [(target, _iterated(holder, iterated)) for target, iterated in pairs]
    return (
        [_Loop(*m, t) for t, m in found if m is not None]
        if (None) not in [m for _, m in found]
        else None
    )


def _iterated(holder: str, node: cst.BaseExpression) -> tuple[cst.Attribute, bool] | None:
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


def _reads(
    source: Source, loop: _Loop, element: cst.BaseExpression
) -> Iterator[tuple[cst.CSTNode, Rate] | None]:
    """Yield what an element reads of a group; None for anything that is no rate."""
    owner = _owner(source, loop.target)
    for node in inside(element):
        if not isinstance(node, cst.Name) or node.value != loop.target.value:
            continue
        if _owner(source, node) is not owner:
            continue
        above = source.parents[node]
        if not loop.is_group:
            yield node, "base"
        elif isinstance(above, cst.Subscript) and above.value is node and _key(above) in RATES:
            yield None if is_store(source, above) else (above, RATES[_key(above)])
        else:
            yield None


def _owner(source: Source, name: cst.Name) -> Scope | None:
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


def _around(source: Source, rates: Rates) -> tuple[str, str]:
    """Return what stands before and after the element within its brackets."""
    brackets = rates.node.left if isinstance(rates.node, cst.BinaryOperation) else rates.node
    start, end = source.start(brackets) + 1, source.end(brackets) - 1
    before = source.data[start : source.start(rates.element)]
    return before.decode(), source.data[source.end(rates.element) : end].decode()


def _needs_brackets(source: Source, rates: Rates) -> bool:
    is_branch = isinstance(source.parents[rates.node], cst.IfExp)
    return isinstance(rates.element, LOOSE if is_branch else cst.NamedExpr)


def _breaks(text: str) -> bool:
    """Tell whether an expression goes on in another line without brackets around it."""
    try:
        ast.parse(text)
    except SyntaxError:
        return True
    return False
