"""Bundles: an optimizer, every scheduler built on it and every use of either, ported as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.analysis.facts import AttributeUse, Away, Escape, MethodCall

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import libcst as cst

    from codemods.analysis.facts import Construct, Facts, Role, Slot, SlotKey


@dataclass(eq=False, slots=True)
class Bundle:
    """What has to be ported together, and the escapes that forbid native code."""

    optimizers: list[Construct] = field(default_factory=list)
    schedulers: list[Construct] = field(default_factory=list)
    optimizer_slots: list[Slot] = field(default_factory=list)
    scheduler_slots: list[Slot] = field(default_factory=list)
    escapes: list[Escape] = field(default_factory=list)
    links: dict[cst.Call, SlotKey] = field(default_factory=dict)

    @property
    def constructs(self) -> list[Construct]:
        return [*self.optimizers, *self.schedulers]

    def uses(self) -> Iterator[tuple[Role, MethodCall | AttributeUse]]:
        """Yield every use in this file that is no escape, with what it is a use of."""
        for role, slot in self.slots():
            yield from ((role, u) for u in slot.uses if isinstance(u, MethodCall | AttributeUse))

    def away(self) -> Iterator[tuple[Role, Away]]:
        """Yield every use in another file, with what it is a use of."""
        for role, slot in self.slots():
            yield from ((role, u) for u in slot.uses if isinstance(u, Away))

    def slots(self) -> Iterator[tuple[Role, Slot]]:
        """Yield every slot, with what it holds."""
        yield from (("optimizer", slot) for slot in self.optimizer_slots)
        yield from (("scheduler", slot) for slot in self.scheduler_slots)


def bundle(facts: Facts) -> list[Bundle]:
    """Group a file's constructions and slots by what reaches what."""
    groups = _grouped(facts)
    bundles: dict[Hashable, Bundle] = {}
    for construct in facts.constructs:
        made = bundles.setdefault(groups.root(construct.call), Bundle())
        (made.optimizers if construct.role == "optimizer" else made.schedulers).append(construct)
        if (loose := facts.loose.get(construct.call)) is not None:
            made.escapes.append(loose)
        if construct.call in facts.links:
            made.links[construct.call] = facts.links[construct.call]
        if (orphan := facts.orphans.get(construct.call)) is not None:
            made.escapes.append(Escape(construct.call, orphan))
    roles = _roles(facts)
    for key, slot in facts.slots.items():
        if (owner := bundles.get(groups.root(key))) is None:
            continue
        owner.escapes.extend(u for u in slot.uses if isinstance(u, Escape))
        held = roles.get(key, {"optimizer"})
        if len(held) > 1:
            mixed = slot.constructs[0].call if slot.constructs else owner.constructs[0].call
            owner.escapes.append(Escape(mixed, "one name holds an optimizer and a scheduler"))
        (owner.scheduler_slots if held == {"scheduler"} else owner.optimizer_slots).append(slot)
    return list(bundles.values())


def _grouped(facts: Facts) -> _Groups:
    groups = _Groups()
    for key, slot in facts.slots.items():
        origins = (i.origin for i in slot.inflows if i.origin is not None)
        groups.join(key, *origins, *(c.call for c in slot.constructs))
    for call, key in facts.links.items():
        groups.join(call, key)
    for construct in facts.constructs:
        # A class of the file is ported itself, with all that it makes.
        groups.join(construct.owner or construct.call, construct.call)
    return groups


def _roles(facts: Facts) -> dict[SlotKey, set[Role]]:
    """Tell what each slot holds, following what is handed from slot to slot."""
    roles: dict[SlotKey, set[Role]] = {
        key: {c.role for c in slot.constructs} for key, slot in facts.slots.items()
    }
    changed = True
    while changed:
        changed = False
        for key, slot in facts.slots.items():
            for inflow in slot.inflows:
                new = roles[inflow.origin] - roles[key] if inflow.origin is not None else set()
                changed = changed or bool(new)
                roles[key] |= new
    return roles


class _Groups:
    """Union-find over slot keys and calls."""

    def __init__(self) -> None:
        self.parent: dict[Hashable, Hashable] = {}

    def root(self, item: Hashable) -> Hashable:
        while (above := self.parent.get(item, item)) != item:
            item = above
        return item

    def join(self, first: Hashable, *others: Hashable | cst.CSTNode) -> None:
        for other in others:
            self.parent[self.root(other)] = self.root(first)
