"""A scheduler made right after its optimizer: made before it, and handed to its constructor.

    optimizer = torch.optim.SGD(params, lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)

becomes

    scheduler = paddle.optimizer.lr.StepDecay(learning_rate=0.1, step_size=30)
    optimizer = paddle.optimizer.SGD(parameters=params, learning_rate=scheduler)

where nothing stands between the two, and neither's arguments can tell which came first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import libcst as cst

from bridge.equivalents import equivalents_of
from codemods.analysis.arguments import Unbound, bind
from codemods.analysis.callees import is_imported, optimizer_argument
from codemods.model import Converted, Insert, Replace, RewriteStatement
from codemods.rules.own.quiet import is_quiet
from codemods.signatures import signature

if TYPE_CHECKING:
    from codemods.analysis.facts import Construct
    from codemods.model import Edit
    from codemods.rules.requirements import Surroundings
    from codemods.syntax.source import Source

# What can be evaluated earlier with the same result: it does nothing but read.
READS: Final = (
    cst.Attribute,
    cst.BinaryOperation,
    cst.Element,
    cst.Lambda,
    cst.List,
    cst.Name,
    cst.BaseNumber,
    cst.SimpleString,
    cst.Subscript,
    cst.Tuple,
    cst.UnaryOperation,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """An optimizer and its only scheduler, in two lines that follow each other."""

    made: cst.Assign
    lr: cst.Arg
    scheduled: cst.Assign
    scheduler: Construct


def pair_of(around: Surroundings) -> Pair | None:
    """Return what can be joined in a bundle, None where a line or an argument is in the way."""
    source, found = around.source, around.bundle
    if len(found.optimizers) != 1 or len(found.schedulers) != 1 or _asks(found.schedulers[0]):
        return None
    optimizer, scheduler = found.optimizers[0], found.schedulers[0]
    made, scheduled = source.parents.get(optimizer.call), source.parents.get(scheduler.call)
    driven = optimizer_argument(scheduler.call)
    lr = _lr(optimizer)
    if not isinstance(made, cst.Assign) or not isinstance(scheduled, cst.Assign):
        return None
    target = made.targets[0].target
    if lr is None or driven is None or len(made.targets) != 1 or len(scheduled.targets) != 1:
        return None
    is_same = isinstance(target, cst.Name | cst.Attribute) and driven.deep_equals(target)
    others = [a.value for a in scheduler.call.args if a.value is not driven]
    is_free = all(_only_reads(n) and not _names(n, target) for n in [*others, lr.value])
    if scheduler.owner is not None and not is_quiet(source, scheduler.owner, target):
        return None
    name = scheduled.targets[0].target
    is_ours = isinstance(name, cst.Name | cst.Attribute) and not _names(made.value, name)
    if is_same and is_free and is_ours and not _uses_imports(source, lr.value):
        is_next = _are_neighbours(source, made, scheduled)
        return Pair(made, lr, scheduled, scheduler) if is_next else None
    return None


def join_optimizer(around: Surroundings, pair: Pair, outcome: Converted) -> Converted:
    """Hand the scheduler to the optimizer, and put its line before."""
    source = around.source
    name = source.text(pair.scheduled.targets[0].target)
    edits: list[Edit] = [e for e in outcome.edits if not _is_of(e, pair.lr.value)]
    edits.append(Replace(pair.lr.value, (name,)))
    line = source.parents[pair.made]
    indent = source.indent(line) if isinstance(line, cst.SimpleStatementLine) else ""
    head = f"{indent}{source.text(pair.made.targets[0].target)} = "
    edits.append(Replace(pair.made, (pair.scheduled, head, pair.made.value)))
    return replace(outcome, edits=tuple(edits))


def join_scheduler(around: Surroundings, pair: Pair, outcome: Converted) -> Converted:
    """Give the scheduler the rate itself, and take its line away where it was."""
    driven = optimizer_argument(pair.scheduler.call)
    lr = around.source.text(pair.lr.value)
    edits: list[Edit] = []
    for edit in outcome.edits:
        is_rate = isinstance(edit, Insert) and edit.node is driven
        edits.append(Replace(edit.node, (lr,)) if is_rate and isinstance(edit, Insert) else edit)
    return replace(outcome, edits=(*edits, RewriteStatement(pair.scheduled, ())))


def _asks(scheduler: Construct) -> bool:
    """Tell whether what is written for a scheduler asks the optimizer for its rate."""
    written = [w for row in equivalents_of("paddle", scheduler.name) for w in row.written.values()]
    return any(re.search(r"\blr\b", text) for text in written)


def _lr(optimizer: Construct) -> cst.Arg | None:
    torch_signature = signature(optimizer.reference.qualified)
    bound = bind(optimizer.call, torch_signature) if torch_signature is not None else {}
    return None if isinstance(bound, Unbound) else bound.get("lr")


def _are_neighbours(source: Source, first: cst.Assign, second: cst.Assign) -> bool:
    """Tell whether two statements have lines of their own, one after the other, and no comments."""
    one, other = source.parents.get(first), source.parents.get(second)
    block = source.parents.get(one) if one is not None else None
    if not isinstance(block, cst.Module | cst.IndentedBlock) or one not in block.body:
        return False
    place = block.body.index(one)
    if list(block.body[place + 1 : place + 2]) != [other]:
        return False
    for line in (one, other):
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
            return False
    end = source.data.find(b"\n", source.end(second))
    end = end if end >= 0 else len(source.data)
    return b"#" not in source.data[source.start(first) : end]


def _only_reads(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Lambda):
        return True
    is_expression = isinstance(node, cst.BaseExpression)
    return (not is_expression or isinstance(node, READS)) and all(
        _only_reads(child) for child in node.children
    )


def _uses_imports(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether an expression has names that the port may write in another way."""
    is_one = isinstance(node, cst.Name) and is_imported(source, node)
    return is_one or any(_uses_imports(source, child) for child in node.children)


def _names(node: cst.CSTNode, target: cst.CSTNode) -> bool:
    """Tell whether an expression names what is assigned to, or a part of it."""
    return node.deep_equals(target) or any(_names(child, target) for child in node.children)


def _is_of(edit: Edit, node: cst.CSTNode) -> bool:
    return isinstance(edit, Replace) and edit.node is node
