"""One bundle's constructions as bridge's, each in the place that it needs.

OneFlow's stay where they are. Paddle makes a scheduler before its optimizer and bridge after it:
the scheduler's statement moves down, where nothing that it reads can have changed on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.inward.arguments import BASE_LR, Given, as_edits, bound_arguments, translate
from codemods.inward.places import Place, is_movable, place_of, why_fixed
from codemods.inward.signatures import native_signature
from codemods.inward.tables import ROWS
from codemods.model import Blocked, RewriteStatement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.analysis.bundles import Bundle
    from codemods.analysis.facts import Construct
    from codemods.inward.arguments import Parts
    from codemods.inward.links import Links
    from codemods.inward.tables import Inward
    from codemods.model import Edit
    from codemods.syntax.source import Source


@dataclass(frozen=True, slots=True)
class Spelled:
    """A scheduler that is written out anew: `statement = call`, behind the statement `after`.

    It is built on `first`: the text of an optimizer, or a scheduler that stands in its own call.
    """

    construct: Construct
    given: Given
    first: str | Construct
    target: str = ""
    after: cst.SimpleStatementLine | None = None


@dataclass(slots=True)
class Built:
    """What becomes of a bundle.

    `removed` are the statements whose text goes elsewhere, `replaced` the uses that are gone.
    """

    edits: list[Edit] = field(default_factory=list)
    spelled: dict[cst.Call, Spelled] = field(default_factory=dict)
    removed: list[cst.BaseSmallStatement] = field(default_factory=list)
    replaced: list[cst.CSTNode] = field(default_factory=list)


def build(source: Source, found: Bundle, links: Links, framework: str) -> Built | Blocked:
    """Decide on a bundle's constructions."""
    givens: dict[cst.Call, Given] = {}
    for construct in found.constructs:
        row = ROWS.get(construct.reference.qualified)
        if row is None:
            return Blocked(f"bridge has nothing that equals {construct.reference.qualified}")
        is_driven = framework == "paddle" and (
            construct.role == "scheduler" or _given_scheduler(construct, links) is not None
        )
        given = translate(source, construct.call, row, but=BASE_LR if is_driven else "")
        if isinstance(given, Blocked):
            return given
        givens[construct.call] = given
    if framework == "paddle":
        return _Paddle(source, found, links, givens).build()
    edits = [e for c in found.constructs for e in as_edits(c.call, _row(c), givens[c.call])]
    return Built(edits)


def _row(construct: Construct) -> Inward:
    return ROWS[construct.reference.qualified]


def _learning_rate(construct: Construct) -> cst.Arg | None:
    bound = bound_arguments(construct.call, _row(construct))
    return None if isinstance(bound, Blocked) else bound.get(BASE_LR)


def _given_scheduler(construct: Construct, links: Links) -> Construct | None:
    argument = _learning_rate(construct)
    return links.held.get(argument.value) if argument is not None else None


class _Paddle:
    def __init__(
        self, source: Source, found: Bundle, links: Links, givens: dict[cst.Call, Given]
    ) -> None:
        self.source, self.found, self.links, self.givens = source, found, links, givens
        self.built = Built()

    def build(self) -> Built | Blocked:
        optimizer = self.found.optimizers[0]
        if (reason := self._unfit(optimizer)) is not None:
            return Blocked(reason)
        given, driver = self.givens[optimizer.call], _given_scheduler(optimizer, self.links)
        if driver is not None and (argument := _learning_rate(optimizer)) is not None:
            base = self._base(driver)
            if isinstance(base, Blocked):
                return base
            named: Mapping[cst.Arg, tuple[str | None, Parts]]
            named = {argument: ("lr", (base,)) if base else (None, ())}
            given = Given({**given.renamed, **named}, given.written)
        self.built.edits += as_edits(optimizer.call, _row(optimizer), given)
        place = place_of(self.source, optimizer.call)
        for scheduler in self.found.schedulers:
            reason = None if place is None else self._scheduler(scheduler, place)
            if reason is not None:
                return Blocked(reason)
        return self.built

    def _unfit(self, optimizer: Construct) -> str | None:
        bound = bound_arguments(optimizer.call, _row(optimizer))
        driver = _given_scheduler(optimizer, self.links)
        if len(self.found.optimizers) != 1:
            return "one scheduler may drive several optimizers"
        if isinstance(bound, Blocked) or "parameters" not in bound:
            return "it is not told its parameters"
        if self.found.schedulers and place_of(self.source, optimizer.call) is None:
            return "the optimizer is not assigned to one name"
        if driver is not None and place_of(self.source, driver.call) is None:
            return "its scheduler has no name by which it could be stepped"
        return None

    def _base(self, scheduler: Construct) -> str | Blocked:
        """Return what the learning rate starts from, empty where the schedule says it itself."""
        bound = bound_arguments(scheduler.call, _row(scheduler))
        if isinstance(bound, Blocked):
            return bound
        for name in (BASE_LR, "max_learning_rate", "base_learning_rate"):
            if name in bound:
                value = bound[name].value
                inner = self.links.held.get(value)
                if inner is not None:
                    return self._base(inner)
                if not is_movable(value):
                    return Blocked(f"`{self.source.text(value)}` would be evaluated elsewhere")
                return self.source.text(value)
        default = native_signature(_row(scheduler).native).parameters.get(BASE_LR)
        return "" if default is None else repr(default.default)

    def _scheduler(self, scheduler: Construct, optimizer: Place) -> str | None:
        inner = _given_scheduler(scheduler, self.links)
        first: str | Construct = optimizer.target
        if inner is not None:
            named = place_of(self.source, inner.call)
            first = named.target if named is not None else inner
        given = self.givens[scheduler.call]
        if scheduler.call in self.links.held:  # it stands within another scheduler's call
            self.built.spelled[scheduler.call] = Spelled(scheduler, given, first)
            return None
        if scheduler.call in self.links.attached:
            return self._attached(scheduler, optimizer)
        place = place_of(self.source, scheduler.call)
        if place is None:
            return "the scheduler is not assigned to one name"
        reason = why_fixed(self.source, place, optimizer, self._values(scheduler))
        if reason is None:
            self.built.removed.append(place.statement)
            self.built.spelled[scheduler.call] = Spelled(
                scheduler, given, first, place.target, optimizer.line
            )
        return reason

    def _values(self, scheduler: Construct) -> Iterator[cst.BaseExpression]:
        """Yield what a scheduler's call reads, and what the schedulers inside it read."""
        for argument in scheduler.call.args:
            inner = self.links.held.get(argument.value)
            if inner is None:
                yield argument.value
            elif inner.call is argument.value:
                yield from self._values(inner)

    def _attached(self, scheduler: Construct, optimizer: Place) -> str | None:
        """Build a scheduler on its optimizer where it stands, and drop `set_lr_scheduler`."""
        call, given = scheduler.call, self.givens[scheduler.call]
        argument = _learning_rate(scheduler)
        shared = f"{optimizer.target}.get_lr()"
        if argument is None or self.source.text(argument.value) != shared:
            return f"the scheduler's learning rate is not `{shared}`"
        named = {argument: ("optimizer", (optimizer.target,))}
        given = Given({**named, **given.renamed}, given.written)
        statement = self.source.parents[self.links.attached[call]]
        if not isinstance(statement, cst.Expr):
            return "the result of `set_lr_scheduler` is used"
        self.built.edits += as_edits(call, _row(scheduler), given)
        self.built.edits.append(RewriteStatement(statement, ()))
        # What asks for the rate that it is built on is gone.
        self.built.replaced.append(argument.value)
        return None
