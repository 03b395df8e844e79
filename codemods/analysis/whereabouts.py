"""Where in an expression an object stands, in the words of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ClassScope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.syntax.source import Source

WHEREABOUTS: tuple[tuple[type[cst.CSTNode], str], ...] = (
    (cst.Return, "it is returned"),
    (cst.Yield, "it is yielded"),
    (cst.Arg, "it is passed on as an argument"),
    (cst.Element, "it is put into a list or tuple"),
    (cst.DictElement, "it is put into a dict"),
    (cst.IfExp, "it is one branch of a conditional expression"),
    (cst.Assign, "it is assigned to something other than a name or self.attribute"),
    (cst.Lambda, "it is made in a lambda"),
)


def whereabouts(source: Source, node: cst.CSTNode) -> str:
    """Say what is done with a node that is not followed."""
    for ancestor in source.ancestors(node):
        for kind, words in WHEREABOUTS:
            if isinstance(ancestor, kind):
                return words
        if isinstance(ancestor, cst.BaseStatement):
            break
    return "it is used in a way that is not followed"


def consumer(source: Source, node: cst.CSTNode) -> str:
    """Return the function that a node is an argument of, empty if it is none."""
    parent = source.parents.get(node)
    call = source.enclosing(node, cst.Call) if isinstance(parent, cst.Arg) else None
    return source.text(call.func) if call is not None else ""


def is_only_tested(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a use asks no more than whether there is an object at all."""
    parent = source.parents.get(node)
    if isinstance(parent, cst.If | cst.IfExp | cst.While):
        return parent.test is node
    if isinstance(parent, cst.UnaryOperation):
        return isinstance(parent.operator, cst.Not)
    return isinstance(parent, cst.Comparison) and all(
        isinstance(c.operator, cst.Is | cst.IsNot) and source.text(c.comparator) == "None"
        for c in parent.comparisons
    )


def is_set_to_none(source: Source, target: cst.CSTNode) -> bool:
    """Tell whether a name or attribute is assigned None there, or only annotated."""
    statement: cst.CSTNode | None = source.enclosing(target, cst.Assign, cst.AnnAssign)
    if isinstance(statement, cst.AnnAssign) and statement.value is None:
        return True
    value = statement.value if isinstance(statement, cst.Assign | cst.AnnAssign) else None
    return isinstance(value, cst.Name) and value.value == "None"


def is_variable(source: Source, node: cst.Name) -> bool:
    """Tell whether a name is a variable that is used there, and no part of something else."""
    parent = source.parents.get(node)
    match parent:
        case cst.Attribute():
            return parent.value is node
        case cst.Arg():
            return parent.value is node
        case cst.Param() | cst.NameItem() | cst.ImportAlias() | cst.MatchKeywordElement():
            return isinstance(parent, cst.Param) and parent.name is not node
        case cst.FunctionDef() | cst.ClassDef():
            return parent.name is not node
        case cst.AsName():
            return source.enclosing(parent, cst.Import, cst.ImportFrom) is None
    return True


def bound_in_body(
    source: Source, owner: cst.ClassDef, name: str, nodes: Iterable[cst.Name]
) -> cst.CSTNode | None:
    """Return what a class's body binds a name to, unless that is None for every instance.

    `nodes` are the places of the file where the name stands.
    """
    for statement in owner.body.body:
        if isinstance(statement, cst.FunctionDef | cst.ClassDef):
            if statement.name.value == name:
                return statement
            continue
        for node in nodes:
            is_inside = statement in source.ancestors(node)
            is_bound = isinstance(source.scopes.get(node), ClassScope)
            is_none = is_set_to_none(source, node) and not owner.decorators
            if is_inside and is_bound and not is_none:
                return node
    return None
