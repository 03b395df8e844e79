"""Fills of a view with gaps: a column, a transpose. OneFlow fills as many neighbours instead.

Measured: `x[:, 1].zero_()` clears the first row's end there, and no column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.traps.memory import last

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.syntax.source import Source
    from codemods.traps.memory import Memory

# The word under which a target's table says why.
STRIDED: Final = "fill of a view with gaps"
FILLS: Final = ("fill_", "zero_")
TURNED: Final = (
    "chunk", "diagonal", "expand", "expand_as", "movedim", "moveaxis", "narrow", "permute",
    "select", "split", "swapaxes", "t", "transpose", "unbind",
)  # fmt: skip


def strided_fills(source: Source, memory: Memory) -> Iterator[tuple[cst.CSTNode, str]]:
    """Yield what is filled and may have gaps, and the word for it."""
    for call in source.each(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in FILLS:
            filled = call.func.value
            if any(_has_gaps(node) for node in memory.sources(filled)):
                yield filled, STRIDED


def _has_gaps(node: cst.CSTNode) -> bool:
    match node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Slice(step=step))]):
            return step is not None
        case cst.Subscript(slice=[_, *others]):
            return any(isinstance(other.slice, cst.Slice) for other in (node.slice[0], *others))
        case cst.Call(func=function):
            return last(function) in TURNED
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in ("T", "mT")
    return False
