"""Where a file changes a class of torch.optim itself: nothing it makes is then what torch says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.arguments import is_builtin
from codemods.analysis.names import in_package

if TYPE_CHECKING:
    from codemods.analysis.names import Names, Reference
    from codemods.syntax.source import Source

CHANGES = ("setattr", "delattr")


def patch_of(source: Source, names: Names) -> Reference | None:
    """Return the first name of torch.optim that a file assigns to, None if there is none.

    That is `torch.optim.SGD.step = mine`, `torch.optim.SGD = Mine` or `setattr(torch.optim, ...)`.
    """
    for reference in names.references:
        if in_package(reference.qualified, "torch.optim") and _is_written(source, reference.node):
            return reference
    return None


def _is_written(source: Source, node: cst.CSTNode) -> bool:
    parent = source.parents.get(node)
    if isinstance(parent, cst.Arg):
        call = source.parents.get(parent)
        is_first = isinstance(call, cst.Call) and call.args[0] is parent
        function = call.func if isinstance(call, cst.Call) else None
        return (
            is_first
            and isinstance(function, cst.Name)
            and function.value in CHANGES
            and is_builtin(source, function)
        )
    if isinstance(parent, cst.AugAssign | cst.AnnAssign):
        return parent.target is node
    return isinstance(parent, cst.AssignTarget | cst.Del)
