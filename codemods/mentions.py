"""Whether the code of a file, and not only its comments and strings, can have anything to port."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from codemods.api import TABLES
from codemods.members import member_names
from codemods.parsing import parsed

if TYPE_CHECKING:
    from codemods.model import Options, Target

# Of a member of this name the operators' rules know without an import what it is.
GRADIENT = "grad"


def mentions(raw: bytes, options: Options) -> bool:
    """Tell whether a file imports what is ported, or has members that a tensor may have.

    True also where the Python that runs cannot parse it: the syntax may be another version's.

    Raises:
        RecursionError: if it is nested too deeply.
    """
    tree = parsed(raw)
    if tree is None:
        return True
    members = _members(options.target) if options.scope == "all" else frozenset()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                if any(_is_in(alias.name, options.origin) for alias in names):
                    return True
            case ast.ImportFrom(module=str(module)):
                if _is_in(module, options.origin):
                    return True
            case ast.Attribute(attr=name):
                if name in members:
                    return True
    return False


def _is_in(module: str, package: str) -> bool:
    return package in module.split(".")


@cache
def _members(target: Target) -> frozenset[str]:
    table = TABLES.get(target)
    return frozenset() if table is None else member_names(table) | {GRADIENT}
