"""A list that a script fills with parameters, one after the other.

decay, no_decay = [], []
for name, param in model.named_parameters():
(no_decay if name.endswith("bias") else decay).append(param)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.arguments import is_builtin, is_read
from codemods.rules.tensors import is_tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.syntax.source import Source

    IsFlat = Callable[[Source, cst.BaseExpression], bool]

# What layers call their parameters.
OF_LAYERS: Final = ("bias", "weight")


def is_collected(source: Source, name: cst.Name, is_flat: IsFlat) -> bool:
    """Tell whether a name's list begins empty, or flat, and gets nothing but parameters.

    `is_flat` tells that of an expression.
    """
    scope = source.scopes.get(name)
    found = list(scope[name.value]) if scope is not None else []
    return bool(found) and all(
        isinstance(assignment, Assignment)
        and _begins_flat(source, assignment.node, is_flat)
        and all(_keeps_flat(source, access.node, is_flat) for access in assignment.references)
        for assignment in found
    )


def _begins_flat(source: Source, target: cst.CSTNode, is_flat: IsFlat) -> bool:
    value = _value(source, target)
    if value is None:
        return False
    return _is_empty(source, value) or is_flat(source, value)


def _value(source: Source, target: cst.CSTNode) -> cst.BaseExpression | None:
    """Return what an assignment gives a name, by itself or among several."""
    holder = source.parents.get(target)
    match holder:
        case cst.AssignTarget():
            statement = source.parents[holder]
            return statement.value if isinstance(statement, cst.Assign) else None
        case cst.AugAssign(operator=cst.AddAssign(), value=value):
            return value
        case cst.Element():
            return _among(source, holder)
    return None


def _among(source: Source, element: cst.Element) -> cst.BaseExpression | None:
    names = source.parents[element]
    above = source.parents.get(names)
    statement = source.parents.get(above) if isinstance(above, cst.AssignTarget) else None
    match names, statement:
        case cst.Tuple(elements=targets), cst.Assign(value=cst.Tuple(elements=values)):
            if len(targets) == len(values):
                return values[list(targets).index(element)].value
    return None


def _is_empty(source: Source, value: cst.BaseExpression) -> bool:
    match value:
        case cst.List(elements=[]):
            return True
        case cst.Call(func=cst.Name("list") as function, args=[]):
            return is_builtin(source, function)
    return False


def _keeps_flat(source: Source, node: cst.CSTNode, is_flat: IsFlat) -> bool:
    """Tell whether a use of the list only reads it, or adds parameters."""
    parent = source.parents.get(node)
    if isinstance(parent, cst.IfExp) and parent.test is not node:
        return _keeps_flat(source, parent, is_flat)
    if isinstance(parent, cst.AugAssign | cst.BinaryOperation):
        return True
    if isinstance(parent, cst.DictElement):  # of a group
        return isinstance(parent.key, cst.SimpleString) and parent.key.evaluated_value == "params"
    call = source.parents.get(parent) if isinstance(parent, cst.Attribute) else None
    match call:
        case cst.Call(func=cst.Attribute(attr=cst.Name("append")), args=[cst.Arg(value=value)]):
            return is_parameter(source, value)
        case cst.Call(func=cst.Attribute(attr=cst.Name("extend")), args=[cst.Arg(value=value)]):
            return is_flat(source, value)
    return is_read(source, node)


def is_parameter(source: Source, node: cst.BaseExpression) -> bool:
    """Tell whether an expression is one parameter of a model, or a tensor of the script."""
    match node:
        case cst.Attribute(attr=cst.Name(name)) if name in OF_LAYERS:
            return True
        case cst.Name():
            scope = source.scopes.get(node)
            found = list(scope[node.value]) if scope is not None else []
            targets = [getattr(assignment, "node", None) for assignment in found]
            if targets and all(t is not None and _is_loops(source, t) for t in targets):
                return True
    return is_tensor(source, node)


def _is_loops(source: Source, target: cst.CSTNode) -> bool:
    """Tell whether a name goes through the parameters of a model."""
    parent = source.parents.get(target)
    names = source.parents.get(parent) if isinstance(parent, cst.Element) else None
    loop = source.parents.get(names) if names is not None else parent
    if not isinstance(loop, cst.For):
        return False
    match loop.target, loop.iter:
        case cst.Name(), cst.Call(func=cst.Attribute(attr=cst.Name("parameters"))):
            return True
        case (
            cst.Tuple(elements=[_, cst.Element(value=value)]),
            cst.Call(func=cst.Attribute(attr=cst.Name("named_parameters"))),
        ):
            return value is target
    return False
