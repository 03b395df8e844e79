"""The classes and functions of a file: their methods, their attributes, where they are called."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from libcst.metadata import Scope

    from codemods.syntax.source import Source


class Definitions:
    """An index of a file's definitions; `meanings` are the dotted torch names of its nodes."""

    def __init__(self, source: Source, meanings: Mapping[cst.CSTNode, str]) -> None:
        self.source, self.meanings = source, meanings
        self.attributes: dict[str, list[cst.Attribute]] = defaultdict(list)
        self._returns: dict[cst.CSTNode, list[cst.Return]] = defaultdict(list)
        self._stores: dict[tuple[Scope, str], Sequence[cst.CSTNode]] = {}
        self._yields: set[cst.CSTNode] = set()
        for node in source.each(cst.Attribute):
            self.attributes[node.attr.value].append(node)
        for result in source.each(cst.Return):
            if (function := source.enclosing(result, cst.FunctionDef, cst.Lambda)) is not None:
                self._returns[function].append(result)
        for yielded in source.each(cst.Yield):
            if (function := source.enclosing(yielded, cst.FunctionDef, cst.Lambda)) is not None:
                self._yields.add(function)

    def stores(self, scope: Scope | None, name: str) -> Sequence[cst.CSTNode]:
        """Return what binds a name, in the order of the file; nothing for a builtin."""
        if scope is None:
            return ()
        key = (scope, name)
        if key not in self._stores:
            nodes = [getattr(assignment, "node", None) for assignment in scope[name]]
            found = [n for n in nodes if n is not None] if None not in nodes else []
            self._stores[key] = sorted(found, key=self.source.start)
        return self._stores[key]

    def class_of_method(self, function: cst.CSTNode) -> cst.ClassDef | None:
        """Return the class that a function is a method of."""
        owner = self.source.enclosing(function, cst.ClassDef, cst.FunctionDef, cst.Lambda)
        return owner if isinstance(owner, cst.ClassDef) else None

    def bases(self, owner: cst.ClassDef) -> Iterator[cst.ClassDef | str]:
        """Yield a class's bases: classes of the file, dotted torch names, or "" for others."""
        for argument in owner.bases:
            base = argument.value
            if base in self.meanings:
                yield self.meanings[base]
            else:
                yield self.local_class(base) or ""

    def local_class(self, node: cst.BaseExpression) -> cst.ClassDef | None:
        if not isinstance(node, cst.Name):
            return None
        scope = self.source.scopes.get(node)
        found = [getattr(a, "node", None) for a in scope[node.value]] if scope else []
        return found[0] if len(found) == 1 and isinstance(found[0], cst.ClassDef) else None

    def lineage(self, owner: cst.ClassDef) -> list[cst.ClassDef | str]:
        """Return the class, its bases, and theirs, as far as the file tells."""
        found: list[cst.ClassDef | str] = [owner]
        for base in found:
            if isinstance(base, cst.ClassDef):
                found.extend(b for b in self.bases(base) if b not in found)
        return found

    def is_module(self, owner: cst.ClassDef) -> bool:
        return any(isinstance(b, str) and b.startswith("torch.nn.") for b in self.lineage(owner))

    def is_open(self, owner: cst.ClassDef) -> bool:
        """Tell whether the class has bases from elsewhere, which may define any member."""
        return "" in self.lineage(owner)

    def member(self, owner: cst.ClassDef, name: str) -> cst.FunctionDef | None:
        """Return the method that a name means on instances of a class."""
        for base in self.lineage(owner):
            if isinstance(base, cst.ClassDef):
                for node in base.body.body:
                    if isinstance(node, cst.FunctionDef) and node.name.value == name:
                        return node
        return None

    def class_values(self, owner: cst.ClassDef, name: str) -> Iterator[cst.Name]:
        """Yield the targets of assignments to a name in the class's body."""
        for base in self.lineage(owner):
            if not isinstance(base, cst.ClassDef):
                continue
            scope = self.source.scopes.get(base.body.body[0])
            for assignment in scope.assignments[name] if scope is not None else ():
                node = getattr(assignment, "node", None)
                if isinstance(node, cst.Name):
                    yield node

    def returns(self, function: cst.FunctionDef) -> list[cst.BaseExpression] | None:
        """Return what a function may return; None for a generator and for a coroutine."""
        if function in self._yields or function.asynchronous is not None:
            return None
        return [r.value for r in self._returns[function] if r.value is not None]


def given(
    function: cst.FunctionDef, call: cst.Call, parameter: cst.Param, *, is_bound: bool
) -> cst.BaseExpression | None:
    """Return what a call hands to a parameter; None where a star hides it or it is left out."""
    if any(a.star for a in call.args) or parameter.star not in ("", None):
        return None
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == parameter.name.value:
            return argument.value
    positional = [*function.params.posonly_params, *function.params.params][int(is_bound) :]
    if not any(p is parameter for p in positional):
        return None
    place = next(i for i, p in enumerate(positional) if p is parameter)
    values = [a.value for a in call.args if a.keyword is None]
    return values[place] if place < len(values) else None
