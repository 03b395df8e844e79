"""torch.optim.lr_scheduler.X(optimizer, ...) -> paddle.optimizer.lr.Y(lr, ...), and attach it.

In torch the scheduler holds the optimizer; in Paddle the optimizer holds the scheduler.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.arguments import Unbound, bind
from codemods.callees import optimizer_argument
from codemods.model import AppendLine, Blocked, Insert
from codemods.signatures import signature

if TYPE_CHECKING:
    from codemods.facts import Construct
    from codemods.model import Edit, Outcome
    from codemods.rules.requirements import Surroundings

DIV_FACTOR, FINAL_DIV_FACTOR = "25.0", "10000.0"


def attach(around: Surroundings, construct: Construct, outcome: Outcome) -> Outcome:
    """Start the scheduler from the optimizer's lr, and hand it to the optimizer."""
    if isinstance(outcome, Blocked):
        return outcome
    call = construct.call
    optimizer = optimizer_argument(call)
    statement = around.source.parents.get(call)
    line = around.source.enclosing(call, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    if optimizer is None or not isinstance(statement, cst.Assign):
        return Blocked("the scheduler is not made by a plain assignment")
    if not isinstance(line, cst.SimpleStatementLine):
        return Blocked("the scheduler is made in a one-line block")
    source = around.source
    name = source.text(statement.targets[0].target)
    edits: list[Edit] = [*outcome.edits]
    if construct.name != "OneCycleLR":
        # First: an argument that is added after this one starts at the same byte.
        edits.insert(0, Insert(optimizer, ".get_lr()", "after"))
    edits.append(AppendLine(line, f"{source.text(optimizer)}.set_lr_scheduler({name})"))
    return replace(outcome, edits=tuple(edits))


def finish_one_cycle(around: Surroundings, construct: Construct, outcome: Outcome) -> Outcome:
    """Write the last learning rate out: torch derives it, Paddle takes it as an argument."""
    torch_signature = signature(construct.reference.qualified)
    if isinstance(outcome, Blocked) or torch_signature is None:
        return outcome
    bound = bind(construct.call, torch_signature)
    if isinstance(bound, Unbound) or "total_steps" not in bound:
        return Blocked("Paddle's OneCycleLR needs `total_steps`")

    def written(name: str, default: str) -> str:
        return around.source.text(bound[name].value) if name in bound else default

    end = " / ".join(
        (
            written("max_lr", ""),
            written("div_factor", DIV_FACTOR),
            written("final_div_factor", FINAL_DIV_FACTOR),
        )
    )
    last = Insert(construct.call.args[-1], f", end_learning_rate={end}", "after")
    return replace(outcome, edits=(*outcome.edits, last))
