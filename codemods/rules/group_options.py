"""The options of groups that are written out, in the words of a row of `bridge.equivalents`.

    [{"params": head, "lr": 0.01, "betas": (0.8, 0.9)}]

becomes, in Paddle, with 0.1 for the optimizer's own rate

    [{"params": head, "learning_rate": 0.1, "beta1": 0.8, "beta2": 0.9}]
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import libcst as cst

from bridge.equivalents import Pair, difference
from codemods.analysis.arguments import UNKNOWN, definition_of, value_of
from codemods.model import Blocked, Converted, Insert, Replace
from codemods.rules.collected import is_collected
from codemods.rules.factors import base_of, factor_of
from codemods.rules.grouping import groups_of, params_given
from codemods.rules.numbers import as_float
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.equivalents import Equivalent
    from codemods.analysis.facts import Construct
    from codemods.model import Edit, Outcome
    from codemods.rules.grouping import Entry, Group
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

# What Paddle writes on the parameters, by what a row requires of it.
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "rates alone": ("lr",),
    "groups alone": ("lr", "weight_decay"),
}
ON_PARAMETERS: Final = (
    "Paddle keeps the rates and the decay of groups on the parameters: another optimizer of them, "
    "made in another file, would find them there"
)
ITERATORS: Final = ("filter", "map", "iter", "itertools.chain", "itertools.islice", "reversed")
LISTS: Final = ("list", "sorted")


def with_groups(
    around: Surroundings, construct: Construct, row: Equivalent, made: Converted
) -> Outcome:
    """Add what is written in an optimizer's groups; nothing where it has none."""
    groups = groups_of(around.source, construct, around.bundle.optimizers)
    if groups is None or not row.group_options:
        return made
    edits: list[Edit] = []
    kept = {name for requirement in row.requires for name in KEPT.get(requirement, ())}
    is_kept = any(not kept.isdisjoint(group.options) for group in groups)
    notes = [*made.notes, *([ON_PARAMETERS] if is_kept else [])]
    for group in groups:
        for outcome in _outcomes(around, construct, row, group):
            if isinstance(outcome, Blocked):
                return outcome
            edits += outcome.edits
            notes += outcome.notes
    found = params_given(construct) if edits else None
    every = (*made.edits, *edits)
    return replace(made, edits=every, notes=tuple(dict.fromkeys(notes)), groups=found)


def _outcomes(
    around: Surroundings, construct: Construct, row: Equivalent, group: Group
) -> list[Outcome]:
    made = [_option(around, construct, row, name, entry) for name, entry in group.options.items()]
    if row.native.startswith("paddle."):
        made.append(_listed(around.source, group.params))
    return made


def _option(
    around: Surroundings, construct: Construct, row: Equivalent, name: str, entry: Entry
) -> Outcome:
    source, value = around.source, entry.value
    rule = row.group_options.get(name)
    if rule is None:
        return Blocked(f"{row.native} has no `{name}` for a single group")
    if isinstance(rule, Pair):
        return _pair(entry, name, rule)
    known = value_of(source, value)
    if known is not UNKNOWN and not rule.when.holds(known):
        return Blocked(difference(row, name, known))
    edits: list[Edit] = [] if rule.name == name else [_renamed(entry, rule.name or "")]
    if rule.convert == "float":
        edits += as_float(source, value)
    if rule.convert != "factor":
        return Converted(tuple(edits))
    base = base_of(source, construct)
    factor = None if base is None else factor_of(source, value, base)
    if factor is None:
        rate = source.text(value)
        return Blocked(f"the rate `{rate}` of a group cannot be written as a factor")
    return Converted((*edits, Replace(value, factor.parts)))


def _renamed(entry: Entry, name: str) -> Edit:
    key = entry.key
    quote = key.quote if isinstance(key, cst.SimpleString) else ""
    return Replace(key, (f"{quote}{name}{quote}",))


def _pair(entry: Entry, name: str, rule: Pair) -> Outcome:
    match entry.value:
        case (
            cst.Tuple(elements=[cst.Element() as left, cst.Element() as right])
            | cst.List(elements=[cst.Element() as left, cst.Element() as right])
        ):
            pass
        case _:
            return Blocked(f"`{name}` is no pair that is written out")
    key = entry.key
    quote, sign = (key.quote, ": ") if isinstance(key, cst.SimpleString) else ("", "=")
    first, second = (f"{quote}{n}{quote}{sign}" for n in (rule.first, rule.second))
    return Converted((Replace(entry.node, (first, left.value, f", {second}", right.value)),))


def _listed(source: Source, params: cst.BaseExpression) -> Outcome:
    """Make a list of an iterator: Paddle looks at the first parameter of the first group."""
    made = params
    if isinstance(params, cst.Name):
        made = definition_of(source, params) or params
    if _is_list(source, made) or _is_filled(source, params):
        return Converted()
    if _is_iterator(source, made):
        return Converted((Insert(params, "list(", "before"), Insert(params, ")", "after")))
    text = source.text(params)
    return Converted(notes=(f"Paddle raises unless `{text}` is a list of parameters",))


def _is_list(source: Source, params: cst.BaseExpression) -> bool:
    match params:
        case cst.List() | cst.ListComp():
            return True
        case cst.BinaryOperation(operator=cst.Add(), left=left, right=right):
            return _is_list(source, left) and _is_list(source, right)
        case cst.Call(func=cst.Attribute(attr=cst.Name("parameters"))):
            return True
    return _called(source, params) in LISTS


def _is_filled(source: Source, params: cst.BaseExpression) -> bool:
    return isinstance(params, cst.Name) and is_collected(source, params, _is_list)


def _is_iterator(source: Source, params: cst.BaseExpression) -> bool:
    return isinstance(params, cst.GeneratorExp) or _called(source, params) in ITERATORS


def _called(source: Source, node: cst.BaseExpression) -> str:
    return (outside_name(source, node.func) or "") if isinstance(node, cst.Call) else ""
