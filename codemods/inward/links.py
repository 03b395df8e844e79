"""Which scheduler drives which optimizer in Paddle, where the scheduler is made first.

    scheduler = paddle.optimizer.lr.StepDecay(0.1, 30)
    optimizer = paddle.optimizer.SGD(learning_rate=scheduler, ...)

and LinearWarmup may hold another scheduler. In torch and OneFlow a scheduler is given the optimizer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.facts import Escape

if TYPE_CHECKING:
    from codemods.facts import Construct, Facts
    from codemods.source import Source


@dataclass(slots=True)
class Links:
    """The schedulers that constructions are given, by the nodes that name them.

    `asked` are the calls `scheduler()`, which read its learning rate.
    """

    held: dict[cst.CSTNode, Construct] = field(default_factory=dict)
    asked: list[cst.Call] = field(default_factory=list)


def link(source: Source, facts: Facts) -> Links:
    """Write Paddle's way of building into the facts: links in place of escapes and orphans."""
    found = Links()
    for node, key, holder in facts.handed:
        made = facts.slots[key].constructs
        if len(made) == 1 and made[0].role == "scheduler":
            found.held[node] = made[0]
            _join(facts, made[0], holder)
    for call in [c for c in facts.constructs if c.call in facts.loose]:
        outer = source.enclosing(call.call, cst.Call)
        holder = next((c for c in facts.constructs if c.call is outer), None)
        if holder is not None and call.role == "scheduler":
            del facts.loose[call.call]
            found.held[call.call] = call
            _join(facts, call, holder)
    for slot in facts.slots.values():
        for use in [u for u in slot.uses if isinstance(u, Escape)]:
            parent = source.parents.get(use.node)
            if use.node in found.held:
                slot.uses.remove(use)
            elif isinstance(parent, cst.Call) and parent.func is use.node:
                found.asked.append(parent)
                slot.uses.remove(use)
    return found


def _join(facts: Facts, scheduler: Construct, holder: Construct) -> None:
    facts.orphans.pop(scheduler.call, None)
    for slot in facts.slots.values():
        if holder in slot.constructs:
            facts.links[scheduler.call] = slot.key
