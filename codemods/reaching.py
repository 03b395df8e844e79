"""Which assignment of a name a use of it sees, where the order of the statements tells.

`x = torch.from_numpy(x)` makes x a tensor from there on, although it was an array before.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.source import Source

Block: TypeAlias = (
    cst.Module | cst.IndentedBlock | cst.SimpleStatementLine | cst.SimpleStatementSuite
)


def reaching(source: Source, use: cst.Name, stores: Sequence[cst.CSTNode]) -> Sequence[cst.CSTNode]:
    """Return the stores that a use can see; all of them where loops or branches hide the order.

    `stores` are in the order of the file.
    """
    child: cst.CSTNode = use
    for parent in source.ancestors(use):
        found: Sequence[cst.CSTNode] | None = None
        if isinstance(parent, Block):
            found = _before(source, parent, child, stores)
        elif isinstance(parent, cst.For) and child is parent.body:
            found = _inside(source, parent.target, stores) or _all_if_inside(source, parent, stores)
        elif isinstance(parent, cst.With) and child is parent.body:
            found = [s for i in parent.items for s in _inside(source, i, stores)]
        elif isinstance(parent, cst.While | cst.Try | cst.TryStar | cst.Match):
            found = _all_if_inside(source, parent, stores)
        elif isinstance(parent, cst.FunctionDef) and child is parent.body:
            found = [s for s in stores if source.parents.get(s) is parent.params] or stores
        elif isinstance(parent, cst.Lambda | cst.FunctionDef | cst.ClassDef):
            found = stores
        if found:
            return found
        child = parent
    return stores


def _before(
    source: Source, block: Block, child: cst.CSTNode, stores: Sequence[cst.CSTNode]
) -> Sequence[cst.CSTNode]:
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


def _inside(
    source: Source, node: cst.CSTNode, stores: Sequence[cst.CSTNode]
) -> Sequence[cst.CSTNode]:
    start, end = source.start(node), source.end(node)
    return [s for s in stores if start <= source.start(s) and source.end(s) <= end]


def _all_if_inside(
    source: Source, node: cst.CSTNode, stores: Sequence[cst.CSTNode]
) -> Sequence[cst.CSTNode]:
    return stores if _inside(source, node, stores) else []
