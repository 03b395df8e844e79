"""Writes into gradients, and into `data` while there are gradients, that are another thing there.

https://docs.pytorch.org/docs/2.13/generated/torch.Tensor.grad.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.values.flow import is_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.syntax.source import Source
    from codemods.values.infer import Types

# The words under which a target's table says why.
DATA_OF_GRADIENT: Final = "data of a gradient"
PART_OF_GRADIENT: Final = "in-place change of a gradient"
DATA: Final = "data before a step"


def gradient_writes(source: Source, types: Types) -> Iterator[tuple[cst.CSTNode, str]]:
    """Yield what is written into, and the word for it."""
    for node in source.each(cst.Attribute):
        match node:
            case cst.Attribute(value=cst.Attribute(attr=cst.Name("grad")), attr=cst.Name("data")):
                if is_store(types, node):
                    yield node, DATA_OF_GRADIENT
            case cst.Attribute(attr=cst.Name("grad")):
                part = source.parents.get(node)
                if isinstance(part, cst.Subscript) and part.value is node and is_store(types, part):
                    yield node, PART_OF_GRADIENT
            case cst.Attribute(attr=cst.Name("data")):
                if is_store(types, node) and _is_before_step(source, node):
                    yield node, DATA


def _is_before_step(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a place stands between `backward()` and `step()` of its function."""
    function = source.enclosing(node, cst.FunctionDef) or source.module
    calls = [c for c in source.each(cst.Call) if function in source.ancestors(c)]
    before = [c for c in calls if source.start(c) < source.start(node)]
    after = [c for c in calls if source.start(c) > source.start(node)]
    return _has(before, "backward") and _has(after, "step")


def _has(calls: list[cst.Call], method: str) -> bool:
    return any(isinstance(c.func, cst.Attribute) and c.func.attr.value == method for c in calls)
