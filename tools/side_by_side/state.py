"""A model's initial state, carried between frameworks by parameter name and layer type.

Every framework draws other random numbers, so a port is compared from the original's weights.
A tensor is addressed by the path of its layer in the model, the layer's type and the tensor's
name, all as torch spells them; the tables below say what a framework calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    State = dict[str, np.ndarray[Any, Any]]

Model = Any
Tensor = Any


class Slot(NamedTuple):
    """Where a layer keeps one of torch's tensors."""

    name: str
    is_transposed: bool = False


TORCH = {
    "Linear": ("Linear", {"weight": Slot("weight"), "bias": Slot("bias")}),
    "BatchNorm1d": (
        "BatchNorm1d",
        {
            "weight": Slot("weight"),
            "bias": Slot("bias"),
            "running_mean": Slot("running_mean"),
            "running_var": Slot("running_var"),
            "num_batches_tracked": Slot("num_batches_tracked"),
        },
    ),
}
PADDLE = {
    "Linear": ("Linear", {"weight": Slot("weight", is_transposed=True), "bias": Slot("bias")}),
    "BatchNorm1d": (
        "BatchNorm1D",
        {
            "weight": Slot("weight"),
            "bias": Slot("bias"),
            "running_mean": Slot("_mean"),
            "running_var": Slot("_variance"),
        },
    ),
}
LAYERS = {"torch": TORCH, "oneflow": TORCH, "paddle": PADDLE}

# Only torch and OneFlow count batches, and only for momentum=None, which no example uses.
OPTIONAL = {"num_batches_tracked"}
TRAINED = {"weight", "bias"}


def export_state(model: Model, framework: str) -> State:
    """Return every tensor of the model under torch's names, as torch lays it out."""
    return {
        key: _as_array(tensor).T.copy() if is_transposed else _as_array(tensor).copy()
        for key, tensor, is_transposed in _tensors(model, framework)
    }


def load_state(model: Model, framework: ModuleType, state: State) -> None:
    """Write what `export_state` returned into a model of any framework, in place."""
    missing = set(state)
    for key, tensor, is_transposed in _tensors(model, framework.__name__):
        if key not in state:
            raise KeyError(f"the original has no {key}")
        value = np.array(state[key].T if is_transposed else state[key], order="C")
        if tuple(tensor.shape) != value.shape:
            raise ValueError(f"{key} is {value.shape} in the original, {tuple(tensor.shape)} here")
        _write(framework, tensor, value)
        missing.discard(key)
    missing = {key for key in missing if key.rpartition("/")[2] not in OPTIONAL}
    if missing:
        raise KeyError(f"the port has no {', '.join(sorted(missing))}")


def write_state(path: Path, state: State) -> None:
    """Keep a state in a file, for another process."""
    np.savez(path, allow_pickle=False, **state)


def read_state(path: Path) -> State:
    """Read what `write_state` kept."""
    with np.load(path) as state:
        return dict(state)


def nudge(state: State) -> State:
    """Move every trained weight up by one unit in its last place."""
    return {
        key: np.nextafter(value, np.float32(np.inf)) if key.rpartition("/")[2] in TRAINED else value
        for key, value in state.items()
    }


def _tensors(model: Model, framework: str) -> Iterator[tuple[str, Tensor, bool]]:
    by_own_name = {own: (torch, slots) for torch, (own, slots) in LAYERS[framework].items()}
    left = set(model.state_dict())
    for path, layer in model.named_modules():
        layer_type, slots = by_own_name.get(type(layer).__name__, (None, {}))
        for name, slot in slots.items():
            left.discard(f"{path}.{slot.name}" if path else slot.name)
            yield f"{path}/{layer_type}/{name}", getattr(layer, slot.name), slot.is_transposed
    if left:
        raise KeyError(f"no layer in LAYERS[{framework!r}] holds {', '.join(sorted(left))}")


def _as_array(tensor: Tensor) -> np.ndarray[Any, Any]:
    return np.asarray(tensor.detach().cpu().numpy())


def _write(framework: ModuleType, tensor: Tensor, value: np.ndarray[Any, Any]) -> None:
    if framework.__name__ == "paddle":
        tensor.set_value(value)
        return
    with framework.no_grad():
        tensor.copy_(framework.from_numpy(value))
