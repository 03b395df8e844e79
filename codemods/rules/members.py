"""Schedules of schedules in the rules: whether their members may be members natively."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.arguments import UNKNOWN, Unbound, bind, value_of
from codemods.analysis.callees import optimizer_argument
from codemods.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.equivalents import Condition, Equivalent
    from codemods.analysis.facts import Construct
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

# What needs no parentheses within an expression.
ATOMS = (cst.Name, cst.BaseNumber, cst.Attribute, cst.Call, cst.Subscript, cst.Tuple, cst.List)
WARM_UP = "LinearLR"
PAIR = 2


def lacks_members(around: Surroundings, construct: Construct, row: Equivalent) -> str | None:
    """Return why a composition's members cannot be the native one's, None if they can."""
    members = around.members(construct)
    if members is None:
        return "its members cannot be seen here"
    for member in members:
        if member.name not in row.members:
            return f"{row.native} cannot have torch's {member.name} as a member"
        for argument, condition in row.members[member.name].items():
            if (reason := _breaks(around, row, member, argument, condition)) is not None:
                return reason
    for slot in around.bundle.scheduler_slots:
        if slot.uses and any(c in members for c in slot.constructs):
            return "one of its members is used by itself too"
    return None


def _breaks(
    around: Surroundings, row: Equivalent, member: Construct, argument: str, condition: Condition
) -> str | None:
    value = argument_of(around, member, argument)
    if condition.holds(value):
        return None
    here = "is not known here" if value is UNKNOWN else f"is {value!r}"
    return (
        f"{row.native} can have torch's {member.name} as a member only if `{argument}` is "
        f"{condition.text}; it {here}"
    )


def lacks_linear_warm_up(around: Surroundings, construct: Construct, _: object) -> str | None:
    """Return why a SequentialLR is no linear warm-up to one other schedule, None if it is."""
    members = around.members(construct) or []
    bound = _bound(construct)
    milestones = bound["milestones"].value if "milestones" in bound else None
    if len(members) != PAIR or [m.name == WARM_UP for m in members] != [True, False]:
        return "it is no LinearLR and one other scheduler"
    if argument_of(around, members[0], "end_factor") != 1:
        return "its LinearLR does not end at factor 1.0"
    if not isinstance(milestones, cst.List) or len(milestones.elements) != 1:
        return "its milestones are not written out"
    milestone = milestones.elements[0].value
    last = argument_of(around, members[0], "total_iters")
    if last is UNKNOWN:
        same = is_same(around.source, _bound(members[0])["total_iters"].value, milestone)
    else:
        same = last == value_of(around.source, milestone)
    return None if same else "its LinearLR may not end at the milestone"


def argument_of(around: Surroundings, construct: Construct, name: str) -> object:
    """Return the value of an argument or of its default, UNKNOWN where it is not seen."""
    bound = _bound(construct)
    if name in bound:
        return value_of(around.source, bound[name].value)
    torch_signature = signature(construct.reference.qualified)
    return UNKNOWN if torch_signature is None else torch_signature.parameters[name].default


def is_same(source: Source, first: cst.BaseExpression, second: cst.BaseExpression) -> bool:
    """Tell whether two expressions are one name, which is given its value once."""
    if not isinstance(first, cst.Name) or not first.deep_equals(second):
        return False
    scope = source.scopes.get(first)
    found = list(scope[first.value]) if scope is not None else []
    return len(found) == 1 and isinstance(found[0], Assignment)


def texts_of(around: Surroundings, construct: Construct) -> dict[str, str]:
    """Return what the names of the table's expressions mean here, as source text."""
    source = around.source
    optimizer = optimizer_argument(construct.call)
    texts = {} if optimizer is None else {"lr": f"{source.text(optimizer)}.get_lr()"}
    for each in [*(around.members(construct) or ())[:1], construct]:
        bound, torch_signature = _bound(each), signature(each.reference.qualified)
        for name, parameter in torch_signature.parameters.items() if torch_signature else ():
            texts[name] = repr(parameter.default)
            if name in bound:
                value = bound[name].value
                text = source.text(value)
                texts[name] = text if isinstance(value, ATOMS) else f"({text})"
    return texts


def _bound(construct: Construct) -> Mapping[str, cst.Arg]:
    torch_signature = signature(construct.reference.qualified)
    bound = None if torch_signature is None else bind(construct.call, torch_signature)
    return {} if bound is None or isinstance(bound, Unbound) else bound
