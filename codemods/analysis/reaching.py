"""Which assignment of a name a use of it sees, where the order of the statements tells.

`x = torch.from_numpy(x)` makes x a tensor from there on, although it was an array before.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from codemods.syntax.source import Source

Block: TypeAlias = (
    cst.Module | cst.IndentedBlock | cst.SimpleStatementLine | cst.SimpleStatementSuite
)
Stores: TypeAlias = "Sequence[cst.CSTNode]"
BLOCKS: Final = frozenset(get_args(Block))
# What may run a store that stands below a use before it.
REPEATS: Final = frozenset((cst.While, cst.Try, cst.TryStar, cst.Match))


def reaching(source: Source, use: cst.Name, stores: Stores) -> Stores:
    """Return the stores that a use can see; all of them where loops or branches hide the order.

    `stores` are in the order of the file.
    """
    child: cst.CSTNode = use
    for parent in source.ancestors(use):
        found: Stores = ()
        kind = type(parent)
        if kind in BLOCKS:
            found = _before(source, parent, child, stores)
        elif kind in REPEATS:
            found = _all_if_inside(source, parent, stores)
        elif kind in BODIES and child is parent.body:  # type: ignore[attr-defined]  # each has one
            found = BODIES[kind](source, parent, stores)
        elif kind in SCOPES:
            found = stores
        if found:
            return found
        child = parent
    return stores


def _loop(source: Source, loop: cst.For, stores: Stores) -> Stores:
    return _inside(source, loop.target, stores) or _all_if_inside(source, loop, stores)


def _managed(source: Source, statement: cst.With, stores: Stores) -> Stores:
    return [s for i in statement.items for s in _inside(source, i, stores)]


def _function(source: Source, function: cst.FunctionDef, stores: Stores) -> Stores:
    return [s for s in stores if source.parents.get(s) is function.params] or stores


def _before(source: Source, block: cst.CSTNode, child: cst.CSTNode, stores: Stores) -> Stores:
    """Return the last store before a statement of a block; all if it is made conditionally."""
    at = bisect_left(stores, source.start(child), key=source.start)
    if at == 0 or source.start(stores[at - 1]) < source.start(block):
        return []
    last = stores[at - 1]
    statement = last
    while (parent := source.parents[statement]) is not block:
        statement = parent
    is_simple = isinstance(statement, cst.SimpleStatementLine | cst.BaseSmallStatement)
    return [last] if is_simple or statement is last else stores


def _inside(source: Source, node: cst.CSTNode, stores: Stores) -> Stores:
    start, end = source.start(node), source.end(node)
    return [s for s in stores if start <= source.start(s) and source.end(s) <= end]


def _all_if_inside(source: Source, node: cst.CSTNode, stores: Stores) -> Stores:
    return stores if _inside(source, node, stores) else []


# What a use in the body of one of these sees, if what binds it stands there.
BODIES: Final[Mapping[type[cst.CSTNode], Callable[[Source, Any, Stores], Stores]]] = {
    cst.For: _loop,
    cst.With: _managed,
    cst.FunctionDef: _function,
}
SCOPES: Final = frozenset((cst.Lambda, cst.FunctionDef, cst.ClassDef))
