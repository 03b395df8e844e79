"""A construction in torch becomes a native one: the rows of `bridge.equivalents`, applied.

torch.optim.X(...) -> the first row for X whose conditions hold in the source.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import libcst as cst

from bridge.equivalents import TITLES, Pair, To, difference, equivalents_of
from codemods.analysis.arguments import UNKNOWN, Unbound, bind, is_pure, is_query, value_of
from codemods.model import Blocked, Converted, Insert, RemoveArgument, Replace
from codemods.rules.group_options import with_groups
from codemods.rules.members import lacks_members, texts_of
from codemods.rules.numbers import as_float
from codemods.rules.tensors import is_tensor
from codemods.signatures import VERBOSE, signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.equivalents import Equivalent
    from codemods.analysis.facts import Construct
    from codemods.model import Edit, Outcome
    from codemods.rules.requirements import Surroundings

PAIR = 2
NAME = r"[A-Za-z_]\w*"


def convert_construct(around: Surroundings, construct: Construct, framework: str) -> Outcome:
    """Convert by the first row that holds; otherwise say why none does."""
    rows = equivalents_of(framework, construct.name)
    if not rows:
        return Blocked(f"{TITLES[framework]} has nothing that equals torch's {construct.name}")
    torch_signature = signature(construct.reference.qualified)
    if torch_signature is None:
        return Blocked(f"the arguments of {construct.name} are not known")
    bound = bind(construct.call, torch_signature)
    if isinstance(bound, Unbound):
        return Blocked(bound.reason)
    outcomes = [_apply(around, construct, row, bound, torch_signature) for row in rows]
    fitting = [o for o in outcomes if isinstance(o, Converted)]
    return fitting[0] if fitting else outcomes[-1]


def _apply(
    around: Surroundings,
    construct: Construct,
    row: Equivalent,
    bound: Mapping[str, cst.Arg],
    torch_signature: inspect.Signature,
) -> Outcome:
    edits: list[Edit] = []
    notes = list(row.notes)
    # Defaults first: what they rule out is certain, and the better reason to give.
    for name in sorted(torch_signature.parameters, key=bound.__contains__):
        argument = bound.get(name)
        rule = row.arguments.get(name)
        if rule is None:
            if argument is not None:
                return Blocked(f"`{name}` has no counterpart in {row.native}")
            continue
        if argument is None:
            default = torch_signature.parameters[name].default
            given = default if default is not inspect.Parameter.empty else UNKNOWN
            if isinstance(rule, To) and given is not UNKNOWN and not rule.when.holds(given):
                return Blocked(difference(row, name, given))
            continue
        outcome = _argument(around, construct.call, row, name, argument)
        if isinstance(outcome, Blocked):
            return outcome
        edits += outcome.edits
        notes += outcome.notes
    if (reason := _lacks(around, construct, row, bound)) is not None:
        return Blocked(reason)
    edits = _with_written(construct.call, edits, _written(around, construct, row, bound))
    return with_groups(
        around, construct, row, Converted(tuple(edits), tuple(notes), row.native, row.code)
    )


def _lacks(
    around: Surroundings, construct: Construct, row: Equivalent, bound: Mapping[str, cst.Arg]
) -> str | None:
    """Return what a row requires around the construction, and is not so."""
    if row.members and (reason := lacks_members(around, construct, row)) is not None:
        return reason
    reasons = (around.lacks(requirement, construct, bound) for requirement in row.requires)
    return next((reason for reason in reasons if reason is not None), None)


def _argument(
    around: Surroundings, call: cst.Call, row: Equivalent, name: str, argument: cst.Arg
) -> Outcome:
    rule = row.arguments[name]
    if isinstance(rule, Pair):
        return _pair(argument, name, rule.first, rule.second)
    if (reason := _unclear_list(around, row, name, argument, rule)) is not None:
        return Blocked(reason)
    judged = _judge_value(around, row, name, argument, rule)
    if isinstance(judged, Blocked):
        return judged
    if rule.name is None:
        return _drop(around, call, name, argument, rule)
    value = value_of(around.source, argument.value)
    is_told = rule.note and value is not False
    notes = (f"`{name}` {rule.note}",) if is_told else ()
    return Converted(tuple(_carry(around, row, name, argument, rule)), (*judged.notes, *notes))


def _judge_value(
    around: Surroundings, row: Equivalent, name: str, argument: cst.Arg, rule: To
) -> Outcome:
    """Hold a value against its condition; what is not known gives a note where it is loud."""
    value = value_of(around.source, argument.value)
    text = around.source.text(argument.value)
    if (reason := _misfit(around, name, argument, rule)) is not None:
        return Blocked(reason)
    if rule.when.holds(value):
        return Converted()
    if value is not UNKNOWN:
        return Blocked(difference(row, name, value))
    if name == "milestones" and row.members and len(_elements(argument)) == 1:
        return Converted(notes=(f"`{text}` is taken for a list of one int >= 1",))
    if rule.when.otherwise == "raises":
        return Converted(notes=(f"{row.native} raises unless `{name}` is {rule.when.text}",))
    return Blocked(
        f"{row.native} equals torch's only if `{name}` is {rule.when.text}, and the value "
        f"of `{text}` is not known here"
    )


def _misfit(around: Surroundings, name: str, argument: cst.Arg, rule: To) -> str | None:
    """Return why a value cannot fit, although it is not known."""
    text = around.source.text(argument.value)
    if rule.convert in ("float", "factor") and is_tensor(around.source, argument.value):
        return f"`{name}` has to be a number there, and `{text}` is a tensor"
    match argument.value:
        case cst.BinaryOperation(operator=cst.Divide()) if not rule.when.holds(1.5):
            return f"`{name}` is no integer: `{text}` is a quotient"
    return None


def _unclear_list(
    around: Surroundings, row: Equivalent, name: str, argument: cst.Arg, rule: To
) -> str | None:
    if rule.convert not in ("last member", "only element"):
        return None
    if "#" in around.source.text(argument):
        return f"there is a comment within `{name}`, of which only a part would be left"
    if rule.convert == "only element" and len(_elements(argument)) != 1:
        return f"{row.native} needs `{name}` to be written out as a list of one"
    return None


def _carry(
    around: Surroundings, row: Equivalent, name: str, argument: cst.Arg, rule: To
) -> list[Edit]:
    edits: list[Edit] = []
    if argument.keyword is None:
        if not row.keeps_positions or name == VERBOSE:  # torch's last place is another one there
            # f(x for x in y) needs no parentheses of its own, f(a=(x for x in y)) does
            is_bare = isinstance(argument.value, cst.GeneratorExp) and not argument.value.lpar
            opening, closing = ("(", ")") if is_bare else ("", "")
            edits.append(Insert(argument, f"{rule.name}={opening}", "before"))
            edits.append(Insert(argument, closing, "after"))
    elif rule.name != name:
        edits.append(Replace(argument.keyword, (rule.name or "",)))
    if rule.convert == "float":
        edits += as_float(around.source, argument.value)
    if rule.convert in ("last member", "only element"):
        edits.append(Replace(argument.value, (_elements(argument)[-1].value,)))
    if rule.convert == "its lr":
        edits.append(Insert(argument.value, ".get_lr()", "after"))
    return edits


def _elements(argument: cst.Arg) -> Sequence[cst.BaseElement]:
    value = argument.value
    return value.elements if isinstance(value, cst.List | cst.Tuple) else ()


def _drop(around: Surroundings, call: cst.Call, name: str, argument: cst.Arg, rule: To) -> Outcome:
    is_without_effect = bool(rule.note) and is_query(around.source, argument.value)
    if not (is_without_effect or is_pure(argument.value)):
        text = around.source.text(argument.value)
        return Blocked(f"`{name}` would be dropped, and with it the evaluation of `{text}`")
    notes = (f"`{name}` {rule.note}",) if rule.note else ()
    return Converted((RemoveArgument(call, argument),), notes)


def _pair(argument: cst.Arg, name: str, first: str, second: str) -> Outcome:
    value = argument.value
    if not isinstance(value, cst.Tuple | cst.List) or len(value.elements) != PAIR:
        return Blocked(f"`{name}` is no pair that is written out")
    left, right = value.elements
    if not (isinstance(left, cst.Element) and isinstance(right, cst.Element)):
        return Blocked(f"`{name}` is no pair that is written out")
    parts = (f"{first}=", left.value, f", {second}=", right.value)
    return Converted((Replace(argument, parts),))


def _written(
    around: Surroundings, construct: Construct, row: Equivalent, bound: Mapping[str, cst.Arg]
) -> list[str]:
    """Return the native arguments that have to be spelled out."""
    given = {rule.name for n in bound if isinstance(rule := row.arguments.get(n), To)}
    texts = texts_of(around, construct)
    return [
        f"{key}={re.sub(NAME, lambda name: texts.get(name[0], name[0]), expression)}"
        for key, expression in row.written.items()
        if key not in given
    ]


def _with_written(call: cst.Call, edits: list[Edit], written: list[str]) -> list[Edit]:
    if not written or not call.args:
        return edits
    last, text = call.args[-1], ", ".join(written)
    removed = [e for e in edits if isinstance(e, RemoveArgument)]
    if len(removed) < len(call.args):
        return [*edits, Insert(last, f", {text}", "after")]
    # Nothing of torch's is left: its last argument gives way to the first of the target's.
    kept = [e for e in edits if not (isinstance(e, RemoveArgument) and e.argument is last)]
    return [*kept, Replace(last, (text,))]
