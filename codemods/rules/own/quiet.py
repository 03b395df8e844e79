"""Whether making a scheduler of a class of the file can do more than make it: then it stays put."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import is_builtin
from codemods.analysis.subclasses import methods_of
from codemods.rules.functions import IMPURE, IMPURE_MODULES, PURE_MODULES
from codemods.syntax.walking import walk
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from codemods.syntax.source import Source

LOUD: Final = frozenset(
    (
        "__import__",
        "delattr",
        "eval",
        "exec",
        "globals",
        "input",
        "iter",
        "locals",
        "next",
        "open",
        "print",
        "setattr",
    )
)
QUIET_MODULES: Final = (*PURE_MODULES, "bisect.", "copy.")


def is_quiet(source: Source, owner: cst.ClassDef, made: cst.BaseExpression) -> bool:
    """Tell whether a class can be called before `made` is there: it does not ask for that.

    Nor does it do anything that another expression could notice.
    """
    return not any(
        isinstance(node, IMPURE)
        or (isinstance(node, cst.Call) and not _is_quiet_call(source, owner, node.func))
        or (isinstance(node, cst.AssignTarget | cst.AugAssign) and not _is_kept(node.target))
        or (
            isinstance(node, cst.Name) and node.deep_equals(made) and _is_outer(source, owner, node)
        )
        for node in walk(owner.body)
    )


def _is_quiet_call(source: Source, owner: cst.ClassDef, function: cst.BaseExpression) -> bool:
    match function:
        case cst.Name(value=name):
            if is_builtin(source, function):
                return name not in LOUD
        case cst.Attribute(value=cst.Call(func=cst.Name(value="super"))):
            return True
        case cst.Attribute(value=cst.BaseString()):
            return True
        case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
            return name in methods_of(owner)
    called = outside_name(source, function) or ""
    return called.startswith(QUIET_MODULES) and not called.startswith(IMPURE_MODULES)


def _is_kept(target: cst.BaseExpression) -> bool:
    """Tell whether what is assigned to is a name, or an attribute of the instance."""
    match target:
        case cst.Name() | cst.Attribute(value=cst.Name(value="self")):
            return True
        case cst.Tuple(elements=elements):
            return all(_is_kept(element.value) for element in elements)
    return False


def _is_outer(source: Source, owner: cst.ClassDef, name: cst.Name) -> bool:
    """Tell whether a name in a class is bound outside it."""
    scope = source.scopes.get(name)
    bound = [getattr(a, "node", None) for a in scope[name.value]] if scope is not None else []
    return not all(n is not None and owner in source.ancestors(n) for n in bound)
