"""Paddle's BatchNorm keeps its running statistics among `parameters()`, where torch has none.

What trains or clips parameters passes over them, for they have no gradient. What counts,
penalises, averages, fills or unfreezes all parameters meets them as well.

https://docs.pytorch.org/docs/2.13/generated/torch.nn.BatchNorm2d.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/BatchNorm2D_en.html
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import is_python_own, value_of
from codemods.traps.memory import last

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.analysis.names import Names
    from codemods.analysis.project import View
    from codemods.syntax.source import Source

REASON: Final = (
    "Paddle's BatchNorm has its running statistics among the parameters, which this use meets"
)
HINT: Final = (
    "take torch's by name, which is the same on torch: [p for n, p in net.named_parameters() "
    'if not n.endswith(("_mean", "_variance"))]'
)
METHODS: Final = ("parameters", "named_parameters")
LAYERS: Final = "torch.nn.BatchNorm"
CONTAINERS: Final = tuple(f"torch.nn.{n}" for n in ("Sequential", "ModuleList", "ModuleDict"))
# Builtins that hand on what they are given; what others read out of it is not followed.
HANDED_ON: Final = ("dict", "filter", "iter", "list", "tuple")
# What an expression may stand in, and be handed on as a part of.
DISPLAYS: Final = (
    cst.Element, cst.StarredElement, cst.DictElement, cst.List, cst.Tuple, cst.Dict,
    cst.BinaryOperation, cst.IfExp,
)  # fmt: skip
# Methods that put a parameter beside others.
COLLECTED: Final = ("add_param_group", "append", "extend")
TESTED: Final = ("dim", "grad", "ndim", "requires_grad", "shape", "size")
MAX_DEPTH: Final = 20  # names that hold each other end here


def meets_statistics(source: Source, names: Names, view: View | None) -> Iterator[cst.Call]:
    """Yield every call of `parameters()` whose use is another one with the statistics in it."""
    meanings: dict[cst.CSTNode, str] = {r.node: r.qualified for r in names.references}
    is_near = any(m.startswith(LAYERS) for m in meanings.values())
    if not is_near and (view is None or not view.is_named(LAYERS.rpartition(".")[2])):
        return
    uses = _Uses(source, meanings)
    for call in source.each(cst.Call):
        match call.func:
            case cst.Attribute(value=layer, attr=cst.Name(value=method)) if method in METHODS:
                if not (uses.is_of_another(layer) or uses.is_same(call)):
                    yield call


class _Uses:
    """What becomes of an expression that gives parameters."""

    def __init__(self, source: Source, meanings: Mapping[cst.CSTNode, str]) -> None:
        self.source, self.meanings = source, meanings
        self.made: dict[str, list[str]] = defaultdict(list)
        for statement in source.each(cst.Assign):
            value = statement.value
            made = meanings.get(value.func, LAYERS) if isinstance(value, cst.Call) else LAYERS
            for target in statement.targets:
                self.made[last(target.target)].append(made)
        self.made.pop("", None)

    def is_of_another(self, layer: cst.BaseExpression) -> bool:
        """Tell whether a name holds nothing but single layers of other classes of torch."""
        made = self.made.get(last(layer), [])
        return bool(made) and not any(m.startswith((LAYERS, *CONTAINERS)) for m in made)

    def is_same(self, node: cst.CSTNode, depth: int = 0) -> bool:
        """Tell whether an expression goes only where statistics have no part in what is done."""
        if depth > MAX_DEPTH:
            return False
        parent, depth = self.source.parents.get(node), depth + 1
        match parent:
            case cst.Arg():
                return self._is_given(parent, depth)
            case (cst.CompFor() | cst.For()) as loop if loop.iter is node:
                return self._is_looped(loop, depth)
            case cst.Assign(targets=targets):
                return all(self._is_held(t.target, depth) for t in targets)
        return isinstance(parent, DISPLAYS) and self.is_same(parent, depth)

    def _is_given(self, argument: cst.Arg, depth: int) -> bool:
        call = self.source.parents[argument]
        if not isinstance(call, cst.Call) or argument.star:
            return False
        name = self.source.text(call.func)
        if is_python_own(self.source, call, name):
            picked = self.source.text(call.args[0]) if name == "filter" else ""
            if name == "next" or ".requires_grad" in picked:
                return True
            return name in HANDED_ON and self.is_same(call, depth)
        if name.endswith("chain"):
            return self.is_same(call, depth)
        taken = list(self._parameters(call, argument))
        # What is not of the file makes an optimizer, or clips: it has no other tensors.
        return all(self._are_same(self._reads(f, p), depth) for f, p in taken)

    def _parameters(
        self, call: cst.Call, argument: cst.Arg
    ) -> Iterator[tuple[cst.FunctionDef, str]]:
        """Yield the parameters that an argument may be for functions of the file."""
        name = last(call.func)
        owners = [c for c in self.source.each(cst.ClassDef) if c.name.value == name]
        for function in self.source.each(cst.FunctionDef):
            owner = self.source.enclosing(function, cst.ClassDef, cst.FunctionDef)
            is_made = owner in owners and function.name.value == "__init__"
            if function.name.value != name and not is_made:
                continue
            if argument.keyword is not None:
                yield function, argument.keyword.value
                continue
            place = call.args.index(argument) + isinstance(owner, cst.ClassDef)
            positional = [*function.params.posonly_params, *function.params.params]
            yield function, positional[place].name.value if place < len(positional) else ""

    def _reads(self, function: cst.FunctionDef, name: str) -> list[cst.CSTNode] | None:
        if not name:
            return None
        return [n for n in _named(function.body, name) if not self._is_stored(n)]

    def _is_held(self, target: cst.BaseExpression, depth: int) -> bool:
        match target:
            case cst.Name(value=name):
                scope = self.source.scopes.get(target)
                found = scope[name] if scope is not None else ()
                reads = [access.node for a in found for access in a.references]
            case cst.Attribute(attr=cst.Name(value=name)):
                every = self.source.each(cst.Attribute)
                reads = [a for a in every if a.attr.value == name and not self._is_stored(a)]
            case _:
                return False
        return self._are_same(reads, depth)

    def _are_same(self, reads: Iterable[cst.CSTNode] | None, depth: int) -> bool:
        return reads is not None and all(self.is_same(read, depth) for read in reads)

    def _is_stored(self, node: cst.CSTNode) -> bool:
        return isinstance(self.source.parents.get(node), cst.AssignTarget)

    # loops over parameters

    def _is_looped(self, loop: cst.For | cst.CompFor, depth: int) -> bool:
        match loop.target:
            case (
                cst.Name(value=param) | cst.Tuple(elements=[_, cst.Element(cst.Name(value=param))])
            ):
                pass
            case _:
                return False
        if isinstance(loop, cst.CompFor):
            return self._is_comprehended(loop, param, depth)
        uses = [use for use in _named(loop.body, param) if not self._is_picked(use, loop, param)]
        return all(self._is_harmless(use) for use in uses)

    def _is_comprehended(self, loop: cst.CompFor, param: str, depth: int) -> bool:
        whole = self.source.parents[loop]
        if any(_picks(self.source.text(i.test), param) for i in loop.ifs):
            return True
        if loop.inner_for_in is not None or isinstance(whole, cst.CompFor | cst.DictComp):
            return False
        is_handed_on = isinstance(whole, cst.ListComp | cst.GeneratorExp | cst.SetComp) and (
            isinstance(whole.elt, cst.Name | cst.Tuple | cst.Dict)
        )
        return is_handed_on and self.is_same(whole, depth)

    def _is_picked(self, use: cst.CSTNode, loop: cst.For, param: str) -> bool:
        """Tell whether a use is reached only by parameters that are trained."""
        below: cst.CSTNode = use
        for above in self.source.ancestors(use):
            match above:
                case cst.If(test=test, body=body) if body is below:
                    if _picks(self.source.text(test), param):
                        return True
                case cst.IndentedBlock() if self._is_after_skip(above, below, param):
                    return True
            if above is loop:
                return False
            below = above
        return False

    def _is_after_skip(self, block: cst.IndentedBlock, below: cst.CSTNode, param: str) -> bool:
        before = block.body[: next(i for i, line in enumerate(block.body) if line is below)]
        return any(isinstance(line, cst.If) and self._skips(line, param) for line in before)

    def _skips(self, statement: cst.If, param: str) -> bool:
        tests = (f"not {param}.requires_grad", f"{param}.grad is None")
        is_jump = self.source.text(statement.body).strip() == "continue"
        return is_jump and self.source.text(statement.test) in tests

    def _is_harmless(self, use: cst.CSTNode) -> bool:
        """Tell whether one use of a parameter in a loop does nothing with a statistic."""
        parent = self.source.parents.get(use)
        if not isinstance(parent, cst.Attribute):
            return self._is_collected(parent) if isinstance(parent, cst.Arg) else False
        above, name = self.source.parents.get(parent), parent.attr.value
        if name == "requires_grad" and isinstance(above, cst.AssignTarget):
            statement = self.source.parents[above]
            if not isinstance(statement, cst.Assign):
                return False
            return value_of(self.source, statement.value) is False
        if name == "requires_grad_" and isinstance(above, cst.Call) and above.args:
            return value_of(self.source, above.args[0].value) is False
        return name in TESTED and self._is_in_test(use)

    def _is_collected(self, argument: cst.Arg) -> bool:
        call = self.source.parents[argument]
        return isinstance(call, cst.Call) and last(call.func) in COLLECTED

    def _is_in_test(self, node: cst.CSTNode) -> bool:
        below = node
        for above in self.source.ancestors(node):
            if isinstance(above, cst.If | cst.IfExp) and below is above.test:
                return True
            below = above
        return False


def _picks(test: str, param: str) -> bool:
    """Tell whether a condition holds for parameters that are trained, and for no statistic."""
    if "_mean" in test and "_variance" in test:
        return True
    is_trained = test.replace(f"not {param}.requires_grad", "")
    words = (f"{param}.requires_grad", f"{param}.grad is not None")
    return " or " not in test and any(word in is_trained for word in words)


def _named(node: cst.CSTNode, name: str) -> Iterator[cst.Name]:
    """Yield the names of this spelling within a node, but for attributes' and keywords'."""
    if isinstance(node, cst.Name) and node.value == name:
        yield node
    for child in (node.value,) if isinstance(node, cst.Attribute | cst.Arg) else node.children:
        yield from _named(child, name)
