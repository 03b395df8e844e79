"""The arguments of a native construction, as bridge takes them."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from codemods.analysis.arguments import UNKNOWN, Unbound, bind, definition_of, is_pure, value_of
from codemods.inward.signatures import native_signature
from codemods.model import Blocked, Insert, RemoveArgument, Replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.inward.tables import Inward
    from codemods.model import Edit
    from codemods.syntax.source import Source

Parts: TypeAlias = "tuple[str | cst.CSTNode, ...]"

# The scheduler's learning rate becomes the optimizer's, which bridge's scheduler is built on.
BASE_LR = "learning_rate"
GROUP_KEYS = ("params", "weight_decay")
NAME = r"[A-Za-z_]\w*"


@dataclass(frozen=True, slots=True)
class Given:
    """What bridge is given: per native argument its new name and value, and what is added.

    An argument whose new name is None is dropped.
    """

    renamed: Mapping[cst.Arg, tuple[str | None, Parts]]
    written: Mapping[str, str] = field(default_factory=dict)


def bound_arguments(call: cst.Call, row: Inward) -> Mapping[str, cst.Arg] | Blocked:
    """Name every argument of a native construction."""
    found = bind(call, native_signature(row.native))
    return Blocked("its arguments cannot be told apart") if isinstance(found, Unbound) else found


def translate(source: Source, call: cst.Call, row: Inward, *, but: str = "") -> Given | Blocked:
    """Say what bridge is given for a native construction; the argument `but` is left out."""
    bound = bound_arguments(call, row)
    if isinstance(bound, Blocked):
        return bound
    renamed: dict[cst.Arg, tuple[str | None, Parts]] = {}
    for name, argument in bound.items():
        if name == but or any(name in (p.first, p.second) for p in row.pairs.values()):
            continue
        reason = _misfit(source, row, name, argument)
        if reason is not None:
            return Blocked(reason)
        rule = row.arguments[name]
        renamed[argument] = (rule.name, (_decay(source, argument) or argument.value,))
    written = dict(_defaults(bound, row, but))
    for pair_name, pair in row.pairs.items():
        first, second = bound.get(pair.first), bound.get(pair.second)
        if (shown := first or second) is None:
            continue
        sides = [_side(row, bound, n) for n in (pair.first, pair.second)]
        renamed[shown] = (pair_name, ("(", sides[0], ", ", sides[1], ")"))
        if first is not None and second is not None:
            renamed[second] = (None, ())
    for name, expression in row.written.items():
        text = _over(source, bound, row, expression)
        if isinstance(text, Blocked):
            return text
        written[name] = text
    return Given(renamed, written)


def _misfit(source: Source, row: Inward, name: str, argument: cst.Arg) -> str | None:
    rule = row.arguments[name]
    value = value_of(source, argument.value)
    text = source.text(argument.value)
    if name == "parameters":
        return _groups(source, argument.value)
    if name == "weight_decay" and (value is None or _decay(source, argument) is not None):
        return None
    if name == "weight_decay" and _is_regularizer(source, argument.value):
        return f"bridge takes the number within `L2Decay(...)` only, not `{text}`"
    if rule.name is None and not is_pure(argument.value):
        return f"`{name}` would be dropped, and with it the evaluation of `{text}`"
    if rule.when.holds(value) or (value is UNKNOWN and rule.when.otherwise == "raises"):
        return None
    here = f"the value of `{text}` is not known here" if value is UNKNOWN else f"here it is {text}"
    return f"bridge equals {row.native} only if `{name}` is {rule.when.text}; {here}"


def _groups(source: Source, node: cst.BaseExpression) -> str | None:
    """Say what of Paddle's parameter groups bridge would read another way."""
    definition = definition_of(source, node) if isinstance(node, cst.Name) else None
    shown = definition or node
    inside = [n for n in source.spans if shown in (n, *source.ancestors(n))]
    keys = [n.key for n in inside if isinstance(n, cst.DictElement)]
    strange = [k for k in map(source.text, keys) if k.strip("\"'") not in GROUP_KEYS]
    if strange:
        return f"in a group of Paddle's {strange[0]} does not mean what it means in torch's"
    if keys or "parameters(" in source.text(shown):
        return None
    return f"it cannot be seen whether `{source.text(node)}` holds groups of Paddle's"


def _decay(source: Source, argument: cst.Arg) -> cst.BaseExpression | None:
    """Return the number within `paddle.regularizer.L2Decay(number)`."""
    value = argument.value
    if not isinstance(value, cst.Call) or len(value.args) != 1:
        return None
    is_l2 = source.text(value.func) in ("paddle.regularizer.L2Decay", "L2Decay")
    return value.args[0].value if is_l2 else None


def _is_regularizer(source: Source, node: cst.BaseExpression) -> bool:
    made = definition_of(source, node) if isinstance(node, cst.Name) else node
    return isinstance(made, cst.Call) and source.text(made.func).endswith("Decay")


def _side(row: Inward, bound: Mapping[str, cst.Arg], name: str) -> str | cst.CSTNode:
    if name in bound:
        return bound[name].value
    return repr(native_signature(row.native).parameters[name].default)


def _defaults(bound: Mapping[str, cst.Arg], row: Inward, but: str) -> Iterator[tuple[str, str]]:
    """Yield the native defaults that bridge does not share."""
    ours = row.parameters
    for name, parameter in native_signature(row.native).parameters.items():
        to = row.arguments[name].name if name in row.arguments else None
        if name in bound or name == but or to is None or to not in ours:
            continue
        default = parameter.default
        if default in (inspect.Parameter.empty, None) or default == ours[to].default:
            continue
        yield to, repr(default)


def _over(
    source: Source, bound: Mapping[str, cst.Arg], row: Inward, expression: str
) -> str | Blocked:
    parameters = native_signature(row.native).parameters
    for name in set(re.findall(NAME, expression)) & set(bound):
        if not is_pure(bound[name].value):
            return Blocked(f"`{source.text(bound[name].value)}` would be evaluated twice")

    def text(found: re.Match[str]) -> str:
        name = found[0]
        if name in bound:
            return source.text(bound[name].value)
        return repr(parameters[name].default) if name in parameters else name

    return re.sub(NAME, text, expression)


def as_edits(call: cst.Call, row: Inward, given: Given) -> list[Edit]:
    """Change a construction where it stands."""
    edits: list[Edit] = []
    ours = list(row.parameters)
    kept = [a for a in call.args if given.renamed.get(a, ("", ()))[0] is not None]
    for position, argument in enumerate(call.args):
        name, parts = given.renamed.get(argument, (None, ()))
        if name is None:
            edits.append(RemoveArgument(call, argument))
            continue
        if argument.keyword is not None:
            if argument.keyword.value != name:
                edits.append(Replace(argument.keyword, (name,)))
        elif ours[position : position + 1] != [name] or kept.index(argument) != position:
            edits.append(Insert(argument, f"{name}=", "before"))
        if parts != (argument.value,):
            edits.append(Replace(argument.value, parts))
    if given.written and kept:
        text = "".join(f", {name}={value}" for name, value in given.written.items())
        edits.append(Insert(kept[-1], text, "after"))
    return edits


def as_text(source: Source, given: Given, function: str, first: str) -> str:
    """Spell a construction out, with `first` as its first argument."""
    shown = [(name, parts) for name, parts in given.renamed.values() if name is not None]
    texts = [
        f"{name}={''.join(p if isinstance(p, str) else source.text(p) for p in parts)}"
        for name, parts in shown
    ]
    texts += [f"{name}={value}" for name, value in given.written.items()]
    return f"{function}({', '.join([first, *texts])})"
