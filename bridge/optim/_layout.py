"""Which parameters lie the other way round than the state that is loaded for them.

Paddle's `Linear` keeps its weight as [in, out], torch's and OneFlow's as [out, in]. Paddle's own
name of a parameter tells its layer; a name that the user gave, or one of a class of the user's own,
does not. Then the shapes tell, except those of a square matrix: that is refused.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Linear_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.backends import backend_name
from bridge.optim._flip import MATRIX, fits, is_flat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.backends._protocol import Backend, State, Tensor


def turned_places(
    xp: Backend, state_dict: Mapping[str, Any], params: Mapping[Any, Tensor]
) -> set[Any]:
    """Return the places of `state_dict` whose parameters, here, lie the other way round."""
    marked = state_dict.get("transposed", ())
    if state_dict.get("is_laid_out", False):  # the layers of both models have been asked
        return {place for place in params if (place in marked) != xp.is_transposed(params[place])}
    unclear, states = state_dict.get("unclear", ()), state_dict["state"]
    origin = _origin(states)
    flat = next((state for state in states.values() if is_flat(state)), None)
    turned = set()
    for place, param in params.items():
        is_turned = (place in marked) != xp.is_transposed(param)
        if place in unclear or xp.is_unclear(param):
            # Only the framework that has such layers marks places.
            is_own = xp.is_unclear(param) and (place in unclear or place in marked)
            lies_as_here = is_own or origin == xp.name
            state = flat or states.get(place, {})
            is_turned = not lies_as_here and _shapes_tell(place, param, state)
        if is_turned:
            turned.add(place)
    return turned


def _origin(states: Mapping[Any, State]) -> str | None:
    return next(filter(None, map(backend_name, _leaves(states))), None)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    else:
        yield value


def _shapes_tell(place: object, param: Tensor, state: State) -> bool:
    """Whether the entries' shapes are those of the parameter turned over."""
    wanted = tuple(param.shape)
    found = [tuple(getattr(value, "shape", ())) for value in state.values()]
    matrices = [shape for shape in found if len(shape) == MATRIX]
    is_straight = all(fits(shape, wanted) for shape in matrices)
    is_turned = all(fits(shape, wanted[::-1]) for shape in matrices)
    if is_flat(state) or (matrices and is_straight and is_turned and max(wanted) > 1):
        raise ValueError(
            f"loaded state dict does not tell how parameter {place}, {list(wanted)}, lies in it: "
            "Paddle keeps the weight of a Linear the other way round than torch and OneFlow, and "
            "the name that it has in Paddle is not that of a Linear.\n"
            "Hint: bridge.move_state, save and load ask the layers: give them the models as params."
        )
    return is_turned and not is_straight
