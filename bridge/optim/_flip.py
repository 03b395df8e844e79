"""The state of a matrix that lies the other way round in another framework.

Paddle's `Linear` keeps its weight as [in, out], torch's and OneFlow's as [out, in], and so lies all
that an optimizer remembers of it.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Linear_en.html
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bridge.backends._protocol import State

MATRIX = 2

_SWAPPED = {"row_var": "col_var", "col_var": "row_var"}
"""What Adafactor keeps of the rows is what it would keep of the columns, and vice versa."""


def flip(state: State, to_numpy: Callable[[Any], Any]) -> State:
    """Turn every matrix of the state over, as an array."""
    return {_SWAPPED.get(key, key): _flipped(value, to_numpy) for key, value in state.items()}


def _flipped(value: Any, to_numpy: Callable[[Any], Any]) -> Any:
    return to_numpy(value).T if len(getattr(value, "shape", ())) == MATRIX else value


def flip_flat(
    state: State,
    shapes: Sequence[Sequence[int]],
    turned: Sequence[bool],
    to_numpy: Callable[[Any], Any],
) -> State:
    """Turn the matrices over within LBFGS's vectors of all parameters in a row."""

    def flipped(value: Any) -> Any:
        if isinstance(value, list):
            return [flipped(each) for each in value]
        if len(getattr(value, "shape", ())) != 1:
            return value
        vector, start = to_numpy(value).copy(), 0
        for shape, is_turned in zip(shapes, turned, strict=True):
            end = start + prod(shape)
            if is_turned:
                vector[start:end] = vector[start:end].reshape(shape).T.reshape(-1)
            start = end
        return vector

    return {key: flipped(value) for key, value in state.items()}


def is_flat(state: Mapping[str, Any]) -> bool:
    """Whether this is a state of LBFGS, which has vectors of all parameters in a row."""
    return "prev_flat_grad" in state


def check_flat(state: Mapping[str, Any], shapes: Sequence[Sequence[int]]) -> None:
    """Refuse vectors of other parameters than those with these shapes."""
    found, wanted = int(state["prev_flat_grad"].shape[0]), sum(map(prod, shapes))
    if found != wanted:
        raise ValueError(
            f"loaded state dict holds vectors of {found} numbers, the parameters have {wanted}.\n"
            "Hint: give LBFGS trainable parameters only; Paddle's parameters() yields BatchNorm's "
            "statistics too."
        )


def fits(found: Sequence[int], shape: Sequence[int]) -> bool:
    """Whether an entry with the shape `found` can be of a parameter of that shape."""
    return all(a in {b, 1} for a, b in zip(found, shape, strict=True))


def check_shapes(place: object, state: Mapping[str, Any], shape: Sequence[int]) -> None:
    """Refuse what cannot be of a parameter of that shape."""
    for key, value in state.items():
        found = tuple(getattr(value, "shape", ()))
        # Adafactor keeps one row and one column; LBFGS vectors of all parameters in a row.
        if len(found) < MATRIX or len(found) != len(shape):
            continue
        if fits(found, shape):
            continue
        hint = (
            "it lies the other way round: bridge.move_state moves it with its parameter."
            if found == tuple(reversed(shape))
            else "give the parameters in the order of the state that is loaded, or by name."
        )
        raise ValueError(
            f"loaded state dict holds {key} of parameter {place} as {list(found)}, "
            f"but the parameter is {list(shape)}.\nHint: {hint}"
        )
