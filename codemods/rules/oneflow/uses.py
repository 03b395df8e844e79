"""What is done with an optimizer or a scheduler, in OneFlow's words.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.model import Blocked, Converted, Replace
from codemods.rules.calls import (
    drives_plateau,
    loads_together,
    no_arguments,
    zero_grad_is_plain,
)
from codemods.rules.oneflow.groups import convert_groups
from codemods.rules.uses import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.analysis.facts import MethodCall, Role
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings

# OneFlow's optimizer.state_dict() shares its options with the optimizer: kept in memory, it
# follows every later change of lr. Written to disk or copied at once it does not.
LITERALS = (cst.Arg, cst.Dict, cst.DictElement, cst.List, cst.Tuple, cst.Element)
COPIES = ("torch.save", "copy.deepcopy", "deepcopy")


def _zero_grad(around: Surroundings, use: MethodCall) -> Outcome:
    outcome = zero_grad_is_plain(around, use)
    if isinstance(outcome, Blocked) or use.call.args:
        return outcome
    # OneFlow's default leaves zeros, with which momentum and decay go on.
    parts = (use.call.func, "(set_to_none=True)")
    return Converted((Replace(use.call, parts),))


def _step_scheduler(around: Surroundings, use: MethodCall) -> Outcome:
    if use.call.args and not drives_plateau(around):
        return Blocked("OneFlow's schedulers take no epoch in `step`")
    return Converted()


def _get_last_lr(around: Surroundings, use: MethodCall) -> Outcome:
    if drives_plateau(around):
        return Blocked("OneFlow's ReduceLROnPlateau has no `get_last_lr`")
    return no_arguments(around, use)


def _state_dict(around: Surroundings, use: MethodCall) -> Outcome:
    source = around.source
    holder = next(a for a in source.ancestors(use.call) if not isinstance(a, LITERALS))
    if isinstance(holder, cst.Call) and source.text(holder.func) in COPIES:
        return no_arguments(around, use)
    return Blocked("OneFlow's state_dict, kept in memory, follows later changes of lr")


def _load(around: Surroundings, use: MethodCall) -> Outcome:
    reason = loads_together(around, use)
    return Blocked(reason) if reason else Converted()


METHODS: Mapping[tuple[Role, str], Callable[[Surroundings, MethodCall], Outcome]] = {
    ("optimizer", "step"): no_arguments,
    ("optimizer", "zero_grad"): _zero_grad,
    ("optimizer", "state_dict"): _state_dict,
    ("optimizer", "load_state_dict"): _load,
    ("scheduler", "step"): _step_scheduler,
    ("scheduler", "get_last_lr"): _get_last_lr,
    ("scheduler", "state_dict"): no_arguments,
    ("scheduler", "load_state_dict"): _load,
}
WORDS = Words(
    "oneflow",
    METHODS,
    convert_groups,
    last_epoch="last_step",
    elsewhere={
        "optimizer": frozenset(
            (
                "step()",
                "zero_grad(set_to_none=True)",
                "zero_grad(set_to_none=False)",
                "param_groups[...]['lr']",
            )
        ),
        "scheduler": frozenset(("step()", "get_last_lr()")),
    },
    silent={"optimizer": frozenset(("zero_grad()",)), "scheduler": frozenset()},
)
