"""Whether every optimizer has one scheduler, made once for it, wherever the two are made."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeAlias

import libcst as cst

from codemods.analysis.branches import always_run, are_exclusive, repeats_of, runs_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.analysis.facts import Inflow, Slot, SlotKey
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

# The calls that lead to a scheduler, from where its optimizer is made inwards.
Site: TypeAlias = "tuple[cst.CSTNode, ...]"
DEEPEST: Final = 8


class _AgainError(Exception):
    """A scheduler may be made several times for one optimizer."""


def lacks_one_scheduler(around: Surroundings, *_: object) -> str | None:
    """Return why an optimizer may get several schedulers, None if each gets one at most."""
    pairing = _Pairing(around)
    made_for: dict[cst.CSTNode, list[Site]] = {}
    for scheduler in around.bundle.schedulers:
        key = around.bundle.links.get(scheduler.call)
        if key is None:
            continue  # its optimizer is not followed, which is an escape
        try:
            pairs = list(pairing.pairs((scheduler.call,), scheduler.call, key))
        except _AgainError:
            line = around.source.line(scheduler.call)
            return f"the scheduler in line {line} may be made again for the same optimizer"
        if around.composition(scheduler) is None:
            for made, site in pairs:
                made_for.setdefault(made, []).append(site)
    for sites in made_for.values():
        if not all(_at_most_one(around.source, a, b) for a, b in combinations(sites, 2)):
            return "several schedulers drive it, and natively the last would win"
    return None


class _Pairing:
    def __init__(self, around: Surroundings) -> None:
        self.source: Source = around.source
        self.slots: dict[SlotKey, Slot] = {s.key: s for s in around.bundle.optimizer_slots}

    def pairs(
        self, site: Site, at: cst.CSTNode, key: SlotKey
    ) -> Iterator[tuple[cst.CSTNode, Site]]:
        """Yield where an optimizer is made, and by which calls its scheduler is made for it.

        `at` is where `key` is read for that.
        """
        if key not in self.slots or len(site) > DEEPEST:
            raise _AgainError
        inflows = self.slots[key].inflows
        here = repeats_of(self.source, at)
        made = [i.node for i in inflows if not i.is_argument]
        # What a name held before may be there still, unless it is the function's own.
        is_kept = here is not None and _body_of(key) is not here
        if made and is_kept and not always_run(self.source, made, at):
            raise _AgainError
        for inflow in inflows:
            if inflow.is_argument and inflow.origin is not None:
                if repeats_of(self.source, site[0]) is not _body_of(key):
                    raise _AgainError
                yield from self.pairs((inflow.node, *site), inflow.node, inflow.origin)
            elif not are_exclusive(self.source, inflow.node, at):
                if not runs_after(self.source, inflow.node, at):
                    raise _AgainError
                yield from self._from(site, inflow)

    def _from(self, site: Site, inflow: Inflow) -> Iterator[tuple[cst.CSTNode, Site]]:
        if inflow.origin is None:
            yield inflow.node, site
        elif isinstance(inflow.origin[0], cst.FunctionDef):
            if not self._is_fresh(inflow.origin, inflow.origin[0], DEEPEST):
                raise _AgainError
            yield inflow.node, site
        else:
            yield from self.pairs(site, inflow.node, inflow.origin)

    def _is_fresh(self, key: SlotKey, function: cst.FunctionDef, depth: int) -> bool:
        """Tell whether what a slot holds was made in the run of the function that returns it."""
        if key not in self.slots or depth == 0:
            return False
        for inflow in self.slots[key].inflows:
            is_here = self.source.enclosing(inflow.node, cst.FunctionDef) is function
            if inflow.is_argument or not is_here:
                return False
            if inflow.origin is None:
                continue
            inner = inflow.origin[0]
            maker = inner if isinstance(inner, cst.FunctionDef) else function
            if not self._is_fresh(inflow.origin, maker, depth - 1):
                return False
        return True


def _at_most_one(source: Source, one: Site, other: Site) -> bool:
    """Tell whether two chains of calls end in different branches of the function they part in."""
    parting = next(((a, b) for a, b in zip(one, other, strict=False) if a is not b), None)
    return parting is not None and are_exclusive(source, *parting)


def _body_of(key: SlotKey) -> cst.CSTNode | None:
    """Return the function whose parameter a slot is."""
    return getattr(key[0], "node", None)
