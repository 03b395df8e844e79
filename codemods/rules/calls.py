"""Rules for method calls that the frameworks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.facts import MethodCall
from codemods.model import Blocked, Converted, Replace

if TYPE_CHECKING:
    from codemods.analysis.facts import AttributeUse
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings

BLOCKS = (cst.Module, cst.IndentedBlock, cst.SimpleStatementSuite)
PLATEAU = "ReduceLROnPlateau"


def no_arguments(_: Surroundings, use: MethodCall) -> Outcome:
    """Keep a call that has no arguments; with any it means something else."""
    if use.call.args:
        return Blocked(f"`{use.method}` is called with arguments")
    return Converted()


def zero_grad_is_plain(_: Surroundings, use: MethodCall) -> Outcome:
    """Keep zero_grad where the default, which is torch's, or an argument of that name is given."""
    for argument in use.call.args:
        if argument.star or (
            argument.keyword is not None and argument.keyword.value != "set_to_none"
        ):
            return Blocked("`zero_grad` is called with other arguments than torch's")
    return Converted()


def reads_last_epoch(around: Surroundings, use: AttributeUse, name: str) -> Outcome:
    """Keep a read of `last_epoch`, under the framework's name; a write moves the schedule."""
    parent = around.source.parents.get(use.node)
    if isinstance(parent, cst.AssignTarget | cst.AugAssign | cst.AnnAssign | cst.Del):
        line = around.source.line(use.node)
        return Blocked(f"`last_epoch` is written in line {line}")
    return Converted(() if name == "last_epoch" else (Replace(use.node.attr, (name,)),))


def drives_plateau(around: Surroundings) -> bool:
    """Tell whether the bundle's only schedulers are ReduceLROnPlateau."""
    schedulers = around.bundle.schedulers
    return bool(schedulers) and all(c.name == PLATEAU for c in schedulers)


def loads_together(around: Surroundings, load: MethodCall) -> str | None:
    """Return why a loaded state would not equal torch's, None if it would.

    Natively the optimizer's state carries the scheduler's, and a scheduler computes the lr anew
    from its own; in torch they are apart, and the lr is in the optimizer's. The two agree if both
    are loaded in one block, after the scheduler was made.
    """
    if not around.bundle.schedulers:
        return None
    source = around.source
    block = source.enclosing(load.call, *BLOCKS)
    loaded = {
        role
        for role, use in around.bundle.uses()
        if isinstance(use, MethodCall)
        and use.method == "load_state_dict"
        and source.enclosing(use.call, *BLOCKS) is block
    }
    made_before = all(
        source.scopes.get(c.call) is source.scopes.get(load.call)
        and source.start(c.call) < source.start(load.call)
        for c in around.bundle.schedulers
    )
    if loaded == {"optimizer", "scheduler"} and made_before:
        return None
    line = source.line(load.call)
    return f"line {line} loads the optimizer's or the scheduler's state, natively one has both"
