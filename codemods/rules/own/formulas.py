"""What a scheduler's `get_lr` returns: lists of rates, and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.targets import is_store
from codemods.rules.own.edits import has_comment
from codemods.rules.own.model import UnfitError
from codemods.rules.own.rates import appended, rates_of, single_of
from codemods.syntax.walking import walk
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.rules.own.model import OwnScheduler
    from codemods.rules.own.rates import Rates
    from codemods.syntax.source import Source

SELF: Final = "self"
CALLED_WITHIN_STEP: Final = "_get_lr_called_within_step"


def read_formula(
    source: Source, function: cst.FunctionDef, found: OwnScheduler, done: set[cst.CSTNode]
) -> None:
    """Note what a function returns, and in `done` the nodes that are thereby read.

    Raises:
        UnfitError: if it may return more than lists of rates.
    """
    if source.text(function.params).strip(" ,") != SELF:
        raise UnfitError(f"`{function.name.value}` has arguments")
    found.formulas.append(function)
    body = list(walk(function.body))
    returned = [n for n in body if isinstance(n, cst.Return | cst.Yield)]
    ours = [n for n in returned if source.enclosing(n, cst.FunctionDef, cst.Lambda) is function]
    if not ours:
        raise UnfitError(f"`{function.name.value}` returns nothing")
    for statement in ours:
        for rates in _returned(source, statement):
            if rates.node not in done:
                _take(rates, found, done)
    for node in body:
        if isinstance(node, cst.If) and _is_guard(source, node):
            found.needless.append(node)
            done.update(walk(node.test))
        if isinstance(node, cst.Subscript) and not is_store(source, node):
            single = single_of(SELF, node)
            if single is not None and single.members[0] not in done:
                _take(single, found, done)


def _take(rates: Rates, found: OwnScheduler, done: set[cst.CSTNode]) -> None:
    found.rates.append(rates)
    done.update((rates.node, *rates.members))


def _returned(source: Source, statement: cst.Return | cst.Yield) -> Iterator[Rates]:
    """Yield the lists that a statement may return."""
    line = source.line(statement)
    values: list[cst.BaseExpression] = []
    if isinstance(statement, cst.Return):
        if (rates := appended(source, SELF, statement)) is not None:
            yield rates
            return
        values = _values(source, statement)
    lists = [rates_of(source, SELF, value) for value in values]
    if not lists or None in lists:
        raise UnfitError(f"line {line} returns no list that has a rate for each group")
    for rates in (rates for found in lists for rates in found or ()):
        if has_comment(source, rates):
            line = source.line(rates.node)
            raise UnfitError(f"a comment in the list of line {line} would be left out")
        yield rates


def _values(source: Source, statement: cst.Return) -> list[cst.BaseExpression]:
    """Return what is assigned to a name that is only returned, else the expression."""
    value = statement.value
    if not isinstance(value, cst.Name):
        return [] if value is None else [value]
    scope = source.scopes.get(value)
    found: list[cst.BaseExpression] = []
    for assignment in scope[value.value] if scope is not None else ():
        node = assignment.node if isinstance(assignment, Assignment) else None
        target = source.parents.get(node) if node is not None else None
        made = source.parents.get(target) if target is not None else None
        uses = (source.parents[access.node] for access in assignment.references)
        is_returned = all(isinstance(use, cst.Return) for use in uses)
        is_here = assignment.scope is scope and is_returned
        if not isinstance(made, cst.Assign) or len(made.targets) != 1 or not is_here:
            return []
        found.append(made.value)
    return found


def _is_guard(source: Source, node: cst.If) -> bool:
    """Tell whether a condition only warns who calls `get_lr` by hand, which is not ported."""
    match node:
        case cst.If(
            test=cst.UnaryOperation(operator=cst.Not(), expression=cst.Attribute() as asked),
            orelse=None,
            body=cst.IndentedBlock(body=lines),
        ):
            is_asked = source.text(asked) == f"{SELF}.{CALLED_WITHIN_STEP}"
            no_comment = "#" not in source.text(node)
            return is_asked and no_comment and all(_warns(source, line) for line in lines)
    return False


def _warns(source: Source, line: cst.BaseStatement) -> bool:
    match line:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call(func=function))]):
            return outside_name(source, function) == "warnings.warn"
    return False
