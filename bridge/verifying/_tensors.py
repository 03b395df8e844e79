"""A model's tensors under torch's names and in torch's layout, in any framework.

A tensor is addressed by the path of its layer in the model and by its name there, as torch spells
it; by the type of its layer the tables tell what a framework calls it, and whether it keeps it
the other way round.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Linear_en.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/BatchNorm1D_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.backends._protocol import Tensor

MODULES: Final[Mapping[str, str]] = {"torch": "Module", "paddle": "Layer", "oneflow": "Module"}
"""What a framework calls the base class of its layers."""

# framework -> its class of layers -> name there -> torch's, empty where torch has no such tensor
_NAMES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "paddle": {
        "_BatchNormBase": {"_mean": "running_mean", "_variance": "running_var"},
        "RNNBase": {"_dropout_state": ""},
    }
}
# framework -> its class of layers -> what it keeps transposed
_TRANSPOSED: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "paddle": {"Linear": frozenset({"weight"})}
}

# Only torch and OneFlow count batches, and only momentum=None reads the count.
OPTIONAL: Final = frozenset({"num_batches_tracked"})


class Slot(NamedTuple):
    """One tensor of a model."""

    key: str
    tensor: Tensor
    is_transposed: bool
    is_parameter: bool


def slots(model: Any, framework: str) -> Iterator[Slot]:
    """Yield every parameter and buffer of a model, parts of parts too, and each tensor once."""
    seen: set[int] = set()
    for path, layer in model.named_modules():
        own = [cls for cls in type(layer).__mro__ if cls.__module__.split(".")[0] == framework]
        names: Mapping[str, str] = _of_layer(_NAMES, framework, own) or {}
        transposed = _of_layer(_TRANSPOSED, framework, own) or frozenset()
        for held, is_parameter in ((layer._parameters, True), (layer._buffers, False)):  # noqa: SLF001
            for name, tensor in held.items():
                known = names.get(name, name)
                if tensor is not None and known and id(tensor) not in seen:
                    seen.add(id(tensor))
                    key = f"{path}.{known}" if path else known
                    yield Slot(key, tensor, name in transposed, is_parameter)


def _of_layer(table: Mapping[str, Mapping[str, Any]], framework: str, classes: list[type]) -> Any:
    rows = table.get(framework, {})
    return next((rows[cls.__name__] for cls in classes if cls.__name__ in rows), None)
