"""What is done with an optimizer or a scheduler, in Paddle's words.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/LRScheduler_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.arguments import UNKNOWN, Unbound, bind, is_python_own, value_of
from codemods.analysis.groups import writes
from codemods.model import Blocked, Converted, Insert, Replace
from codemods.rules.calls import (
    drives_plateau,
    loads_together,
    no_arguments,
    zero_grad_is_plain,
)
from codemods.rules.factors import factors_of, times
from codemods.rules.grouping import groups_of
from codemods.rules.paddle.groups import SCALED, convert_groups
from codemods.rules.uses import Words
from codemods.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codemods.analysis.facts import MethodCall, Role
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings

NOTES_ON_LOADING = (
    "a checkpoint written by torch cannot be loaded by the port, nor the other way",
    "Paddle's checkpoints hold no lr, momentum or decay: the script's own are in force on resume",
)
# Since when Paddle's optimizers have `zero_grad` and `load_state_dict`.
TORCH_NAMES = (3, 3)
# What torch's checkpoints do not hold either.
NOT_SAVED = ("params", "optimizer", "lr_lambda")


def _step_scheduler(around: Surroundings, use: MethodCall) -> Outcome:
    if not use.call.args:
        return Converted()
    if not drives_plateau(around):
        return Blocked("`scheduler.step(epoch)` has another meaning in Paddle")
    argument = use.call.args[0]
    is_named = argument.keyword is not None and argument.keyword.value != "metrics"
    if len(use.call.args) != 1 or argument.star or is_named:
        return Blocked("`step` is called with more than the metric")
    value = argument.value
    if not is_python_own(around.source, value, "float"):
        return Blocked("`float`, which makes a number of the metric, is something else here")
    if isinstance(value, cst.Call) and around.source.text(value.func) == "float":
        return Converted()
    # torch compares metrics as Python floats; Paddle keeps a tensor, in its own precision.
    return Converted((Insert(value, "float(", "before"), Insert(value, ")", "after")))


def _get_last_lr(around: Surroundings, use: MethodCall) -> Outcome:
    if use.call.args:
        return Blocked("`get_last_lr` takes no arguments")
    factors = factors_of(around) or (None,)
    known = [factor for factor in factors if factor is not None]
    rate = f"{around.source.text(use.holder)}()"
    above = around.source.parents.get(use.call)
    if isinstance(above, cst.Subscript) and (index := _index(around, above)) is not None:
        if not -len(factors) <= index < len(factors):
            return Blocked("`get_last_lr` is asked for a group that there is not")
        if (factor := factors[index]) is None:
            return SCALED
        return Converted((Replace(above, (times(around.source, above, rate, factor),)),))
    if len(known) < len(factors):
        return SCALED
    rates = [rate if factor == 1.0 else f"{rate} * {factor!r}" for factor in known]
    return Converted((Replace(use.call, (f"[{', '.join(rates)}]",)),))


def _index(around: Surroundings, node: cst.Subscript) -> int | None:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=value))]:
            index = value_of(around.source, value)
            return index if isinstance(index, int) else None
    return None


def _state_dict(around: Surroundings, use: MethodCall) -> Outcome:
    if any(_is_opened(around, node) for node in (use.call, *_reads(around, use.call))):
        return Blocked("Paddle's state_dict has other keys than torch's")
    return no_arguments(around, use)


def _is_opened(around: Surroundings, node: cst.CSTNode) -> bool:
    """Tell whether something of a state is asked for, by its key or one by one."""
    match around.source.parents.get(node):
        case cst.Attribute():
            return True
        case cst.Subscript(value=opened) | cst.For(iter=opened) | cst.CompFor(iter=opened):
            return opened is node
    return False


def _reads(around: Surroundings, call: cst.Call) -> Iterator[cst.CSTNode]:
    """Yield where the name that a call is assigned to is read."""
    statement = around.source.parents.get(call)
    for target in statement.targets if isinstance(statement, cst.Assign) else ():
        scope = around.source.scopes.get(target.target)
        if isinstance(target.target, cst.Name) and scope is not None:
            for assignment in scope[target.target.value]:
                yield from (access.node for access in assignment.references)


def _zero_grad(around: Surroundings, use: MethodCall) -> Outcome:
    outcome = zero_grad_is_plain(around, use)
    if isinstance(outcome, Blocked) or around.version >= TORCH_NAMES:
        return outcome
    value = value_of(around.source, use.call.args[0].value) if use.call.args else True
    if not isinstance(value, bool):
        return Blocked("the argument of `zero_grad` is not known here, and Paddle's is its reverse")
    return Converted((Replace(use.call, (use.holder, f".clear_grad(set_to_zero={not value})")),))


def _load_optimizer(around: Surroundings, use: MethodCall) -> Outcome:
    if (reason := loads_together(around, use) or _may_have_changed(around)) is not None:
        return Blocked(reason)
    for other, shape in around.group_uses():
        if writes(shape):
            line = around.source.line(other.node)
            return Blocked(f"the lr written in line {line} would be lost on resume")
    if around.version >= TORCH_NAMES or not isinstance(use.call.func, cst.Attribute):
        return Converted(notes=NOTES_ON_LOADING)
    return Converted((Replace(use.call.func.attr, ("set_state_dict",)),), NOTES_ON_LOADING)


def _load_scheduler(around: Surroundings, use: MethodCall) -> Outcome:
    if (reason := loads_together(around, use) or _may_have_changed(around)) is not None:
        return Blocked(reason)
    if not isinstance(use.call.func, cst.Attribute):
        return Blocked("`load_state_dict` is no plain method call")
    return Converted((Replace(use.call.func.attr, ("set_state_dict",)),))


def _may_have_changed(around: Surroundings) -> str | None:
    """Return which option torch would take from a checkpoint, None if all are constants."""
    for construct in around.bundle.constructs:
        if construct.owner is not None:
            continue  # its class was asked for more
        torch_signature = signature(construct.reference.qualified)
        bound = bind(construct.call, torch_signature) if torch_signature is not None else {}
        for name, argument in bound.items() if not isinstance(bound, Unbound) else ():
            if name not in NOT_SAVED and (reason := _is_unknown(around, name, argument.value)):
                return reason
    for optimizer in around.bundle.optimizers:
        for group in groups_of(around.source, optimizer, around.bundle.optimizers) or ():
            for name, entry in group.options.items():
                if reason := _is_unknown(around, name, entry.value):
                    return reason
    return None


def _is_unknown(around: Surroundings, name: str, value: cst.BaseExpression) -> str | None:
    if value_of(around.source, value) is not UNKNOWN:
        return None
    text = around.source.text(value)
    return f"on resume torch takes `{name}` from the checkpoint, Paddle `{text}` again"


METHODS: Mapping[tuple[Role, str], Callable[[Surroundings, MethodCall], Outcome]] = {
    ("optimizer", "step"): no_arguments,
    ("optimizer", "zero_grad"): _zero_grad,
    ("optimizer", "state_dict"): _state_dict,
    ("optimizer", "load_state_dict"): _load_optimizer,
    ("scheduler", "step"): _step_scheduler,
    ("scheduler", "get_last_lr"): _get_last_lr,
    ("scheduler", "state_dict"): _state_dict,
    ("scheduler", "load_state_dict"): _load_scheduler,
}
WORDS = Words(
    "paddle",
    METHODS,
    convert_groups,
    last_epoch="last_epoch",
    elsewhere={
        "optimizer": frozenset(
            ("step()", "zero_grad()", "zero_grad(set_to_none=True)", "zero_grad(set_to_none=False)")
        ),
        "scheduler": frozenset(("step()",)),
    },
    silent={"optimizer": frozenset(), "scheduler": frozenset()},
)
