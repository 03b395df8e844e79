"""Of which class of the file a name is an instance: `self`, or what a call of the class gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import Assignment

from codemods.analysis.callees import definition
from codemods.analysis.hidden import reached_by_string
from codemods.analysis.targets import is_store, leaves_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.analysis.names import Names
    from codemods.analysis.targets import Leaf
    from codemods.syntax.source import Source

# Decorators that leave a method's first parameter what it is.
KEEPS_SELF: Final = frozenset(
    ("property", "cached_property", "abstractmethod", "override", "torch.no_grad")
)
# Bases that use no attributes of their own but those that they document.
QUIET_BASES: Final = frozenset(("torch.nn.Module", "torch.utils.data.Dataset"))
QUIET_BUILTINS: Final = frozenset(("object", "ABC"))


class Instances:
    """The instances of a file's classes."""

    def __init__(
        self, source: Source, names: Names, attributes: Mapping[str, Sequence[cst.Attribute]]
    ) -> None:
        self.source, self.attributes = source, attributes
        self.meanings: dict[cst.CSTNode, str] = {r.node: r.qualified for r in names.references}
        self._known: dict[cst.CSTNode, cst.ClassDef | None] = {}
        self._kept: dict[tuple[cst.ClassDef, str], cst.ClassDef | None] = {}

    def of(self, node: cst.BaseExpression) -> cst.ClassDef | None:
        """Return the class that a name, or `self.name`, is surely an instance of.

        It is a class of the file, or None.
        """
        if node not in self._known:
            self._known[node] = self._class_of(node)
        return self._known[node]

    def _class_of(self, node: cst.BaseExpression) -> cst.ClassDef | None:
        match node:
            case cst.Name():
                return self._class_of_self(node) or self._class_of_made(node)
            case cst.Attribute(value=cst.Name() as holder, attr=name):
                owner = self._class_of_self(holder)
                if owner is None:
                    return None
                key = (owner, name.value)
                if key not in self._kept:
                    self._kept[key] = self._class_of_kept(*key)
                return self._kept[key]
        return None

    def has_known_bases(self, owner: cst.ClassDef) -> bool:
        """Tell whether no base of a class can touch what its own methods keep in attributes."""
        return not owner.keywords and all(self._is_quiet(b.value) for b in owner.bases)

    def _is_quiet(self, base: cst.BaseExpression) -> bool:
        if base in self.meanings:
            return self.meanings[base] in QUIET_BASES
        return isinstance(base, cst.Name) and base.value in QUIET_BUILTINS

    def _class_of_self(self, name: cst.Name) -> cst.ClassDef | None:
        parameter = definition(self.source, name)
        if not isinstance(parameter, cst.Param):
            return None
        function = self.source.enclosing(parameter, cst.FunctionDef, cst.Lambda)
        if not isinstance(function, cst.FunctionDef) or not self._keeps_self(function):
            return None
        first = next(iter([*function.params.posonly_params, *function.params.params]), None)
        owner = self.source.enclosing(function, cst.ClassDef, cst.FunctionDef)
        return owner if first is parameter and isinstance(owner, cst.ClassDef) else None

    def _keeps_self(self, function: cst.FunctionDef) -> bool:
        for decorator in function.decorators:
            node = decorator.decorator
            node = node.func if isinstance(node, cst.Call) else node
            if self.meanings.get(node, self.source.text(node)) not in KEEPS_SELF:
                return False
        return True

    def _class_of_kept(self, owner: cst.ClassDef, name: str) -> cst.ClassDef | None:
        """Return the class of what every method of a class puts into an attribute."""
        if not self.has_known_bases(owner):
            return None
        found: set[cst.CSTNode | None] = set()
        for node in self.attributes.get(name, ()):
            given = leaves_of(self.source, node)
            if given is None and not is_store(self.source, node):
                continue
            is_ours = isinstance(node.value, cst.Name) and self._class_of_self(node.value) is owner
            if not given or not is_ours:
                return None
            found |= {self._made(leaf) for leaf in given}
        kept = found.pop() if len(found) == 1 else None
        is_hidden = kept is not None and reached_by_string(self.source, owner, name)
        return kept if isinstance(kept, cst.ClassDef) and not is_hidden else None

    def _class_of_made(self, name: cst.Name) -> cst.ClassDef | None:
        scope = self.source.scopes.get(name)
        found: set[cst.CSTNode | None] = set()
        for assignment in scope[name.value] if scope is not None else ():
            node = assignment.node if isinstance(assignment, Assignment) else None
            given = leaves_of(self.source, node) if node is not None else None
            if not given:
                return None
            found |= {self._made(leaf) for leaf in given}
        owner = found.pop() if len(found) == 1 else None
        return owner if isinstance(owner, cst.ClassDef) else None

    def _made(self, leaf: Leaf) -> cst.CSTNode | None:
        call = leaf.node if leaf.place is None else None
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name):
            return None
        return definition(self.source, call.func)
