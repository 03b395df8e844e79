"""States as JSON and arrays: what a file without code can hold, and back without loss.

JSON has neither tuples nor infinities nor keys other than text; each gets an object of one key.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bridge.backends import backend, backend_name, typename
from bridge.errors import UnsavableError

if TYPE_CHECKING:
    from collections.abc import Callable

Array = Any
"""A numpy array; numpy is imported by whoever has one."""

_TENSOR: Final = "$tensor"
_BFLOAT16: Final = "$bfloat16"
_COMPLEX: Final = "$complex"
_TUPLE: Final = "$tuple"
_FLOAT: Final = "$float"
_DICT: Final = "$dict"
_COUNTER: Final = "$counter"


@dataclass(frozen=True, slots=True)
class BFloat16:
    """Numbers of bfloat16, which numpy does not have, in float32."""

    array: Array


def detached(value: Any) -> Any:
    """Copy a tensor of any framework, or a numpy array, out of where it lies; keep the rest."""
    if isinstance(value, dict):
        return type(value)({key: detached(each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return type(value)(detached(each) for each in value)
    name = backend_name(value)
    if name is not None:
        array = backend(name).to_numpy(value)
        return BFloat16(array) if "bfloat16" in str(value.dtype) else array
    if _is_numpys(value, "ndarray"):
        return value.copy()
    return value.item() if _is_numpys(value, "generic") else value


def as_array(value: Any) -> Any:
    """Return the array of a detached value; numbers stay numbers."""
    return value.array if isinstance(value, BFloat16) else value


def encode(value: Any, place: str, arrays: dict[str, Array]) -> Any:
    """Return `value` as JSON has it; its arrays go into `arrays`, under the place they have."""
    if isinstance(value, BFloat16) or _is_numpys(value, "ndarray"):
        return _encode_array(value, place, arrays)
    if isinstance(value, dict | list | tuple):
        return _encode_many(value, place, arrays)
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(float(value))}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise UnsavableError(
        f"{place} is {typename(value)}, which a file without code cannot hold.\n"
        "Accepted: tensors, arrays, numbers, text, None, and lists, tuples and dicts of these."
    )


def decode(value: Any, arrays: dict[str, Array]) -> Any:
    """Return what `encode` was given."""
    if isinstance(value, list):
        return [decode(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    for key, build in _BUILDERS.items():
        if key in value:
            return build(value[key], arrays)
    return {key: decode(each, arrays) for key, each in value.items()}


def _encode_array(value: Any, place: str, arrays: dict[str, Array]) -> dict[str, str]:
    if isinstance(value, BFloat16):
        arrays[place] = _upper_halves(value.array)
        return {_BFLOAT16: place}
    if value.dtype.kind == "c":
        arrays[place] = _with_parts(value)
        return {_COMPLEX: place}
    arrays[place] = value
    return {_TENSOR: place}


def _encode_many(value: Any, place: str, arrays: dict[str, Array]) -> Any:
    if isinstance(value, Counter):
        return {_COUNTER: _pairs(value, place, arrays)}
    if isinstance(value, dict):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: encode(each, f"{place}/{key}", arrays) for key, each in value.items()}
        return {_DICT: _pairs(value, place, arrays)}
    items = [encode(each, f"{place}/{i}", arrays) for i, each in enumerate(value)]
    return {_TUPLE: items} if isinstance(value, tuple) else items


def _pairs(value: dict[Any, Any], place: str, arrays: dict[str, Array]) -> list[Any]:
    return [
        [encode(key, place, arrays), encode(each, f"{place}/{key}", arrays)]
        for key, each in value.items()
    ]


def _unpaired(pairs: list[Any], arrays: dict[str, Array]) -> dict[Any, Any]:
    return {decode(key, arrays): decode(each, arrays) for key, each in pairs}


def _upper_halves(array: Array) -> Array:
    bits = array.reshape(-1).view("uint32") >> 16
    return bits.astype("uint16").reshape(array.shape)


def _from_upper_halves(bits: Array) -> BFloat16:
    array = (bits.reshape(-1).astype("uint32") << 16).view("float32")
    return BFloat16(array.reshape(bits.shape))


def _with_parts(array: Array) -> Array:
    # Not every version of the format has complex numbers.
    return array.reshape(-1).view(array.real.dtype).reshape((*array.shape, 2))


def _from_parts(parts: Array) -> Array:
    return parts[..., 0] + 1j * parts[..., 1]


def _is_numpys(value: object, kind: str) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, getattr(numpy, kind))


_BUILDERS: Final[dict[str, Callable[[Any, dict[str, Array]], Any]]] = {
    _TENSOR: lambda place, arrays: arrays[place],
    _BFLOAT16: lambda place, arrays: _from_upper_halves(arrays[place]),
    _COMPLEX: lambda place, arrays: _from_parts(arrays[place]),
    _TUPLE: lambda items, arrays: tuple(decode(items, arrays)),
    _FLOAT: lambda text, _: float(text),
    _DICT: _unpaired,
    _COUNTER: lambda pairs, arrays: Counter(_unpaired(pairs, arrays)),
}
