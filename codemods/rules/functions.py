"""Whether a function of the step gives the same number each time that it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.arguments import definition_of, is_builtin, value_of
from codemods.analysis.whereabouts import is_variable
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from codemods.syntax.source import Source

PURE_CALLS = ("abs", "float", "int", "len", "max", "min", "pow", "round", "sum")
PURE_MODULES = ("math.", "numpy.")
CONSTANTS = ("True", "False", "None")
IMPURE_MODULES = ("numpy.random.",)
IMPURE = (cst.Await, cst.Del, cst.Global, cst.NamedExpr, cst.Nonlocal, cst.Yield)


def is_repeatable(source: Source, function: cst.BaseExpression) -> bool:
    """Tell whether a lambda, or a name of a function of the file, depends on its argument alone."""
    return all(_is_pure(source, definition) for definition in _definitions(source, function))


def _definitions(source: Source, function: cst.BaseExpression) -> list[cst.CSTNode]:
    if not isinstance(function, cst.Name):
        return [function]
    definition = definition_of(source, function)
    if definition is not None:
        return [definition]
    scope = source.scopes.get(function)
    found = scope[function.value] if scope is not None else ()
    return [a.node for a in found if isinstance(a, Assignment)]


def _is_pure(source: Source, function: cst.CSTNode) -> bool:
    inside = [node for node in source.spans if function in source.ancestors(node)]
    return not any(has_effect(source, n) or _reads_more(source, function, n) for n in inside)


def _reads_more(source: Source, function: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Tell whether a node reads what may be another value at another time."""
    if isinstance(node, cst.Attribute):
        return not (outside_name(source, node) or "").startswith(PURE_MODULES)
    if not isinstance(node, cst.Name) or not is_variable(source, node):
        return False
    if node.value in CONSTANTS or is_builtin(source, node):
        return False
    scope = source.scopes.get(node)
    bound = [getattr(a, "node", None) for a in scope[node.value]] if scope is not None else []
    if bound and all(n is not None and function in source.ancestors(n) for n in bound):
        return False
    is_module = f"{outside_name(source, node)}." in PURE_MODULES
    return not is_module and not isinstance(value_of(source, node), int | float)


def has_effect(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node may do more than compute: it calls what is not known, or it writes."""
    match node:
        case cst.AssignTarget(target=cst.Tuple(elements=elements)):
            return not all(isinstance(element.value, cst.Name) for element in elements)
        case cst.AssignTarget(target=target) | cst.AugAssign(target=target):
            return not isinstance(target, cst.Name)
        case cst.Call(func=cst.Name() as function):
            return function.value not in PURE_CALLS or not is_builtin(source, function)
        case cst.Call(func=function):
            called = outside_name(source, function) or ""
            return not called.startswith(PURE_MODULES) or called.startswith(IMPURE_MODULES)
        case _:
            return isinstance(node, IMPURE)
