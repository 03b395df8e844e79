"""The parameters of a model under torch's names, with how they lie: what a state is matched by.

Paddle keeps the weight of a `Linear` as [in, out], and BatchNorm's running statistics among the
parameters and under names of its own.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Overview_en.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from bridge.backends import backend_of, typename
from bridge.errors import StateMismatchError, UnknownTensorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.backends._protocol import Backend, Tensor


@dataclass(frozen=True, slots=True)
class Slot:
    """What torch calls a tensor of a layer, and whether torch keeps it the other way round."""

    name: str
    is_transposed: bool = False
    is_statistic: bool = False


_STATISTICS: Final = {
    "_mean": Slot("running_mean", is_statistic=True),
    "_variance": Slot("running_var", is_statistic=True),
}

PADDLE: Final[Mapping[str, Mapping[str, Slot]]] = {
    "BatchNorm": _STATISTICS,
    "Linear": {"weight": Slot("weight", is_transposed=True)},
    "PReLU": {"_weight": Slot("weight")},
    "_BatchNormBase": _STATISTICS,
}
"""Paddle's layers that differ from torch's: the layer's class -> its own name of a tensor."""

COUNTERS: Final = frozenset({"num_batches_tracked"})
"""Statistics that only some frameworks keep, for an option that hardly anybody sets."""


@dataclass(frozen=True, slots=True)
class Named:
    """One tensor of a model, under torch's name."""

    name: str
    tensor: Tensor
    is_transposed: bool = False
    is_statistic: bool = False
    is_unclear: bool = False
    """Whether nothing tells how it lies."""


def is_counter(name: str) -> bool:
    return name.rpartition(".")[2] in COUNTERS


def collect(params: Any, transposed: Iterable[str] | None) -> dict[str, Named]:
    """Name the tensors of a model, or those given as a mapping or as pairs.

    Where `transposed` is None, the layers tell which weights lie the other way round than torch's.
    """
    is_model = hasattr(params, "named_parameters")
    found = list(_of_model(params) if is_model else _of_pairs(params))
    xp = backend_of(each.tensor for each in found)
    if transposed is None:
        named = [_as_layers_say(xp, each, is_model=is_model) for each in found]
    else:
        named = [_as_told(each, set(transposed)) for each in found]
    by_name = {each.name: each for each in named}
    unknown = sorted(set(transposed or ()) - set(by_name))
    if unknown:
        raise StateMismatchError(
            f"transposed names {', '.join(unknown)}, which is not among the parameters.\n"
            f"Accepted: {', '.join(by_name)}."
        )
    for each in named:
        if each.is_transposed and len(each.tensor.shape) != 2:  # noqa: PLR2004 - a matrix
            raise StateMismatchError(
                f"{each.name} cannot lie transposed: it is {list(each.tensor.shape)}.\n"
                "Hint: name only matrices in transposed."
            )
    return by_name


def _as_layers_say(xp: Backend, each: Named, *, is_model: bool) -> Named:
    return Named(
        each.name,
        each.tensor,
        is_transposed=each.is_transposed or xp.is_transposed(each.tensor),
        is_statistic=each.is_statistic,
        is_unclear=not is_model and xp.is_unclear(each.tensor),
    )


def _as_told(each: Named, transposed: set[str]) -> Named:
    return Named(each.name, each.tensor, each.name in transposed, each.is_statistic)


def _of_model(model: Any) -> Iterator[Named]:
    layers = dict(model.named_modules())
    # Buffers that a model does not save are not part of its state.
    saved = model.state_dict()
    for path, tensor in chain(model.named_parameters(), model.named_buffers()):
        if path in saved:
            place, _, own = path.rpartition(".")
            slot = _slot(type(layers[place]), own)
            name = f"{place}.{slot.name}" if place else slot.name
            yield Named(name, tensor, slot.is_transposed, slot.is_statistic)


def _slot(layer: type, own: str) -> Slot:
    for cls in layer.__mro__:
        if cls.__module__.startswith("paddle.nn.") and own in PADDLE.get(cls.__name__, {}):
            return PADDLE[cls.__name__][own]
    return Slot(own)


def _of_pairs(params: Any) -> Iterator[Named]:
    pairs = params.items() if isinstance(params, Mapping) else params
    if not isinstance(pairs, Iterable):
        raise UnknownTensorError(
            "params must be a model, a mapping of names to tensors, or pairs of both, "
            f"got {typename(params)}."
        )
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):  # noqa: PLR2004 - name, tensor
            raise UnknownTensorError(
                f"params must be named, got {typename(pair)} among them.\n"
                "Hint: pass the model, or model.named_parameters()."
            )
        yield Named(*pair)
