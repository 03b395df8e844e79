"""Whose memory a tensor has in torch: where an expression's tensor comes from, and where it goes.

https://docs.pytorch.org/docs/2.13/tensor_view.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.values.flow import handed, stores_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.syntax.source import Source
    from codemods.values.infer import Types

# Functions and methods whose result shares the memory of what they are called on.
VIEWS: Final = """
chunk contiguous cpu cuda detach diagonal expand expand_as flatten float moveaxis movedim narrow
permute reshape select split squeeze swapaxes t to transpose type_as unbind unflatten unsqueeze view
view_as
"""
VIEW_ATTRIBUTES: Final = ("T", "data", "mT")
# Builtin functions that hand their arguments on, as they are or one by one.
HANDED_ON: Final = ("dict", "enumerate", "iter", "list", "next", "reversed", "tuple", "zip")
# Methods that keep what they are given: of lists, sets, dicts, queues and what is like them.
STORING: Final = "add append appendleft extend insert push put send setdefault store update"
# What a function of torch gives that keeps nothing of its arguments.
COMPUTED: Final = ("list", "tensor", "tuple", "value")


def last(function: cst.BaseExpression) -> str:
    """Return the last word of a dotted name, nothing for what is none."""
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else ""


class Memory:
    """The ways of tensors through a file."""

    def __init__(self, source: Source, types: Types) -> None:
        self.source, self.types = source, types

    def base(self, call: cst.Call) -> cst.BaseExpression | None:
        """Return the tensor that a function of torch or a method works on."""
        if call.func in self.types.meanings:
            return call.args[0].value if call.args else None
        return call.func.value if isinstance(call.func, cst.Attribute) else None

    def sources(self, node: cst.BaseExpression) -> set[cst.CSTNode]:
        """Return every expression whose memory this one may have, itself among them."""
        found: set[cst.CSTNode] = set()
        ahead = [node]
        while ahead:
            if (one := ahead.pop()) not in found:
                found.add(one)
                ahead += self.origins(one)
        return found

    def stores(self, name: cst.Name) -> set[cst.CSTNode]:
        """Return what gave a name its tensor: `+=` keeps the one that it had."""
        found: set[cst.CSTNode] = set()
        seen: set[cst.CSTNode] = set()
        ahead = [name]
        while ahead:
            for store in stores_of(self.types, ahead.pop()):
                if isinstance(store, cst.Name) and self._is_augmented(store):
                    ahead += [] if store in seen else [store]
                else:
                    found.add(store)
                seen.add(store)
        return found

    def is_kept(self, node: cst.BaseExpression) -> bool:
        """Tell whether what an expression gives, or a view of it, goes where it is found again."""
        child: cst.CSTNode = node
        for parent in self.source.ancestors(node):
            passes = self._passes(parent, child)
            if passes is not None:
                return passes
            child = parent
        return False

    def may_precede(
        self, first: cst.CSTNode, second: cst.CSTNode, stores: set[cst.CSTNode]
    ) -> bool:
        """Tell whether one place may run before another, with what `stores` made once."""
        if self.source.start(first) < self.source.start(second):
            return True
        around = set(self.source.ancestors(first))
        loops = [a for a in self.source.ancestors(second) if isinstance(a, cst.For | cst.While)]
        return any(
            loop in around and loop not in self.source.ancestors(store)
            for loop in loops
            for store in stores
        )

    def _is_augmented(self, store: cst.Name) -> bool:
        parent = self.source.parents.get(store)
        return isinstance(parent, cst.AugAssign) and parent.target is store

    def origins(  # noqa: PLR0911  # one case per kind of node
        self, node: cst.BaseExpression
    ) -> Sequence[cst.BaseExpression]:
        """Return the expressions whose memory this one has at once; none if it is its own."""
        match node:
            case cst.Name():
                return [e for s in self.stores(node) for e in self.given(s)]
            case cst.Attribute(value=value, attr=name) if name.value in VIEW_ATTRIBUTES:
                return [value]
            case cst.Subscript(value=value) | cst.NamedExpr(value=value):
                return [value]
            case cst.Call():
                return self._handed_through(node)
            case cst.IfExp(body=one, orelse=other):
                return [one, other]
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                return [e.value for e in elements]
            case cst.Dict(elements=elements):
                return [e.value for e in elements]
            case cst.ListComp(elt=elt) | cst.GeneratorExp(elt=elt) | cst.DictComp(value=elt):
                return [elt]
        return []

    def _handed_through(self, call: cst.Call) -> Sequence[cst.BaseExpression]:
        """Return what a call may give back: a view's base, a builtin's arguments, a `return`."""
        if last(call.func) in VIEWS.split():
            base = self.base(call)
            return [] if base is None else [base]
        if isinstance(call.func, cst.Name) and call.func.value in HANDED_ON:
            return [a.value for a in call.args]
        function = self.types.of(call.func).owner
        if not isinstance(function, cst.FunctionDef):
            return []
        return self.types.definitions.returns(function) or []

    def given(self, store: cst.CSTNode) -> Iterator[cst.BaseExpression]:
        """Yield what a store puts into its name, as a whole or in parts."""
        if isinstance(store, cst.Param):
            yield from handed(self.types, store)
            return
        for parent in self.source.ancestors(store):
            match parent:
                case cst.Assign(value=value) | cst.NamedExpr(value=value):
                    yield value
                case cst.AnnAssign(value=value):
                    yield from () if value is None else (value,)
                case cst.For(iter=iterated) | cst.CompFor(iter=iterated):
                    yield iterated
                case cst.BaseStatement():
                    pass
                case _:
                    continue
            return

    def _passes(  # noqa: PLR0911  # one case per kind of node
        self, parent: cst.CSTNode, child: cst.CSTNode
    ) -> bool | None:
        """Tell whether a value is kept there; None where what is around it decides."""
        match parent:
            case cst.Arg():
                call = self.source.parents[parent]
                if not isinstance(call, cst.Call):
                    return False
                return None if self._hands_on(call, child) else self._stores(call)
            case cst.Attribute(attr=name):
                return None if name.value in (*VIEWS.split(), *VIEW_ATTRIBUTES) else False
            case cst.Subscript(value=value):
                return None if value is child else False
            case cst.IfExp(test=test):
                return False if test is child else None
            case cst.Call() | cst.Element() | cst.Tuple() | cst.List():
                return None
            case cst.Assign() | cst.For() | cst.CompFor():
                return True
            case cst.AnnAssign(value=value):
                return value is child
        return isinstance(parent, cst.Return | cst.Yield | cst.DictElement | cst.NamedExpr)

    def _hands_on(self, call: cst.Call, argument: cst.CSTNode) -> bool:
        """Tell whether a call gives its argument, or a view of it."""
        if call.func in self.types.meanings:
            return last(call.func) in VIEWS.split() and call.args[0].value is argument
        return isinstance(call.func, cst.Name) and call.func.value in HANDED_ON

    def _stores(self, call: cst.Call) -> bool:
        """Tell whether a call may keep its arguments: a list's append, an optimizer, an object."""
        if call.func in self.types.meanings:
            return self.types.of(call).kind not in COMPUTED
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in STORING.split():
            return True
        return self.types.of(call.func).kind == "class"
