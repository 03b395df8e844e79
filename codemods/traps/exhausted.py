"""Iterators of torch's that a framework has as lists: a second read finds everything, not nothing.

https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Layer_en.html
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.branches import are_exclusive, repeats_of
from codemods.analysis.reaching import reaching
from codemods.analysis.targets import goal_of, is_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.model import Target
    from codemods.syntax.source import Source

# The methods of a model that give a list in a framework.
LISTS: Final[Mapping[Target, frozenset[str]]] = {
    "paddle": frozenset(("parameters", "buffers", "modules")),
}

# What may run what is in it again; a comprehension reads what it goes over once.
AGAIN: Final = (cst.For, cst.While, cst.FunctionDef, cst.Lambda)


def read_again(source: Source, target: Target) -> Iterator[cst.CSTNode]:
    """Yield every read of a name or attribute that holds such an iterator, and was read before."""
    methods = LISTS.get(target, frozenset())
    for call in source.each(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in methods:
            goal = goal_of(source, call) if not call.args else None
            if isinstance(goal, cst.Name | cst.Attribute):
                yield from _again(source, goal, list(_reads(source, goal)))


def _reads(source: Source, store: cst.Name | cst.Attribute) -> Iterator[cst.CSTNode]:
    """Yield what reads the value of a store, in the order of the file."""
    if isinstance(store, cst.Attribute):
        owner, name = source.enclosing(store, cst.ClassDef), source.text(store)
        for node in source.each(cst.Attribute):
            is_same = node.attr.value == store.attr.value and source.text(node) == name
            if is_same and source.enclosing(node, cst.ClassDef) is owner:
                yield from () if is_store(source, node) else (node,)
        return
    scope = source.scopes.get(store)
    found = [a for a in scope[store.value] if isinstance(a, Assignment)] if scope else []
    stores = sorted((a.node for a in found), key=source.start)
    reads = {access.node for a in found for access in a.references}
    for read in sorted(reads, key=source.start):
        if isinstance(read, cst.Name) and store in reaching(source, read, stores):
            yield read


def _again(source: Source, store: cst.CSTNode, reads: list[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    for first, second in combinations(reads, 2):
        if not are_exclusive(source, first, second):
            yield second
            return
    yield from (read for read in reads if _is_repeated(source, read, store))


def _is_repeated(source: Source, read: cst.CSTNode, store: cst.CSTNode) -> bool:
    """Tell whether a loop, or a function, reads again what was made once, outside it."""
    around = repeats_of(source, read)
    if isinstance(around, cst.For) and around.iter in (read, *source.ancestors(read)):
        around = repeats_of(source, around)
    return isinstance(around, AGAIN) and around not in source.ancestors(store)
