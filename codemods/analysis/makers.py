"""Which class a name of a file is an instance of, told from `ast` alone, where that is certain."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCOPES: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
NAMED: Final = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
STAR: Final = "*"
# Bases that use no attributes of their subclasses.
QUIET_BASES: Final = frozenset(("object", "ABC", "Module", "Dataset"))


class Makers:
    """Asks which class was called for what a name holds."""

    def __init__(self, nodes: list[ast.AST], parents: Mapping[ast.AST, ast.AST]) -> None:
        self.parents = parents
        self.bound: dict[tuple[ast.AST, str], list[ast.AST]] = {}
        self.shared = {STAR}
        for node in nodes:
            if isinstance(node, ast.Global | ast.Nonlocal):
                self.shared.update(node.names)
            for name in _bound(node):
                place = parents[node] if isinstance(node, NAMED) else node
                self.bound.setdefault((self._scope(place), name), []).append(node)

    def of(self, name: ast.Name) -> str:
        """Return the dotted name that was called for what a name holds; empty where unclear.

        It is clear where the name is given one value, by a call of what an import or a class of
        the module names.
        """
        match self._binding(name, name.id):
            case [ast.Name() as target]:
                called = _called(self.parents.get(target))
                root = called.partition(".")[0]
                match self._binding(name, root):
                    case [ast.alias() | ast.ClassDef() as made] if self._is_outmost(made):
                        return called
        return ""

    def _binding(self, place: ast.AST, name: str) -> list[ast.AST]:
        """Return what binds a name where it is read, nothing if that may be anything."""
        scopes = [self._scope(place)]
        while scopes[-1] in self.parents:
            scopes.append(self._scope(self.parents[scopes[-1]]))
        seen = [scopes[0], *(s for s in scopes[1:] if not isinstance(s, ast.ClassDef))]
        found = next((self.bound[s, name] for s in seen if (s, name) in self.bound), [])
        is_shared = name in self.shared or (scopes[-1], STAR) in self.bound
        return [] if is_shared else found

    def _is_outmost(self, node: ast.AST) -> bool:
        return isinstance(self._scope(self.parents[node]), ast.Module)

    def _scope(self, node: ast.AST) -> ast.AST:
        """Return the function or class around a node, or the module."""
        while not isinstance(node, SCOPES):
            node = self.parents[node]
        return node


def is_plain_class(node: ast.ClassDef) -> bool:
    """Tell whether calling a class gives an instance of it, and of no class of another file.

    >>> is_plain_class(ast.parse("class A(nn.Module): ...").body[0])
    True
    >>> is_plain_class(ast.parse("class A(Trainer): ...").body[0])
    False
    """
    makes = any(isinstance(n, ast.FunctionDef) and n.name == "__new__" for n in node.body)
    return not (makes or node.decorator_list or node.keywords) and all(
        ast.unparse(base).rpartition(".")[2] in QUIET_BASES for base in node.bases
    )


def dotted(function: ast.expr) -> str:
    """Return a dotted name as text, and nothing for any other expression."""
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{inner}.{name}" if (inner := dotted(value)) else ""
    return ""


def _called(statement: ast.AST | None) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=function)):
            return dotted(function)
    return ""


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node itself gives a value."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.arg(arg=name) | ast.alias(asname=str(name)) | ast.alias(name=name):
            yield name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
