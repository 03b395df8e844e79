"""Whether the code of a file, and not only its comments and strings, can have anything to port."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

from codemods.analysis.relevance import is_optim_only
from codemods.api import TABLES
from codemods.values.members import member_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from codemods.model import Options, Target

# Of a member of this name the operators' rules know without an import what it is.
GRADIENT = "grad"
# Whatever names an optimizer or a scheduler of torch names this module on the way.
OPTIM = "optim"
WORD = re.compile(r"\w+")


def mentions(tree: ast.Module | None, options: Options) -> bool:
    """Tell whether a file imports what is ported, or has members that a tensor may have.

    True also where the Python that runs cannot parse it: the syntax may be another version's.
    """
    if tree is None:
        return True
    if is_optim_only(options):
        return any(OPTIM in words for words in _words(tree))
    members = _members(options.target) if options.scope == "all" else frozenset()
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                if any(options.origin in words for words in _imported(node)):
                    return True
            case ast.Attribute(attr=name):
                if name in members:
                    return True
    return False


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[list[str]]:
    """Yield the dotted names that an import has, each in its parts."""
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        yield node.module.split(".")
    yield from (alias.name.split(".") for alias in node.names)


def _words(tree: ast.Module) -> Iterator[Collection[str]]:
    """Yield all names of a file, and the words of its strings but for those that stand alone."""
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from _imported(node)
            case ast.Attribute(attr=name) | ast.Name(id=name):
                yield (name,)
            case ast.Constant(value=str(text)) if id(node) not in prose:
                yield WORD.findall(text)


@cache
def _members(target: Target) -> frozenset[str]:
    table = TABLES.get(target)
    return frozenset() if table is None else member_names(table) | {GRADIENT}
