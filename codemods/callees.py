"""Which function of the file a call calls, and which parameter an argument becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

if TYPE_CHECKING:
    from codemods.source import Source


def optimizer_argument(call: cst.Call) -> cst.BaseExpression | None:
    """Return the optimizer that a scheduler's call is given, if it is written out."""
    for position, argument in enumerate(call.args):
        if argument.star:
            return None
        by_name = argument.keyword is not None and argument.keyword.value == "optimizer"
        if by_name or (argument.keyword is None and position == 0):
            return argument.value
    return None


def local_function(source: Source, call: cst.Call) -> cst.FunctionDef | None:
    """Return the function of this file that a call calls, if it can be no other."""
    if not isinstance(call.func, cst.Name):
        return None
    scope = source.scopes.get(call.func)
    assignments = list(scope[call.func.value]) if scope is not None else []
    if len(assignments) != 1 or not isinstance(assignments[0], Assignment):
        return None
    node = assignments[0].node
    if not isinstance(node, cst.FunctionDef) or node.decorators:
        return None
    return node if isinstance(node.body, cst.IndentedBlock) else None


def parameter_of(function: cst.FunctionDef, call: cst.Call, argument: cst.Arg) -> cst.Param | None:
    """Return the parameter that an argument of a call becomes; None where stars hide it."""
    if any(a.star for a in call.args):
        return None
    positional = [*function.params.posonly_params, *function.params.params]
    if argument.keyword is None:
        position = [a for a in call.args if a.keyword is None].index(argument)
        return positional[position] if position < len(positional) else None
    named = [*function.params.params, *function.params.kwonly_params]
    return next((p for p in named if p.name.value == argument.keyword.value), None)
