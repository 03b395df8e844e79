"""Expressions that give one learning rate for each parameter group, as torch's `get_lr` does.

Paddle's and OneFlow's give one number. What stands in such an expression for a group's base rate,
or for the rate that it has now, is found here; the frameworks' rules say it in their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from codemods.analysis.arguments import is_builtin
from codemods.analysis.targets import is_store
from codemods.rules.own.iterating import (
    iterated_by,
    loops_of,
    owner_of,
    reads_of,
    single_read,
)
from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from codemods.rules.own.iterating import Loop, Read
    from codemods.syntax.source import Source

# What makes a list: an expression, or a loop that appends to it.
Maker: TypeAlias = cst.BaseExpression | cst.For


@dataclass(frozen=True, slots=True)
class Rates:
    """A list of the groups' rates: `element` is what it has for one.

    Attributes:
        node: what makes the list.
        reads: the nodes that mean a group's base rate, or its rate now.
        members: the attributes of the scheduler that are read for the groups.
        is_single: whether it fits one group only.
        frame: what there is in it for the list alone.
        around: statements that go with the list: that makes it empty, that returns it.
    """

    node: Maker
    element: cst.BaseExpression
    reads: tuple[Read, ...] = ()
    members: tuple[cst.Attribute, ...] = ()
    is_single: bool = False
    frame: frozenset[cst.CSTNode] = frozenset()
    around: tuple[cst.BaseSmallStatement, ...] = ()


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
            member = iterated_by(holder, counted)
            rates = Rates(node, element, members=(member[0],)) if member is not None else None
        case _:
            member = iterated_by(holder, node)
            if member is None or member[1]:
                return None
            rates = Rates(node, node, ((node, "base"),), (member[0],))
    return None if rates is None else [rates]


def single_of(holder: str, node: cst.Subscript) -> Rates | None:
    """Return what reads a rate of the first group: `self.base_lrs[0]`."""
    found = single_read(holder, node)
    if found is None:
        return None
    member, rate = found
    return Rates(node, node, ((node, rate),), (member,), is_single=True)


def appended(source: Source, holder: str, statement: cst.Return) -> Rates | None:
    """Return the list that a loop before a `return` makes, by appending a rate for each group."""
    line = source.parents[statement]
    block = source.parents.get(line)
    name = statement.value
    if not isinstance(block, cst.IndentedBlock) or not isinstance(name, cst.Name):
        return None
    place = list(block.body).index(line)  # type: ignore[arg-type]
    loop = block.body[place - 1] if place else None
    empty = next((e for e in block.body[:place] if _is_empty(e, name)), None)
    if not isinstance(loop, cst.For) or not isinstance(empty, cst.SimpleStatementLine):
        return None
    append = _append(source, loop, name)
    loops = loops_of(source, holder, loop)
    uses = [n for n in walk(block) if isinstance(n, cst.Name) and n.value == name.value]
    if append is None or loops is None or len(uses) != len((empty, append, statement)):
        return None
    reads = reads_of(source, loops, loop.body)
    if reads is None or not all(_is_only_here(source, loop, each) for each in loops):
        return None
    frame = {append, append.func, *walk(loop.target), *walk(loop.iter), *walk(empty)}
    return Rates(
        loop,
        append.args[0].value,
        tuple(reads),
        tuple(each.member for each in loops),
        frame=frozenset(frame),
        around=(empty.body[0], statement),
    )


def _each(source: Source, holder: str, node: cst.ListComp) -> Rates | None:
    loop = node.for_in
    if loop.ifs or loop.inner_for_in is not None or loop.asynchronous is not None:
        return None
    loops = loops_of(source, holder, loop)
    reads = reads_of(source, loops, node.elt) if loops is not None else None
    if loops is None or reads is None:
        return None
    members = tuple(each.member for each in loops)
    return Rates(node, node.elt, tuple(reads), members, frame=frozenset(walk(loop)))


def _is_empty(line: cst.BaseStatement, name: cst.Name) -> bool:
    """Tell whether a statement makes an empty list under a name."""
    match line:
        case cst.SimpleStatementLine(
            body=[
                cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.List(elements=[]))
            ]
        ):
            return target.deep_equals(name)
    return False


def _append(source: Source, loop: cst.For, name: cst.Name) -> cst.Call | None:
    """Return the call that ends a loop of plain lines, if that appends to a list."""
    is_plain = loop.orelse is None and loop.asynchronous is None and "#" not in source.text(loop)
    lines = [line for line in loop.body.body if isinstance(line, cst.SimpleStatementLine)]
    jumps = any(isinstance(n, cst.Break | cst.Continue | cst.Return) for n in walk(loop.body))
    if not is_plain or jumps or len(lines) != len(loop.body.body):
        return None
    match lines[-1].body:
        case [
            cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(value=holder, attr=cst.Name(value="append")),
                    args=[cst.Arg(keyword=None, star="")],
                ) as call
            )
        ] if holder.deep_equals(name):
            return call
    return None


def _is_only_here(source: Source, loop: cst.For, each: Loop) -> bool:
    """Tell whether the name of a loop is read in it alone, and not written."""
    owner, within = owner_of(source, each.target), set(walk(loop.body))
    others = (n for n in source.each(cst.Name) if n.value == each.target.value)
    ours = [n for n in others if n is not each.target and owner_of(source, n) is owner]
    return all(node in within and not is_store(source, node) for node in ours)
