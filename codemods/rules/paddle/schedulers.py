"""torch.optim.lr_scheduler.X(optimizer, ...) -> paddle.optimizer.lr.Y(lr, ...), and attach it.

In torch the scheduler holds the optimizer; in Paddle the optimizer holds the scheduler.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from bridge.equivalents import equivalents_of
from codemods.analysis.arguments import is_pure
from codemods.analysis.callees import optimizer_argument
from codemods.model import AppendLine, Blocked, Converted, Replace, RewriteStatement
from codemods.rules.members import WARM_UP

if TYPE_CHECKING:
    from codemods.analysis.facts import Construct
    from codemods.model import Edit, Outcome
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

NAME = "scheduler"
(LINEAR_WARM_UP,) = equivalents_of("paddle", "SequentialLR")


def attach(around: Surroundings, construct: Construct, outcome: Outcome) -> Outcome:
    """Hand the scheduler to the optimizer that it is built on."""
    if isinstance(outcome, Blocked) or around.composition(construct) is not None:
        return outcome
    source, call = around.source, construct.call
    optimizer = optimizer_argument(call)
    statement = source.parents.get(call)
    line = source.enclosing(call, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    if optimizer is None or not isinstance(statement, cst.Assign | cst.AnnAssign | cst.Return):
        return Blocked("the scheduler is not made by a plain assignment")
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return Blocked("the scheduler is not made in a line of its own")
    driven = source.text(optimizer)
    if not isinstance(statement, cst.Return):
        made = statement if isinstance(statement, cst.AnnAssign) else statement.targets[0]
        name = source.text(made.target)
        attached: Edit = AppendLine(line, f"{driven}.set_lr_scheduler({name})")
        return replace(outcome, edits=(*outcome.edits, attached))
    if _is_used(source, call, NAME):
        return Blocked(f"the scheduler is returned, and `{NAME}` is the name of something else")
    indent = source.indent(line)
    parts = (f"{NAME} = ", call, f"{indent}{driven}.set_lr_scheduler({NAME}){indent}return {NAME}")
    return replace(outcome, edits=(*outcome.edits, Replace(statement, parts)))


def _is_used(source: Source, node: cst.CSTNode, name: str) -> bool:
    """Tell whether the function around a node uses a name already."""
    function = source.enclosing(node, cst.FunctionDef)
    return function is None or any(
        other.value == name and function in source.ancestors(other)
        for other in source.each(cst.Name)
    )


def is_warm_up(around: Surroundings, construct: Construct) -> bool:
    """Tell whether a scheduler is the LinearLR that a SequentialLR begins with."""
    composition = around.composition(construct)
    return composition is not None and construct.name == WARM_UP


def absorb(around: Surroundings, construct: Construct, outcome: Outcome) -> Outcome:
    """Leave a warm-up's LinearLR out: LinearWarmup has its arguments."""
    if isinstance(outcome, Blocked):
        return outcome
    if "#" in around.source.text(construct.call):
        return Blocked("there is a comment within its LinearLR, which would be left out")
    if not all(is_pure(argument.value) for argument in construct.call.args):
        return Blocked("the arguments of its LinearLR are more than numbers and names")
    row = LINEAR_WARM_UP
    absorbed = Converted(notes=outcome.notes, native=row.native, code=row.code, is_absorbed=True)
    statement = around.source.parents.get(construct.call)
    if isinstance(statement, cst.Element):
        return absorbed
    if not isinstance(statement, cst.Assign):
        return Blocked("the scheduler is not made by a plain assignment")
    return replace(absorbed, edits=(RewriteStatement(statement, ()),))
