"""Classes of the file that are built on torch's optimizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from codemods.names import Reference
    from codemods.source import Source


def has_own_step(source: Source, base: Reference) -> bool:
    """Tell whether a name is the base of an optimizer that computes its update itself.

    A scheduler's `step` is no such: it computes with numbers only.
    """
    argument = source.parents.get(base.node)
    owner = source.parents.get(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(owner, cst.ClassDef) or argument not in owner.bases:
        return False
    if base.qualified.startswith("torch.optim.lr_scheduler."):
        return False
    return any(
        isinstance(statement, cst.FunctionDef) and statement.name.value == "step"
        for statement in owner.body.body
    )
