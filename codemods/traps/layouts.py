"""Weights of linear layers: where they lie the other way round, a use of one may mean another.

Paddle's Linear keeps [in, out], torch's [out, in]. Filling such a weight, or asking for its
device, is the same; a product with it, a row of it or sharing it with another layer is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.traps.memory import last
from codemods.values.kinds import UNKNOWN

if TYPE_CHECKING:
    from codemods.syntax.source import Source
    from codemods.values.infer import Types

LINEAR: Final = "torch.nn.Linear"
INITIALISERS: Final = ".nn.init."
# What is the same whichever way a weight lies.
ALIKE: Final = frozenset(
    ("device", "dtype", "requires_grad", "fill_", "normal_", "numel", "uniform_", "zero_")
)


def may_be_turned(source: Source, types: Types, node: cst.Attribute) -> bool:
    """Tell whether `x.weight` may be a linear layer's, and be used so that its axes matter."""
    if LINEAR not in types.meanings.values():
        return False
    of = types.of(node.value)
    if of != UNKNOWN and types.holder(of) != "module":
        return False
    if isinstance(of.owner, cst.ClassDef) and types.defines(of.owner, "weight"):
        # A parameter of the user's own lies as it was made, unless a Linear multiplies by it.
        return LINEAR in types.definitions.lineage(of.owner)
    return not (
        _is_of_another(source, types, node.value)
        or _is_guarded(source, node)
        or _is_alike(source, types, node)
    )


def _is_of_another(source: Source, types: Types, layer: cst.BaseExpression) -> bool:
    """Tell whether what holds the layer is only ever assigned layers of other classes."""
    name = last(layer)
    made = {
        types.meanings.get(statement.value.func, LINEAR)
        for statement in source.each(cst.Assign)
        if isinstance(statement.value, cst.Call)
        and any(last(t.target) == name for t in statement.targets)
    }
    return bool(name) and bool(made) and LINEAR not in made


def _is_guarded(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether an `if isinstance(...)` around a node is about other layers."""
    tests = [source.text(a.test) for a in source.ancestors(node) if isinstance(a, cst.If)]
    return any("isinstance(" in test and "Linear" not in test for test in tests)


def _is_alike(source: Source, types: Types, node: cst.Attribute) -> bool:
    parent = source.parents.get(node)
    if isinstance(parent, cst.Attribute) and parent.attr.value == "data":
        parent = source.parents.get(parent)
    if isinstance(parent, cst.Attribute):
        return parent.attr.value in ALIKE
    if isinstance(parent, cst.Comparison):
        return all(isinstance(c.operator, cst.Is | cst.IsNot) for c in parent.comparisons)
    call = source.parents.get(parent) if isinstance(parent, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    # Behind a port with `--partial` it is the target's own.
    meaning = types.meanings.get(call.func) or source.text(call.func)
    return INITIALISERS in f".{meaning}"
