"""Writes into a tensor that reach another one in torch, and not in the target, or the reverse.

Which functions of a target copy where torch shares, and share where torch copies, is measured and
stands in the target's table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.callees import is_imported
from codemods.api import torch_members
from codemods.traps.memory import VIEW_ATTRIBUTES, VIEWS, Memory, last
from codemods.traps.trained import Trained
from codemods.values.flow import is_store
from codemods.values.kinds import TENSOR, UNKNOWN
from codemods.values.members import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.api import Table
    from codemods.syntax.source import Source
    from codemods.values.infer import Types

# Methods that end like one that writes into its tensor, and do not.
KEEPERS: Final = frozenset(("detach_", "requires_grad_", "resize_", "set_", "share_memory_"))
WRITERS: Final = frozenset(n for n in torch_members.TENSOR - KEEPERS if n.endswith("_"))

# Methods that replace all entries of a tensor, and functions that do.
FILLERS: Final = ("copy_", "fill_", "zero_")
INITIALISERS: Final = "torch.nn.init."
CONSTANTS: Final = ("constant_", "ones_", "zeros_")

CONTAINERS: Final = ("dict", "list", "tuple")
# Methods that give several tensors, each of which something else has as well.
LENDERS: Final = ("buffers", "chunk", "parameters", "split", "unbind")


class Sharing:
    """The writes of a file, and whom they reach."""

    def __init__(self, source: Source, types: Types, table: Table) -> None:
        self.source, self.types, self.reasons = source, types, table.memory
        self.memory = Memory(source, types)
        self.made = [c for c in source.each(cst.Call) if last(c.func) in self.reasons]
        self.written = list(self._writes())
        self.writes = self.written if self.made else []
        self.trained = Trained(types, self.memory)
        self.fills = [_filled(c) for c in source.each(cst.Call) if self._draws(c)]

    def receivers(self) -> list[cst.BaseExpression]:
        """Return the expressions whose types have to be known."""
        bases = (self.memory.base(call) for call in self.made)
        found = [*self.writes, *(b for b in bases if b is not None)] if self.writes else []
        return [*found, *self.fills, *self.written]

    def reason(self, written: cst.BaseExpression) -> str | None:
        """Return why a write into what an expression holds is not torch's, None if it is."""
        if self.types.of(written) not in (TENSOR, UNKNOWN):
            return None
        sources = self.memory.sources(written)
        for call in self.made:
            if self._is_torchs(call) and (call in sources or self._is_base(call, written, sources)):
                return self.reasons[last(call.func)]
        return None

    def is_view(self, filled: cst.BaseExpression) -> bool:
        """Tell whether what is initialised is, or may be, a part or another view of a tensor."""
        return any(self._is_view(node) for node in self.memory.sources(filled))

    def loses_gradient(self, written: cst.BaseExpression) -> bool:
        """Tell whether a write into a view may concern what is trained."""
        return (
            self.types.of(written) == TENSOR
            and not isinstance(self.source.parents[written], cst.Arg)  # an initialiser's: no_grad
            and self.is_view(written)
            and self.trained.may_be(written)
        )

    def is_lent(self, name: cst.Name) -> bool:
        """Tell whether the tensor of a name may be another's from the start."""
        return any(self._may_share(store) for store in self.memory.stores(name))

    def is_known_elsewhere(self, name: cst.Name) -> bool:
        """Tell whether the tensor of a name may have been put elsewhere when it is written."""
        stores = self.memory.stores(name)
        return any(
            stores & self.memory.stores(load)
            and self.memory.is_kept(load)
            and self.memory.may_precede(load, name, stores)
            for load in self.loads(name)
        )

    def loads(self, name: cst.Name) -> list[cst.Name]:
        """Return every read of what a name means, whatever it holds there."""
        scope = self.source.scopes.get(name)
        found = [r.node for a in scope[name.value] for r in a.references] if scope else []
        return [load for load in found if isinstance(load, cst.Name)]

    def is_attribute_shared(self, target: cst.Attribute) -> bool:
        """Tell whether the tensor of an attribute came from elsewhere, or goes there."""
        owner = self.types.of(target.value)
        for node in self.types.definitions.attributes[target.attr.value]:
            if node is target or self.types.of(node.value) != owner:
                continue
            is_written = is_store(self.types, node)
            if self._may_share(node) if is_written else self.memory.is_kept(node):
                return True
        return False

    def is_element_shared(self, target: cst.Subscript) -> bool:
        """Tell whether a list or dict holds a tensor that is also known otherwise."""
        if self.types.of(target.value).kind not in CONTAINERS:
            return False
        return any(
            last(node.func) in LENDERS
            if isinstance(node, cst.Call)
            else self.types.of(node) == TENSOR and isinstance(node, cst.Name | cst.Attribute)
            for node in self.memory.sources(target.value)
        )

    def _writes(self) -> Iterator[cst.BaseExpression]:
        """Yield what is written into, but for names: `+=` on one is looked at by itself."""
        for call in self.source.each(cst.Call):
            meaning = self.types.meanings.get(call.func, "")
            if isinstance(call.func, cst.Attribute) and call.func.attr.value in WRITERS:
                yield call.args[0].value if meaning and call.args else call.func.value
            elif meaning.startswith(INITIALISERS) and call.args:
                yield call.args[0].value
        targets = [t.target for s in self.source.each(cst.Assign) for t in s.targets]
        targets += [s.target for s in self.source.each(cst.AugAssign)]
        yield from (t.value for t in targets if isinstance(t, cst.Subscript) and not _has_key(t))

    def _draws(self, call: cst.Call) -> bool:
        """Tell whether a call initialises with random numbers."""
        meaning = self.types.meanings.get(call.func, "")
        is_drawn = meaning.startswith(INITIALISERS) and last(call.func) not in CONSTANTS
        return is_drawn and bool(call.args)

    def writes_history(self, written: cst.BaseExpression) -> bool:
        """Tell whether a method fills the whole of a tensor that may be trained."""
        method = self.source.parents[written]
        return (
            isinstance(method, cst.Attribute)
            and method.attr.value in FILLERS
            and self.types.of(written) == TENSOR
            and self.trained.may_be(written)
        )

    def _is_view(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.Name():
                loops = [self.source.parents.get(store) for store in self.memory.stores(node)]
                return any(
                    isinstance(loop, cst.For | cst.CompFor) and self.types.of(loop.iter) == TENSOR
                    for loop in loops
                )
            case cst.Subscript(value=value):
                return self.types.of(value) == TENSOR
            case cst.Attribute(attr=name):
                return name.value in VIEW_ATTRIBUTES
            case cst.Call(func=function):
                return last(function) in VIEWS.split()
        return False

    def _is_torchs(self, call: cst.Call) -> bool:
        """Tell whether a call is a tensor's: a string has a `split` as well."""
        base = self.memory.base(call)
        if base is None or call.func in self.types.meanings:
            return base is not None
        if is_imported(self.source, base):  # a function, of a framework that a port has led to
            return False
        of = self.types.of(base)
        return of == TENSOR or (of == UNKNOWN and last(call.func) not in COMMON)

    def _is_base(
        self, call: cst.Call, written: cst.BaseExpression, sources: set[cst.CSTNode]
    ) -> bool:
        """Tell whether a write changes what a call was given, and what it gave is kept."""
        base = self.memory.base(call)
        if base is None or not self.memory.is_kept(call):
            return False
        names = [n for n in self.memory.sources(base) if isinstance(n, cst.Name)]
        others = [n for n in sources if isinstance(n, cst.Name)]
        return any(
            one.value == other.value
            and (stores := self.memory.stores(one) & self.memory.stores(other))
            and self.memory.may_precede(call, written, stores)
            for one in names
            for other in others
        )

    def _may_share(self, store: cst.CSTNode) -> bool:
        statement = self.source.parents.get(store)
        if isinstance(statement, cst.AssignTarget):
            statement = self.source.parents.get(statement)
        match statement:
            case cst.AugAssign():
                return False
            case cst.Assign(value=value):
                return self._is_anothers(value)
        return True  # a parameter, a loop's variable, a part of a tuple

    def _is_anothers(self, value: cst.BaseExpression) -> bool:
        """Tell whether an expression is no tensor of its own: a name, a view, one to be trained."""
        match value:
            case cst.Call(func=function, args=arguments) if last(function) not in VIEWS.split():
                return any(a.keyword and "grad" in a.keyword.value for a in arguments)
            case cst.Call():
                base = self.memory.base(value)
                return base is None or self._is_anothers(base)
        return isinstance(value, cst.Name | cst.Attribute | cst.Subscript)


def _filled(call: cst.Call) -> cst.BaseExpression:
    """Return what a call initialises; its `.data` is left out."""
    tensor = call.args[0].value
    is_data = isinstance(tensor, cst.Attribute) and tensor.attr.value == "data"
    return tensor.value if is_data and isinstance(tensor, cst.Attribute) else tensor


def _has_key(target: cst.Subscript) -> bool:
    """Tell whether a subscript is a dict's: a tensor has no strings for an index."""
    index = target.slice[0].slice
    return isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString)
