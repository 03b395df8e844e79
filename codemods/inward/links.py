"""Which scheduler drives which optimizer in Paddle, where the scheduler is made first.

    scheduler = paddle.optimizer.lr.StepDecay(0.1, 30)
    optimizer = paddle.optimizer.SGD(learning_rate=scheduler, ...)

or `optimizer.set_lr_scheduler(scheduler)`; and LinearWarmup may hold another scheduler. In OneFlow
a scheduler is given the optimizer, as in torch, or by WarmUpLR another scheduler.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.facts import Escape, MethodCall

if TYPE_CHECKING:
    from codemods.analysis.facts import Construct, Facts
    from codemods.syntax.source import Source

ATTACH = "set_lr_scheduler"


@dataclass(slots=True)
class Links:
    """The schedulers that constructions are given, by the nodes that name them.

    `attached` are the calls of `set_lr_scheduler` by the scheduler that each is given, `asked` the
    calls `scheduler()`, which read its learning rate.
    """

    held: dict[cst.CSTNode, Construct] = field(default_factory=dict)
    attached: dict[cst.Call, cst.Call] = field(default_factory=dict)
    asked: list[cst.Call] = field(default_factory=list)


def link(source: Source, facts: Facts) -> Links:
    """Write Paddle's way of building into the facts: links in place of escapes and orphans."""
    found = Links()
    by_call: dict[cst.CSTNode | None, Construct] = {c.call: c for c in facts.constructs}
    for node, key, holder in facts.handed:
        made = facts.slots[key].constructs
        if len(made) == 1 and made[0].role == "scheduler":
            found.held[node] = made[0]
            _join(facts, made[0], holder)
    for inner in [c for c in facts.constructs if c.call in facts.loose]:
        outer = source.enclosing(inner.call, cst.Call)
        if inner.role == "scheduler" and outer in by_call:
            del facts.loose[inner.call]
            found.held[inner.call] = inner
            _join(facts, inner, by_call[outer])
    for slot in facts.slots.values():
        for use in [u for u in slot.uses if isinstance(u, Escape)]:
            parent = source.parents.get(use.node)
            if use.node in found.held:
                slot.uses.remove(use)
            elif isinstance(parent, cst.Call) and parent.func is use.node:
                found.asked.append(parent)
                slot.uses.remove(use)
            elif use.consumer.endswith(f".{ATTACH}") and len(slot.constructs) == 1:
                slot.uses.remove(use)
                _attach(source, facts, slot.constructs[0], use.node, found)
    return found


def _attach(
    source: Source, facts: Facts, scheduler: Construct, node: cst.CSTNode, found: Links
) -> None:
    call = source.enclosing(node, cst.Call)
    for slot in facts.slots.values():
        for use in [u for u in slot.uses if isinstance(u, MethodCall)]:
            if use.call is call:
                slot.uses.remove(use)
                facts.orphans.pop(scheduler.call, None)
                facts.links[scheduler.call] = slot.key
                found.attached[scheduler.call] = use.call


def _join(facts: Facts, scheduler: Construct, holder: Construct) -> None:
    facts.orphans.pop(scheduler.call, None)
    facts.orphans.pop(holder.call, None)
    if (driven := facts.links.get(scheduler.call)) is not None:
        facts.links[holder.call] = driven
        return
    for slot in facts.slots.values():
        if holder in slot.constructs:
            facts.links[scheduler.call] = slot.key
