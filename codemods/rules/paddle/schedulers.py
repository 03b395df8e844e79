"""torch.optim.lr_scheduler.X(optimizer, ...) -> paddle.optimizer.lr.Y(lr, ...), and attach it.

In torch the scheduler holds the optimizer; in Paddle the optimizer holds the scheduler.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.callees import optimizer_argument
from codemods.model import AppendLine, Blocked

if TYPE_CHECKING:
    from codemods.facts import Construct
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings


def attach(around: Surroundings, construct: Construct, outcome: Outcome) -> Outcome:
    """Hand the scheduler to the optimizer that it is built on."""
    if isinstance(outcome, Blocked):
        return outcome
    call = construct.call
    optimizer = optimizer_argument(call)
    statement = around.source.parents.get(call)
    line = around.source.enclosing(call, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    if optimizer is None or not isinstance(statement, cst.Assign):
        return Blocked("the scheduler is not made by a plain assignment")
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return Blocked("the scheduler is not made in a line of its own")
    source = around.source
    name = source.text(statement.targets[0].target)
    attached = AppendLine(line, f"{source.text(optimizer)}.set_lr_scheduler({name})")
    return replace(outcome, edits=(*outcome.edits, attached))
