"""What is written in a class of the file, whatever framework its base is of from now on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.model import Replace, RewriteStatement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.model import Edit
    from codemods.rules.own.iterating import Rate
    from codemods.rules.own.model import OwnScheduler
    from codemods.rules.own.rates import Rates
    from codemods.syntax.source import Source

# What a branch of a conditional expression cannot be without parentheses.
LOOSE: Final = (cst.IfExp, cst.Lambda, cst.NamedExpr)


def common_edits(own: OwnScheduler) -> Iterator[Edit]:
    """Yield what takes out the needless, and annotates what is a number from now on."""
    for statement in own.needless:
        yield RewriteStatement(statement, ())
    for function in own.formulas:
        if function.returns is not None:
            yield Replace(function.returns.annotation, ("float",))


def written(source: Source, rates: Rates, words: Mapping[Rate, str]) -> Iterator[Edit]:
    """Yield the edits that leave of a list what it has for one group."""
    for node, rate in rates.reads:
        if source.text(node) != words[rate]:
            yield Replace(node, (words[rate],))
    for statement in rates.around:
        yield RewriteStatement(statement, ())
    if isinstance(rates.node, cst.For):
        indent = source.indent(rates.node)
        lines = [part for line in rates.node.body.body[:-1] for part in (line, indent)]
        yield Replace(rates.node, (*lines, "return ", rates.element))
    elif rates.element is not rates.node:
        yield _unwrapped(source, rates, rates.node)


def has_comment(source: Source, rates: Rates) -> bool:
    """Tell whether a comment stands in what would be left out of a list."""
    is_list = rates.element is not rates.node and not isinstance(rates.node, cst.For)
    return is_list and "#" in _around(source, rates)[1]


def _unwrapped(source: Source, rates: Rates, node: cst.BaseExpression) -> Edit:
    before, after = _around(source, rates)
    opening, closing = before.strip(), after.partition("for")[0].strip(" \t\f\r\n,")
    text = source.text(rates.element)
    if "#" in before or ("\n" in text and not opening and ("\n" in before or _breaks(text))):
        blank = after[len(after.rstrip()) :]
        opening, closing = f"({before}", f"{closing}{blank if before.strip(' ') else ''})"
    elif not opening and _needs_brackets(source, rates):
        opening, closing = "(", ")"
    return Replace(node, (opening, rates.element, closing))


def _around(source: Source, rates: Rates) -> tuple[str, str]:
    """Return what stands before and after the element within its brackets."""
    brackets = rates.node.left if isinstance(rates.node, cst.BinaryOperation) else rates.node
    start, end = source.start(brackets) + 1, source.end(brackets) - 1
    before = source.data[start : source.start(rates.element)]
    return before.decode(), source.data[source.end(rates.element) : end].decode()


def _needs_brackets(source: Source, rates: Rates) -> bool:
    is_branch = isinstance(source.parents[rates.node], cst.IfExp)
    return isinstance(rates.element, LOOSE if is_branch else cst.NamedExpr)


def _breaks(text: str) -> bool:
    """Tell whether an expression goes on in another line without brackets around it."""
    try:
        ast.parse(text)
    except SyntaxError:
        return True
    return False
