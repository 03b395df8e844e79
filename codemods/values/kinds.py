"""What an expression is, as far as a port has to know: a small lattice of types."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import libcst as cst

MAX_DEPTH: Final = 3  # a type that grows in a loop (`x = (x, y)`) ends here


@dataclass(frozen=True, slots=True)
class Type:
    """A kind; for a tuple or list what is in it, for a class of the file its definition.

    "nothing" is what no path gives, "unknown" what may be anything.
    """

    kind: str
    items: tuple[Type, ...] = ()
    owner: cst.ClassDef | cst.FunctionDef | None = None

    @property
    def depth(self) -> int:
        return 1 + max((i.depth for i in self.items), default=0)


NOTHING: Final = Type("nothing")
UNKNOWN: Final = Type("unknown")
VALUE: Final = Type("value")  # a number, a string, an array: nothing of torch's
TENSOR: Final = Type("tensor")
DICT: Final = Type("dict")  # what is in it is not followed
STATE: Final = Type("state")  # a module's tensors by their names
LAYER: Final = Type("layer")  # a module whose call gives a tensor
MODULE: Final = Type("module")
BATCH: Final = Type("batch")  # what a loader yields
SCALER: Final = Type("scaler")
OPTIMIZER: Final = Type("optimizer")


def tuple_of(items: Iterable[Type]) -> Type:
    return _bounded(Type("tuple", tuple(items)))


def list_of(item: Type) -> Type:
    return _bounded(Type("list", (item,)))


def instance_of(owner: cst.ClassDef) -> Type:
    return Type("instance", owner=owner)


def of_kind(kind: str) -> Type:
    """Return the type that a table's `returns` means."""
    return _STRUCTURES.get(kind) or Type(kind)


def join(types: Iterable[Type]) -> Type:
    """Return what is true of a value that has any of these types."""
    return reduce(_join, types, NOTHING)


def element(of: Type) -> Type:
    """Return what iterating gives."""
    match of.kind:
        case "list":
            return of.items[0]
        case "tuple":
            return join(of.items)
        case "tensor" | "value" | "nothing":
            return of
    return _ELEMENTS.get(of.kind, UNKNOWN)


def item(of: Type, index: int | None) -> Type:
    """Return what unpacking or subscribing gives; `index` is None where it is not a constant."""
    if of.kind == "tuple" and index is not None and -len(of.items) <= index < len(of.items):
        return of.items[index]
    return TENSOR if of == STATE else element(of)


def of_state(method: str) -> Type:
    """Return what a method of a module's state gives: it is a dict."""
    return _OF_STATE.get(method, UNKNOWN)


def arithmetic(types: Iterable[Type]) -> Type:
    """Return what an operator between values gives: with a tensor, a tensor."""
    found = [t for t in types if t != NOTHING]
    if TENSOR in found:
        return TENSOR
    return join(found) if all(t in (VALUE, UNKNOWN) for t in found) else UNKNOWN


def _join(one: Type, other: Type) -> Type:
    if other in (one, NOTHING):
        return one
    if one == NOTHING:
        return other
    if one.kind == other.kind and one.items and len(one.items) == len(other.items):
        items = tuple(_join(a, b) for a, b in zip(one.items, other.items, strict=True))
        return Type(one.kind, items)
    return MODULE if {one, other} == {LAYER, MODULE} else UNKNOWN


def _bounded(found: Type) -> Type:
    return UNKNOWN if found.depth > MAX_DEPTH else found


_ELEMENTS: Final = {
    "state": VALUE,
    "loader": BATCH,
    "dataset": BATCH,
    "batch": TENSOR,
    "layers": LAYER,
    "layer": LAYER,
}
_STRUCTURES: Final = {
    "pair of tensors": tuple_of((TENSOR, TENSOR)),
    "tensors": list_of(TENSOR),
    "named tensors": list_of(tuple_of((VALUE, TENSOR))),
    "modules": list_of(MODULE),
    "named modules": list_of(tuple_of((VALUE, MODULE))),
}
_OF_STATE: Final = {
    "copy": STATE,
    "get": TENSOR,
    "items": list_of(tuple_of((VALUE, TENSOR))),
    "keys": VALUE,
    "pop": TENSOR,
    "values": list_of(TENSOR),
}
