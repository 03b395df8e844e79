"""Where a construction stands, and whether its statement may stand elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.syntax.source import Source

# Built-in functions that give the same wherever they are called.
REPEATABLE = frozenset({"abs", "float", "int", "len", "list", "max", "min", "range", "round"})


@dataclass(frozen=True, slots=True)
class Place:
    """`target = call` on a line of its own."""

    target: str
    statement: cst.BaseSmallStatement
    line: cst.SimpleStatementLine
    block: cst.CSTNode


def place_of(source: Source, call: cst.Call) -> Place | None:
    """Return where a call is assigned to one name, None if it is used in another way."""
    statement = source.parents[call]
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        target = statement.targets[0].target
    elif isinstance(statement, cst.AnnAssign):
        target = statement.target
    else:
        return None
    line = source.parents[statement]
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    return Place(source.text(target), statement, line, source.parents[line])


def why_fixed(
    source: Source, first: Place, second: Place, values: Iterable[cst.BaseExpression]
) -> str | None:
    """Say why a statement that reads `values` cannot move to directly after another one."""
    lines = list(getattr(first.block, "body", ()))
    if first.block is not second.block:
        return "the scheduler is not made in the block of its optimizer"
    start, end = lines.index(first.line), lines.index(second.line)
    if start > end:
        return "the optimizer is made before the scheduler that it is given"
    between = lines[start + 1 : end + 1]
    bound = {
        source.text(target.target)
        for line in between
        for node in walk(line)
        if isinstance(node, cst.Assign)
        for target in node.targets
    }
    for value in values:
        if not is_movable(value):
            return f"`{source.text(value)}` would be evaluated after the optimizer is made"
        names = {n.value for n in walk(value) if isinstance(n, cst.Name)}
        if names & bound:
            return f"`{min(names & bound)}` changes between the scheduler and its optimizer"
    return None


def is_movable(node: cst.BaseExpression) -> bool:
    """Tell whether an expression has no effect and may be evaluated a little later."""
    return isinstance(node, cst.Lambda) or not any(_acts(n) for n in walk(node))


def _acts(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return not (isinstance(node.func, cst.Name) and node.func.value in REPEATABLE)
    return isinstance(node, cst.Await | cst.Yield | cst.NamedExpr)
