"""Which of two places of a function can run in one run of it: the branches of a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from codemods.syntax.source import Source

# What may run what is in it several times, or never, for one run of what is around it.
REPEATS: Final = (
    cst.FunctionDef,
    cst.Lambda,
    cst.For,
    cst.While,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.GeneratorExp,
)
ENDS: Final = (cst.Return, cst.Raise)


def repeats_of(source: Source, node: cst.CSTNode) -> cst.CSTNode | None:
    """Return the nearest function or loop around a node, None in the body of the module."""
    return next((a for a in source.ancestors(node) if isinstance(a, REPEATS)), None)


def runs_after(source: Source, first: cst.CSTNode, second: cst.CSTNode) -> bool:
    """Tell whether `second` runs after `first`, and never twice for one run of it."""
    together = repeats_of(source, first) is repeats_of(source, second)
    return together and source.start(first) < source.start(second)


def are_exclusive(source: Source, first: cst.CSTNode, second: cst.CSTNode) -> bool:
    """Tell whether at most one of two places runs, in one run of the loop or function of both."""
    above = [first, *source.ancestors(first)]
    child = second
    for parent in source.ancestors(second):
        if parent in above:
            other = above[above.index(parent) - 1]
            if _are_branches(parent, other, child):
                return True
            earlier = min(first, second, key=source.start)
            return other is not child and _leaves_before(source, earlier, parent)
        child = parent
    return False


def _are_branches(parent: cst.CSTNode, one: cst.CSTNode, other: cst.CSTNode) -> bool:
    if one is other:
        return False
    if isinstance(parent, cst.If | cst.IfExp):
        return parent.test not in (one, other)
    return isinstance(one, cst.MatchCase) and isinstance(other, cst.MatchCase)


def _leaves_before(source: Source, place: cst.CSTNode, block: cst.CSTNode) -> bool:
    """Tell whether a function ends with a place, so that what follows in `block` does not run."""
    path = [place]
    for ancestor in source.ancestors(place):
        if ancestor is block:
            break
        path.append(ancestor)
    if any(isinstance(node, (*REPEATS, cst.Try, cst.TryStar)) for node in path):
        return False
    return any(isinstance(node, ENDS) or _ends_branch(source, node) for node in path)


def _ends_branch(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node is the block of a condition that the function does not go on from."""
    if not isinstance(node, cst.IndentedBlock):
        return False
    last = node.body[-1]
    is_branch = isinstance(source.parents[node], cst.If | cst.Else)
    return (
        is_branch and isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], ENDS)
    )


def always_run(source: Source, nodes: Collection[cst.CSTNode], at: cst.CSTNode) -> bool:
    """Tell whether one of some nodes has run, in the same run of the loop or function, before `at`.

    That is so where a statement above has one on each of its ways.
    """
    child = at
    for parent in source.ancestors(at):
        if isinstance(parent, cst.IndentedBlock | cst.Module):
            above = parent.body[: list(parent.body).index(child)]  # type: ignore[arg-type]
            if any(_runs(source, statement, nodes) for statement in above):
                return True
        if isinstance(parent, REPEATS):
            return False
        child = parent
    return False


def _runs(source: Source, node: cst.CSTNode, nodes: Collection[cst.CSTNode]) -> bool:
    match node:
        case cst.If(body=body, orelse=other):
            return other is not None and _runs(source, body, nodes) and _runs(source, other, nodes)
        case cst.Else(body=body) | cst.With(body=body):
            return _runs(source, body, nodes)
        case cst.IndentedBlock(body=statements):
            return _ends_branch(source, node) or any(_runs(source, s, nodes) for s in statements)
        case cst.SimpleStatementLine() | cst.SimpleStatementSuite():
            return any(_gives(source, statement, nodes) for statement in node.body)
    return False


def _gives(
    source: Source, statement: cst.BaseSmallStatement, nodes: Collection[cst.CSTNode]
) -> bool:
    """Tell whether a statement runs one of some nodes whatever its conditions say."""
    conditions: set[cst.CSTNode] = set()
    inside = [n for n in nodes if statement in source.ancestors(n)]
    for node in inside:
        around = [a for a in _between(source, node, statement) if isinstance(a, cst.IfExp)]
        if not around:
            return True
        conditions.update(around)
    # `a if x else b if y else c` has one more branch than conditions.
    return len(inside) == len(conditions) + 1


def _between(source: Source, node: cst.CSTNode, outer: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for ancestor in source.ancestors(node):
        if ancestor is outer:
            return
        yield ancestor
