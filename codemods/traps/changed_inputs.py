"""Inputs that a layer changes in torch, `nn.ReLU(inplace=True)`, and that are read again.

Paddle's layers work out of place: what reads the input afterwards finds what it was before.

https://docs.pytorch.org/docs/2.13/generated/torch.nn.ReLU.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import value_of
from codemods.values.flow import is_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.syntax.source import Source
    from codemods.traps.sharing import Sharing
    from codemods.values.infer import Types

LAYERS: Final = frozenset(
    f"torch.nn.{name}"
    for name in ("ELU", "Hardswish", "LeakyReLU", "Mish", "ReLU", "ReLU6", "SELU", "SiLU")
)
FIRST_RUN: Final = "torch.nn.Sequential"


def changed_inputs(source: Source, types: Types, sharing: Sharing) -> Iterator[cst.Name]:
    """Yield every input of a layer that works in place which is read again."""
    if not any(_is_in_place(source, types, call) for call in source.each(cst.Call)):
        return
    for call in source.each(cst.Call):
        match call:
            case cst.Call(func=layer, args=[cst.Arg(value=cst.Name() as given)]) if any(
                _is_in_place(source, types, made) for made in _made(types, sharing, layer)
            ):
                if _is_read_again(source, sharing, given):
                    yield given


def _is_in_place(source: Source, types: Types, made: cst.CSTNode) -> bool:
    """Tell whether an expression makes a layer that works in place, or begins with one."""
    if not isinstance(made, cst.Call):
        return False
    meaning = types.meanings.get(made.func, "")
    if meaning == FIRST_RUN and made.args:
        return _is_in_place(source, types, made.args[0].value)
    if meaning not in LAYERS:
        return False
    named = [a.value for a in made.args if a.keyword and a.keyword.value == "inplace"]
    placed = [a.value for a in made.args if a.keyword is None]
    return any(value_of(source, value) is not False for value in named) or any(
        value_of(source, value) is True for value in placed
    )


def _made(types: Types, sharing: Sharing, layer: cst.BaseExpression) -> set[cst.CSTNode]:
    """Return what may have made a layer."""
    if not isinstance(layer, cst.Attribute):
        return sharing.memory.sources(layer)
    owner = types.of(layer.value)
    places = types.definitions.attributes[layer.attr.value]
    stores = [p for p in places if is_store(types, p) and types.of(p.value) == owner]
    return {v for store in stores for v in sharing.memory.given(store)}


def _is_read_again(source: Source, sharing: Sharing, given: cst.Name) -> bool:
    """Tell whether a tensor is read once more when a layer has changed it."""
    if sharing.is_known_elsewhere(given):
        return True
    line = source.enclosing(given, cst.SimpleStatementLine)
    loads = [load for load in sharing.loads(given) if load is not given]
    if any(source.enclosing(load, cst.SimpleStatementLine) is line for load in loads):
        return True
    if _is_bound_anew(source, given):
        return False
    stores = sharing.memory.stores(given)
    return any(
        stores & sharing.memory.stores(load) and sharing.memory.may_precede(given, load, stores)
        for load in (given, *loads)
    )


def _is_bound_anew(source: Source, given: cst.Name) -> bool:
    """Tell whether what a layer gives takes its input's name: `x = self.act(x)`."""
    statement = source.enclosing(given, cst.Assign)
    targets = statement.targets if statement is not None else ()
    return any(source.text(t.target) == given.value for t in targets)
