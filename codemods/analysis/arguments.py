"""Arguments of a call, by the names of the parameters they reach, and their values if constant."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import Assignment, BuiltinAssignment

if TYPE_CHECKING:
    from codemods.syntax.source import Source


class Unknown:
    """The value of an expression that the source alone does not tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
CONSTANTS: Final = ("True", "False", "None")
LITERALS: Final = frozenset(
    (
        *(cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString, cst.ConcatenatedString),
        *(cst.Tuple, cst.List, cst.Set, cst.Dict, cst.Ellipsis),
        *(cst.UnaryOperation, cst.BinaryOperation),
    )
)
# Functions that tell what there is, and change nothing.
QUERIES: Final = ("bool", "dir", "hasattr", "int", "isinstance", "len", "inspect.signature")
ENDINGS_OF_QUERIES: Final = (".is_available", ".device_count", ".is_initialized")


@dataclass(frozen=True, slots=True)
class Unbound:
    """The call's arguments cannot be told apart, for `reason`."""

    reason: str


def bind(call: cst.Call, signature: inspect.Signature) -> dict[str, cst.Arg] | Unbound:
    """Name every argument of a call after the parameter that it reaches."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    positional = [n for n, p in signature.parameters.items() if p.kind in kinds]
    bound: dict[str, cst.Arg] = {}
    for position, argument in enumerate(call.args):
        if argument.star:
            return Unbound(f"`{argument.star}` hides which arguments are given")
        if argument.keyword is not None:
            name = argument.keyword.value
            if name not in signature.parameters:
                return Unbound(f"torch has no argument `{name}` here")
        elif position < len(positional):
            name = positional[position]
        else:
            return Unbound("there are more arguments than torch takes")
        if name in bound:
            return Unbound(f"the argument `{name}` is given twice")
        bound[name] = argument
    return bound


def value_of(source: Source, node: cst.BaseExpression) -> object:
    """Return a constant expression's value; a name of the file counts if it is one constant.

    Returns:
        The value, or `UNKNOWN`.
    """
    if isinstance(node, cst.Name) and node.value not in CONSTANTS:
        definition = definition_of(source, node)
        value = UNKNOWN if definition is None else literal_of(source, definition)
        is_safe = isinstance(value, str | int | float | tuple | None) or is_only_read(source, node)
        return value if is_safe else UNKNOWN
    return literal_of(source, node)


def literal_of(source: Source, node: cst.BaseExpression) -> object:
    """Return the value of an expression that is written out, UNKNOWN for any other."""
    is_literal = node.value in CONSTANTS if isinstance(node, cst.Name) else type(node) in LITERALS
    return _literal(source.text(node)) if is_literal else UNKNOWN


def definition_of(source: Source, node: cst.Name) -> cst.BaseExpression | None:
    """Return the expression that a name is assigned, if that happens once in the file.

    A name that is also a parameter, a loop variable, global elsewhere or unpacked is not followed.
    """
    scope = source.scopes.get(node)
    assignments = list(scope[node.value]) if scope is not None else []
    if len(assignments) != 1 or not isinstance(assignments[0], Assignment):
        return None
    target = source.parents.get(assignments[0].node)
    statement = source.parents.get(target) if target is not None else None
    if isinstance(target, cst.AnnAssign):
        return target.value
    if isinstance(statement, cst.Assign) and isinstance(target, cst.AssignTarget):
        return statement.value if len(statement.targets) == 1 else None
    return None


def is_builtin(source: Source, name: cst.Name) -> bool:
    """Tell whether a name is Python's own, and nothing in the file binds it."""
    return is_python_own(source, name, name.value)


def is_python_own(source: Source, place: cst.CSTNode, name: str) -> bool:
    """Tell whether a builtin's name means the builtin at a place of the file."""
    scope = source.scopes.get(place)
    found = list(scope[name]) if scope is not None else []
    return bool(found) and all(isinstance(a, BuiltinAssignment) for a in found)


def is_only_read(source: Source, name: cst.Name) -> bool:
    """Tell whether the object that a name holds is nowhere changed by way of that name."""
    scope = source.scopes.get(name)
    return all(
        is_read(source, access.node)
        for assignment in (scope[name.value] if scope is not None else ())
        for access in assignment.references
    )


def is_read(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a use of an object leaves it as it is."""
    parent = source.parents.get(node)
    if isinstance(parent, cst.Arg):
        call = source.parents.get(parent)
        return isinstance(call, cst.Call) and not _is_local(source, call.func)
    if isinstance(parent, cst.For | cst.CompFor):
        return parent.iter is node
    known = cst.FormattedStringExpression | cst.ComparisonTarget | cst.StarredElement
    return isinstance(parent, known)


def _is_local(source: Source, function: cst.BaseExpression) -> bool:
    scope = source.scopes.get(function)
    found = scope[function.value] if isinstance(function, cst.Name) and scope is not None else ()
    return any(isinstance(getattr(a, "node", None), cst.FunctionDef | cst.ClassDef) for a in found)


def is_pure(node: cst.BaseExpression) -> bool:
    """Tell whether leaving an expression out, or reading it twice, can have no effect."""
    if isinstance(node, cst.Name | cst.BaseNumber | cst.SimpleString):
        return True
    if isinstance(node, cst.UnaryOperation):
        return is_pure(node.expression)
    if isinstance(node, cst.Tuple | cst.List):
        return all(isinstance(e, cst.Element) and is_pure(e.value) for e in node.elements)
    return isinstance(node, cst.Attribute) and is_pure(node.value)


def is_query(source: Source, node: cst.BaseExpression) -> bool:
    """Tell whether an expression only asks what there is: leaving it out has no effect."""
    if is_pure(node):
        return True
    match node:
        case cst.Call(func=function, args=arguments):
            called = source.text(function)
            is_known = called in QUERIES or called.endswith(ENDINGS_OF_QUERIES)
            return is_known and all(is_query(source, a.value) for a in arguments)
        case cst.BooleanOperation(left=left, right=right):
            return is_query(source, left) and is_query(source, right)
        case cst.UnaryOperation(expression=inner) | cst.Attribute(value=inner):
            return is_query(source, inner)
        case cst.Comparison(left=left, comparisons=others):
            return all(is_query(source, n) for n in (left, *(c.comparator for c in others)))
        case _:
            return False


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return UNKNOWN
