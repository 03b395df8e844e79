"""What native code requires of the code around a construction (`bridge.equivalents` names it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.arguments import definition_of
from codemods.analysis.branches import are_exclusive
from codemods.analysis.compositions import members_of
from codemods.analysis.facts import AttributeUse, MethodCall
from codemods.analysis.groups import shape_of, writes
from codemods.rules.factors import has_one_rate
from codemods.rules.functions import is_repeatable
from codemods.rules.grouping import groups_of, is_one_group
from codemods.rules.members import argument_of, lacks_linear_warm_up
from codemods.rules.pairing import lacks_one_scheduler
from codemods.rules.tensors import is_tensor
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codemods.analysis.bundles import Bundle
    from codemods.analysis.facts import Construct
    from codemods.analysis.groups import Shape
    from codemods.syntax.source import Source

FREEZING = ("requires_grad", "requires_grad_", "add_param_group")
READ = ("requires_grad",)
# An optimizer in a file that is ported in part already.
PORTED = re.compile(r"paddle\.optimizer\.\w+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A bundle, the file it stands in, and the framework's version that is written for.

    `others` are the optimizers of the file's other bundles.
    """

    source: Source
    bundle: Bundle
    version: tuple[int, ...]
    others: tuple[Construct, ...] = ()

    def members(self, construct: Construct) -> list[Construct] | None:
        """Return a composition's members, None where they are not followed."""
        return members_of(self.source, {c.call: c for c in self.bundle.schedulers}, construct)

    def group_uses(self) -> Iterator[tuple[AttributeUse, Shape]]:
        """Yield every use of the optimizers' groups, and its shape."""
        for role, use in self.bundle.uses():
            match role, use:
                case "optimizer", AttributeUse(attribute="param_groups", node=node):
                    yield use, shape_of(self.source, node)

    def composition(self, member: Construct) -> Construct | None:
        """Return the composition of this bundle that a scheduler is a member of."""
        for construct in self.bundle.schedulers:
            if any(m is member for m in self.members(construct) or ()):
                return construct
        return None

    def lacks(
        self, requirement: str, construct: Construct, bound: Mapping[str, cst.Arg]
    ) -> str | None:
        """Return why a requirement is not met, None if it is."""
        return CHECKS[requirement](self, construct, bound)


def _one_group(around: Surroundings, construct: Construct, _: object) -> str | None:
    if not is_one_group(around.source, construct):
        return "it has parameter groups, or they cannot be seen here"
    return _adds_groups(around)


def _written_groups(around: Surroundings, construct: Construct, _: object) -> str | None:
    source = around.source
    is_seen = is_one_group(source, construct) or groups_of(
        source, construct, around.bundle.optimizers
    )
    return _adds_groups(around) if is_seen else "its parameter groups cannot be seen here"


def _rates_alone(around: Surroundings, construct: Construct, _: object) -> str | None:
    return None if has_one_rate(around, construct) else _meets_another(around, construct)


def _groups_alone(
    around: Surroundings, construct: Construct, bound: Mapping[str, cst.Arg]
) -> str | None:
    groups = groups_of(around.source, construct, around.bundle.optimizers) or ()
    if groups and ("weight_decay" in bound or any("weight_decay" in g.options for g in groups)):
        return _meets_another(around, construct)
    return _rates_alone(around, construct, bound)


def _meets_another(around: Surroundings, construct: Construct) -> str | None:
    """Return which other optimizer could find what Paddle writes on the parameters of groups.

    One that has groups itself writes all of it anew.
    """
    source = around.source
    for call in source.each(cst.Call):
        if PORTED.fullmatch(outside_name(source, call.func) or ""):
            return f"Paddle's optimizer in line {source.line(call)} may find its groups' options"
    for other in (*around.bundle.optimizers, *around.others):
        is_instead = are_exclusive(source, construct.call, other.call)
        writes_anew = is_instead and not is_one_group(source, other)
        if other is not construct and not writes_anew:
            line = source.line(other.call)
            return (
                "Paddle keeps the rates and the decay of groups on the parameters, where the "
                f"optimizer in line {line} may find them"
            )
    return None


def _one_rate(around: Surroundings, *_: object) -> str | None:
    if all(has_one_rate(around, optimizer) for optimizer in around.bundle.optimizers):
        return None
    return "Paddle would scale the schedule, which in torch is the same for every group"


def _one_rate_or_no_floor(around: Surroundings, construct: Construct, *_: object) -> str | None:
    is_at_zero = argument_of(around, construct, "eta_min") == 0
    return None if is_at_zero else _one_rate(around)


def _adds_groups(around: Surroundings) -> str | None:
    for _, use in around.bundle.uses():
        if isinstance(use, MethodCall) and use.method == "add_param_group":
            return f"a group is added in line {around.source.line(use.call)}"
    return None


def _no_lr_writes(around: Surroundings, *_: object) -> str | None:
    for use, shape in around.group_uses():
        if writes(shape, "lr", "initial_lr"):
            line = around.source.line(use.node)
            return f"its groups are used in line {line}, and a native scheduler ignores writes"
    return None


def _gradients_at_every_step(around: Surroundings, *_: object) -> str | None:
    kinds: tuple[type[cst.CSTNode], ...] = (cst.Attribute, cst.Arg, cst.SimpleString)
    for node in around.source.each(*kinds):
        name = _named(node)
        is_free = name in READ and (_is_read(around.source, node) or _is_made(around.source, node))
        if name in FREEZING and not is_free:
            return (
                f"`{name}` in line {around.source.line(node)}: OneFlow counts Adam's steps once "
                "for all parameters, torch for each"
            )
    return None


def _is_read(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether an attribute is asked for, as in a filter, and not changed."""
    written = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del, cst.Element)
    return isinstance(node, cst.Attribute) and not isinstance(source.parents.get(node), written)


def _is_made(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether `requires_grad=True` stands where a tensor is made, so that it always has it."""
    call = source.parents.get(node)
    is_true = isinstance(node, cst.Arg) and source.text(node.value) == "True"
    return is_true and isinstance(call, cst.Call) and is_tensor(source, call)


def _named(node: cst.CSTNode) -> str:
    """Return the attribute, keyword or string that a node is, as setattr takes one."""
    match node:
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Arg(keyword=cst.Name(value=name)):
            return name
        case cst.SimpleString():
            return str(node.evaluated_value)
        case _:
            return ""


def _one_function(around: Surroundings, _: Construct, bound: Mapping[str, cst.Arg]) -> str | None:
    value = bound["lr_lambda"].value if "lr_lambda" in bound else None
    if isinstance(value, cst.Lambda) or (
        isinstance(value, cst.Name) and _is_function(around.source, value)
    ):
        return None
    return "`lr_lambda` may be a list of functions"


def _repeatable_function(
    around: Surroundings, construct: Construct, bound: Mapping[str, cst.Arg]
) -> str | None:
    if (reason := _one_function(around, construct, bound)) is not None:
        return reason
    function = bound["lr_lambda"].value
    if is_repeatable(around.source, function):
        return None
    text = around.source.text(function).partition("\n")[0]
    return f"Paddle calls `{text}` for every earlier step again, and it may have a state"


def _no_scheduler(around: Surroundings, *given: object) -> str | None:
    if around.bundle.schedulers:
        line = around.source.line(around.bundle.schedulers[0].call)
        return f"the scheduler in line {line} changes its lr before the first step"
    return _no_lr_writes(around, *given)


def _no_saved_schedule(around: Surroundings, *_: object) -> str | None:
    for _role, use in around.bundle.uses():
        if isinstance(use, MethodCall) and use.method in ("state_dict", "load_state_dict"):
            line = around.source.line(use.call)
            return f"line {line} saves or loads it, and natively it would resume at another lr"
    return None


def _is_function(source: Source, name: cst.Name) -> bool:
    if isinstance(definition_of(source, name), cst.Lambda):
        return True
    scope = source.scopes.get(name)
    found = list(scope[name.value]) if scope is not None else []
    return bool(found) and all(
        isinstance(a, Assignment) and _defines_function(source, a.node) for a in found
    )


def _defines_function(source: Source, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.FunctionDef):
        return True
    statement = source.enclosing(node, cst.Assign)
    return statement is not None and isinstance(statement.value, cst.Lambda)


CHECKS: Mapping[str, Callable[..., str | None]] = {
    "one group": _one_group,
    "written groups": _written_groups,
    "rates alone": _rates_alone,
    "groups alone": _groups_alone,
    "one rate": _one_rate,
    "one rate or no floor": _one_rate_or_no_floor,
    "one scheduler": lacks_one_scheduler,
    "no lr writes": _no_lr_writes,
    "gradients at every step": _gradients_at_every_step,
    "one function": _one_function,
    "repeatable function": _repeatable_function,
    "linear warm-up": lacks_linear_warm_up,
    "no scheduler": _no_scheduler,
    "no saved schedule": _no_saved_schedule,
}
