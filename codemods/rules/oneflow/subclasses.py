"""class X(torch's LRScheduler) -> class X(oneflow.optim.lr_scheduler._LRScheduler).

OneFlow's `get_lr` is given a group's base rate and the step, and is asked for each group.
https://github.com/Oneflow-Inc/oneflow/blob/v0.9.0/python/oneflow/nn/optimizer/lr_scheduler.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.groups import writes
from codemods.model import Blocked, Converted, Insert, Replace
from codemods.rules.own import lacks_one_group, read, verbose_notes
from codemods.rules.own.arguments import LAST_EPOCH, given_to
from codemods.rules.own.edits import common_edits, written
from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.analysis.facts import Construct
    from codemods.model import Edit, Outcome
    from codemods.rules.own import OwnScheduler
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

NATIVE: Final = "oneflow.optim.lr_scheduler._LRScheduler"
CODE: Final = "OF302"
LAST_STEP: Final = "last_step"
# What OneFlow's base keeps under names that a class may have for something else.
RESERVED: Final = frozenset(
    ("_init_base_lrs", "_last_lr", LAST_STEP, "print_lr", "update_lrs", "verbose")
)
# The names for what `get_lr` is given, the first that the function has not for something else.
BASE_LR: Final = ("base_lr", "initial_lr")
STEP: Final = ("step", LAST_STEP)
# The rate that the only group has.
NOW: Final = 'self.optimizer.param_groups[0]["lr"]'


def convert_own(around: Surroundings, construct: Construct) -> Outcome:
    """Write a scheduler of the file's own class, and that class, as OneFlow's."""
    own = read(around, construct, RESERVED)
    if isinstance(own, Blocked):
        return own
    if (reason := _lacks(around, construct, own)) is not None:
        return Blocked(reason)
    edits: list[Edit] = [*common_edits(own), *_keywords(own.start or construct.call)]
    for formula in own.formulas:
        given = _free(own, formula, BASE_LR), _free(own, formula, STEP)
        if not all(given):
            return Blocked("its `get_lr` has all names for something else that OneFlow's takes")
        edits += _formula(around.source, own, formula, *given)
    within = {node for formula in own.formulas for node in walk(formula)}
    edits += (Replace(m.attr, (LAST_STEP,)) for m in own.epochs if m not in within)
    return Converted(tuple(edits), verbose_notes(own, construct), NATIVE, CODE)


def _lacks(around: Surroundings, construct: Construct, own: OwnScheduler) -> str | None:
    reason = around.lacks("one scheduler", construct, given_to(construct))
    if reason is not None:
        return reason
    for use, shape in around.group_uses():
        if writes(shape, "initial_lr"):
            line = around.source.line(use.node)
            return f"its groups are used in line {line}, and OneFlow asks for base rates once"
    return lacks_one_group(around) if own.needs_one_group or own.reads_now else None


def _formula(
    source: Source, own: OwnScheduler, formula: cst.FunctionDef, base_lr: str, step: str
) -> Iterator[Edit]:
    """Take what OneFlow gives, and use it."""
    yield Insert(formula.params.params[0].name, f", {base_lr}, {step}", "after")
    within = set(walk(formula))
    for rates in own.rates:
        if rates.node in within:
            yield from written(source, rates, {"base": base_lr, "now": NOW})
    yield from (Replace(member, (step,)) for member in own.epochs if member in within)


def _free(own: OwnScheduler, formula: cst.FunctionDef, names: Sequence[str]) -> str:
    """Return the first of some names that a function has for nothing else, empty if it has all."""
    ours = {node for rates in own.rates for node, _ in rates.reads}
    ours.update(node for rates in own.rates for node in rates.frame)
    body = (node for node in walk(formula.body) if node not in ours)
    taken = {node.value for node in body if isinstance(node, cst.Name)}
    return next((name for name in names if name not in taken), "")


def _keywords(call: cst.Call) -> Iterator[Edit]:
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == LAST_EPOCH:
            yield Replace(argument.keyword, (LAST_STEP,))
