"""Which nodes of a file mean a name of torch, however it was imported.

Names are resolved by libcst's scopes, never by the spelling of an import: a local variable called
`optim` is not torch's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import ImportAssignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from libcst.metadata import Access, BaseAssignment

    from codemods.syntax.source import Source

Dotted: TypeAlias = cst.Name | cst.Attribute
# The names that scripts try one after the other, for one class.
SAME: Final[Mapping[str, str]] = {
    "torch.optim.lr_scheduler._LRScheduler": "torch.optim.lr_scheduler.LRScheduler",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """One name that an import brings in: `from torch import nn as N` binds `N` to `torch.nn`."""

    local: str
    qualified: str
    statement: cst.Import | cst.ImportFrom
    alias: cst.ImportAlias


@dataclass(frozen=True, slots=True)
class Reference:
    """A dotted name in the file that means `qualified`, by way of `binding`."""

    node: Dotted
    qualified: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that means one of several things, one of them torch's."""

    node: Dotted
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A string that names something by way of `binding`, and cannot be read letter for letter."""

    node: cst.BaseString
    binding: Binding


@dataclass(frozen=True, slots=True)
class Names:
    """Everything in a file that an import of `package` brought in.

    `stars` are its star imports.
    """

    bindings: tuple[Binding, ...]
    references: tuple[Reference, ...]
    ambiguous: tuple[Ambiguous, ...]
    stars: tuple[cst.ImportFrom, ...]
    quoted: tuple[Quoted, ...]


def find_names(source: Source, package: str = "torch") -> Names:
    """Resolve every use of `package` in a file."""
    found = _Finder(source, package)
    for scope in source.all_scopes:
        for access in scope.accesses:
            found.visit(access)
    return Names(
        tuple(imported(source, lambda name: in_package(name, package))),
        tuple(sorted(found.references.values(), key=lambda r: source.start(r.node))),
        tuple(found.ambiguous.values()),
        tuple(_star_imports(source, package)),
        tuple(found.quoted.values()),
    )


class _Finder:
    def __init__(self, source: Source, package: str) -> None:
        self.source, self.package = source, package
        self.references: dict[cst.CSTNode, Reference] = {}
        self.meanings: dict[BaseAssignment, Sequence[Binding | None]] = {}
        self.ambiguous: dict[cst.CSTNode, Ambiguous] = {}
        self.quoted: dict[tuple[cst.CSTNode, str], Quoted] = {}

    def visit(self, access: Access) -> None:
        referents = access.referents
        if not any(type(referent) is ImportAssignment for referent in referents):
            return
        meanings = {m for a in referents for m in self._meanings(a)}
        ours = {m for m in meanings if m is not None and in_package(m.qualified, self.package)}
        if not ours:
            return
        if not isinstance(access.node, cst.BaseString):
            self._refer(_root(access.node), meanings, ours)
        elif (expression := self.source.quoted.get(access.node)) is not None:
            local = {meaning.local for meaning in ours}
            for root in (r for r in _roots(expression) if r.value in local):
                self._refer(root, meanings, ours)
        else:
            for meaning in ours:
                self.quoted[access.node, meaning.local] = Quoted(access.node, meaning)

    def _meanings(self, assignment: BaseAssignment) -> Iterable[Binding | None]:
        node = assignment.node if isinstance(assignment, ImportAssignment) else None
        if not isinstance(node, cst.Import | cst.ImportFrom):
            return [None]
        if assignment not in self.meanings:
            local = assignment.name.partition(".")[0]
            found = [b for b in bindings_of(node) if b.local == local]
            self.meanings[assignment] = found or [None]
        return self.meanings[assignment]

    def _refer(self, root: cst.Name, meanings: set[Binding | None], ours: set[Binding]) -> None:
        node = _whole_chain(self.source, root)
        if len({SAME.get(m.qualified, m.qualified) if m else "" for m in meanings}) > 1:
            names = tuple(sorted(m.qualified if m else "a value of this file" for m in meanings))
            self.ambiguous[node] = Ambiguous(node, names)
            return
        # `import torch` and `import torch.optim` bind the same name; the first serves for both.
        binding = min(ours, key=lambda m: self.source.start(m.statement))
        rest = (get_full_name_for_node(node) or "").partition(".")[2]
        qualified = f"{binding.qualified}.{rest}" if rest else binding.qualified
        self.references[node] = Reference(node, qualified, binding)


def in_package(qualified: str, package: str) -> bool:
    """Tell whether a dotted name is `package` or something in it.

    >>> in_package("torch.nn", "torch"), in_package("torchvision", "torch")
    (True, False)
    """
    return qualified == package or qualified.startswith(package + ".")


def bindings_of(node: cst.Import | cst.ImportFrom) -> Iterator[Binding]:
    """Yield what an absolute import binds; a star or a relative import yields nothing."""
    if isinstance(node.names, cst.ImportStar):
        return
    if isinstance(node, cst.ImportFrom):
        if node.relative or node.module is None:
            return
        module = get_full_name_for_node(node.module) or ""
        for alias in node.names:
            name = alias.evaluated_name
            yield Binding(alias.evaluated_alias or name, f"{module}.{name}", node, alias)
        return
    for alias in node.names:
        if alias.evaluated_alias is not None:
            yield Binding(alias.evaluated_alias, alias.evaluated_name, node, alias)
        else:
            top = alias.evaluated_name.partition(".")[0]
            yield Binding(top, top, node, alias)


def _imports(source: Source) -> Iterator[cst.Import | cst.ImportFrom]:
    found: Iterator[cst.Import | cst.ImportFrom] = source.each(cst.Import, cst.ImportFrom)
    yield from sorted(found, key=source.start)


def imported(source: Source, is_wanted: Callable[[str], bool]) -> Iterator[Binding]:
    """Yield what the file's imports bind, where the dotted name is wanted."""
    for node in _imports(source):
        yield from (b for b in bindings_of(node) if is_wanted(b.qualified))


def parts_of_names(source: Source, names: Names) -> set[cst.CSTNode]:
    """Return the attributes that are parts of a module's name: the `optim` of `torch.optim.SGD`."""
    found: set[cst.CSTNode] = set()
    for node in (*(r.node for r in names.references), *_imported_modules(source)):
        part: cst.CSTNode | None = node
        while isinstance(part, cst.Attribute):
            found.add(part)
            part = part.value
    return found


def _imported_modules(source: Source) -> Iterator[cst.CSTNode]:
    for node in source.each(cst.ImportFrom):
        if node.module is not None:
            yield node.module
    for alias in source.each(cst.ImportAlias):
        yield alias.name


def _star_imports(source: Source, package: str) -> Iterator[cst.ImportFrom]:
    for node in _imports(source):
        if isinstance(node, cst.ImportFrom) and isinstance(node.names, cst.ImportStar):
            module = get_full_name_for_node(node.module) if node.module else None
            if not node.relative and in_package(module or "", package):
                yield node


def _root(node: cst.CSTNode) -> cst.Name:
    while isinstance(node, cst.Attribute):
        node = node.value
    if not isinstance(node, cst.Name):
        raise TypeError(f"an access that is no dotted name: {type(node).__name__}")
    return node


def _roots(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yield the names that dotted names in an expression begin with."""
    if isinstance(node, cst.Name):
        yield node
    for child in (node.value,) if isinstance(node, cst.Attribute) else node.children:
        yield from _roots(child)


def _whole_chain(source: Source, root: cst.Name) -> Dotted:
    node: Dotted = root
    while True:
        parent = source.parents.get(node)
        if not isinstance(parent, cst.Attribute) or parent.value is not node:
            return node
        node = parent
