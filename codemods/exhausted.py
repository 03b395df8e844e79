"""Iterators of torch's that a framework has as lists: a second read finds everything, not nothing.

https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Layer_en.html
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import Assignment

from codemods.branches import are_exclusive, repeats_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.model import Target
    from codemods.source import Source

# The methods of a model that give a list in a framework.
LISTS: Final[Mapping[Target, frozenset[str]]] = {
    "paddle": frozenset(("parameters", "buffers", "modules")),
}


def read_again(source: Source, target: Target) -> Iterator[cst.CSTNode]:
    """Yield every read of a name that holds such an iterator, and has been read before."""
    methods = LISTS.get(target, frozenset())
    for statement in source.each(cst.Assign):
        match statement:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name() as name)],
                value=cst.Call(func=cst.Attribute(attr=cst.Name(value=method)), args=[]),
            ) if method in methods:
                yield from _again(source, name)


def _again(source: Source, name: cst.Name) -> Iterator[cst.CSTNode]:
    scope = source.scopes.get(name)
    found = list(scope[name.value]) if scope is not None else []
    if len(found) != 1 or not isinstance(found[0], Assignment):
        return  # it may have been given another value in between
    reads = sorted((access.node for access in found[0].references), key=source.start)
    for first, second in combinations(reads, 2):
        if not are_exclusive(source, first, second):
            yield second
            return
    yield from (read for read in reads if _is_repeated(source, read, name))


def _is_repeated(source: Source, read: cst.CSTNode, name: cst.Name) -> bool:
    """Tell whether a loop reads again what was made once, outside it."""
    around = repeats_of(source, read)
    if isinstance(around, cst.For) and around.iter in (read, *source.ancestors(read)):
        around = repeats_of(source, around)
    return isinstance(around, cst.For | cst.While) and around is not repeats_of(source, name)
