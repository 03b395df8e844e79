"""class X(torch's LRScheduler) -> class X(paddle.optimizer.lr.LRScheduler).

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/LRScheduler_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import UNKNOWN, is_builtin, value_of
from codemods.analysis.facts import MethodCall
from codemods.analysis.whereabouts import is_variable
from codemods.model import Blocked, Converted, Insert, Replace
from codemods.rules.own import lacks_one_group, read, verbose_notes
from codemods.rules.own.arguments import given_to
from codemods.rules.own.edits import common_edits, written
from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.analysis.facts import Construct
    from codemods.model import Edit, Outcome
    from codemods.rules.own import OwnScheduler
    from codemods.rules.own.iterating import Rate
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

NATIVE: Final = "paddle.optimizer.lr.LRScheduler"
CODE: Final = "PD302"
LEARNING_RATE: Final = "learning_rate"
# What Paddle's base keeps under names that a class may have for something else.
RESERVED: Final = frozenset(
    (
        "_state_keys",
        "_var_name",
        "base_lr",
        "keys",
        "last_lr",
        "set_dict",
        "set_state_dict",
        "state_keys",
        "verbose",
    )
)
REQUIRES: Final = ("one scheduler", "one rate")
WORDS: Final[Mapping[Rate, str]] = {"base": "self.base_lr", "now": "self.last_lr"}


def convert_own(around: Surroundings, construct: Construct) -> Outcome:
    """Write a scheduler of the file's own class, and that class, as Paddle's."""
    own = read(around, construct, RESERVED)
    if isinstance(own, Blocked):
        return own
    given = given_to(construct)
    for requirement in REQUIRES:
        if (reason := around.lacks(requirement, construct, given)) is not None:
            return Blocked(reason)
    reason = lacks_one_group(around) if own.needs_one_group else None
    if (reason := reason or _differs_on_resume(around, own, given)) is not None:
        return Blocked(reason)
    if own.init is not None and _has_name(own.init, LEARNING_RATE):
        return Blocked(f"its `__init__` has a `{LEARNING_RATE}` of its own")
    edits = [*_called(given), *_begun(own), *common_edits(own)]
    for rates in own.rates:
        edits += written(around.source, rates, WORDS)
    return Converted(tuple(edits), verbose_notes(own, construct), NATIVE, CODE)


def _called(given: Mapping[str, cst.Arg]) -> Iterator[Edit]:
    """Give the rate of the optimizer in the place of the optimizer."""
    optimizer = next(iter(given.values()))
    yield Insert(optimizer.value, ".get_lr()", "after")
    if optimizer.keyword is not None:
        yield Replace(optimizer.keyword, (LEARNING_RATE,))


def _begun(own: OwnScheduler) -> Iterator[Edit]:
    """Take a rate where torch's constructor takes the optimizer."""
    if own.init is None or own.start is None:
        return
    parameter = own.init.params.params[1]
    yield Replace(parameter.name, (LEARNING_RATE,))
    if parameter.annotation is not None:
        yield Replace(parameter.annotation.annotation, ("float",))
    yield from (Replace(node, (LEARNING_RATE,)) for node in own.optimizers)
    if (keyword := own.start.args[0].keyword) is not None:
        yield Replace(keyword, (LEARNING_RATE,))


def _differs_on_resume(
    around: Surroundings, own: OwnScheduler, given: Mapping[str, cst.Arg]
) -> str | None:
    """Return what torch's state has of a class, and Paddle's has not; None if it is all constant.

    Paddle saves the last epoch and the last rate, torch all that the instance keeps.
    """
    loads = (u for _, u in around.bundle.uses() if isinstance(u, MethodCall))
    if all(use.method != "load_state_dict" for use in loads):
        return None
    source = around.source
    told = [argument.value for argument in list(given.values())[1:]]
    parameters = own.init.params.params if own.init is not None else ()
    told += [p.default for p in parameters if p.default is not None]
    read = _read_elsewhere(source, own.init) if own.init is not None else ()
    for value in (*told, *read):
        if value_of(source, value) is UNKNOWN:
            return f"on resume torch has `{source.text(value)}` from the checkpoint, Paddle anew"
    return "its `get_lr` may change what torch saves" if own.has_effects else None


def _read_elsewhere(source: Source, init: cst.FunctionDef) -> Iterator[cst.Name]:
    """Yield what a constructor reads, and has not been given."""
    owner = source.enclosing(init, cst.ClassDef)
    for node in walk(init.body):
        if not isinstance(node, cst.Name) or not is_variable(source, node):
            continue
        scope = source.scopes.get(node)
        bound = [getattr(a, "node", None) for a in scope[node.value]] if scope is not None else []
        is_own = bound and all(n is owner or (n and init in source.ancestors(n)) for n in bound)
        if not is_own and not is_builtin(source, node):
            yield node


def _has_name(function: cst.FunctionDef, name: str) -> bool:
    return any(isinstance(node, cst.Name) and node.value == name for node in walk(function))
