"""Tensors that a gradient may flow into: what is made of numbers, or detached, is none.

In torch a write into a view changes the history of the tensor behind it. On Paddle and OneFlow it
changes the values alone, and the gradient flows as if nothing had been written (measured).

https://docs.pytorch.org/docs/2.13/notes/autograd.html#in-place-operations-with-autograd
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.traps.memory import last
from codemods.values.kinds import TENSOR, UNKNOWN

if TYPE_CHECKING:
    from codemods.traps.memory import Memory
    from codemods.values.infer import Types

# Functions that make a tensor without a history, unless they are asked for one.
MAKERS: Final = """
arange as_tensor empty empty_like eye from_numpy full full_like linspace load new_full new_ones
new_zeros ones ones_like rand rand_like randint randn randn_like randperm tensor zeros zeros_like
FloatTensor LongTensor Tensor
"""
ENDS: Final = ("detach", "argmax", "argmin", "argsort", "bool", "int", "long", "one_hot", "nonzero")


class Trained:
    """Which expressions of a file may be part of what is trained."""

    def __init__(self, types: Types, memory: Memory) -> None:
        self.types, self.memory = types, memory
        self._known: dict[cst.CSTNode, bool] = {}

    def may_be(self, node: cst.CSTNode) -> bool:
        """Tell whether a gradient may flow into what an expression gives."""
        if node not in self._known:
            self._known[node] = False  # what a loop feeds adds nothing of its own
            self._known[node] = self._may_be(node)
        return self._known[node]

    def _may_be(self, node: cst.CSTNode) -> bool:  # noqa: PLR0911  # one case per kind of node
        match node:
            case cst.Comparison() | cst.BaseNumber() | cst.SimpleString():
                return False
            case cst.BinaryOperation(left=left, right=right):
                return self.may_be(left) or self.may_be(right)
            case cst.UnaryOperation(expression=inner):
                return self.may_be(inner)
            case cst.Attribute(attr=cst.Name("data")):
                return False
            case cst.Call(func=function):
                return last(function) not in ENDS and self._call(node)
            case cst.Name() | cst.Subscript() | cst.Attribute():
                return self._any(node)
        return self.types.of(node) in (TENSOR, UNKNOWN)

    def _call(self, call: cst.Call) -> bool:
        if last(call.func) in MAKERS.split():
            return any(a.keyword and "grad" in a.keyword.value for a in call.args)
        given = [a.value for a in call.args]
        if call.func in self.types.meanings:
            return any(self.may_be(value) for value in given)
        if isinstance(call.func, cst.Attribute) and self.types.of(call.func.value) == TENSOR:
            return any(self.may_be(value) for value in (call.func.value, *given))
        return self._any(call)

    def _any(self, node: cst.BaseExpression) -> bool:
        others = self.memory.origins(node)
        return any(self.may_be(other) for other in others) if others else True
