"""torch.optim's state_dict, to and from; the tensors in it may be another framework's.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.state_dict.html
"""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any

from bridge.backends import backend, backend_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.backends._protocol import Backend, Group, State, Tensor

_NUMBERS = {"step", "mu_product", "eta", "mu"}
"""Entries of a state that torch keeps as tensors of no dimension, and we as numbers."""


def pack(groups: Sequence[Group], state: Mapping[Any, State]) -> dict[str, Any]:
    """Name each parameter by its place, counted through all groups."""
    # By identity: the frameworks' `==` compares elements.
    places: dict[int, int] = {}
    for place, param in enumerate(chain.from_iterable(group["params"] for group in groups)):
        places.setdefault(id(param), place)
    return {
        "state": {places.get(id(param), param): each for param, each in state.items()},
        "param_groups": [
            {
                **{key: value for key, value in group.items() if key != "params"},
                "params": [places[id(param)] for param in group["params"]],
            }
            for group in groups
        ],
    }


def unpack(
    xp: Backend, state_dict: Mapping[str, Any], groups: Sequence[Group]
) -> tuple[defaultdict[Any, State], list[Group]]:
    """Return the state and the groups that `state_dict` means for the parameters of `groups`."""
    saved = deepcopy(state_dict["param_groups"])
    params = _params_by_place(saved, groups)
    state: defaultdict[Any, State] = defaultdict(dict)
    for place, each in state_dict["state"].items():
        if place in params:
            state[params[place]] = _local(xp, params[place], each)
        else:
            state[place] = each
    for group, loaded in zip(groups, saved, strict=True):
        loaded["params"] = group["params"]
        if "param_names" in group:
            loaded.setdefault("param_names", group["param_names"])
    return state, saved


def localize(xp: Backend, state_dict: dict[str, Any], groups: Sequence[Group]) -> dict[str, Any]:
    """Return `state_dict` with every other framework's tensor copied into `xp`'s."""
    params = _params_by_place(state_dict["param_groups"], groups)
    state = {
        place: _local(xp, params[place], each) if place in params else each
        for place, each in state_dict["state"].items()
    }
    return {**state_dict, "state": state}


def _params_by_place(saved: Sequence[Group], groups: Sequence[Group]) -> dict[Any, Tensor]:
    if len(groups) != len(saved):
        raise ValueError("loaded state dict has a different number of parameter groups")
    if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, saved, strict=True)):
        raise ValueError(
            "loaded state dict contains a parameter group "
            "that doesn't match the size of optimizer's group"
        )
    places = chain.from_iterable(group["params"] for group in saved)
    params = chain.from_iterable(group["params"] for group in groups)
    return dict(zip(places, params, strict=True))


def _local(xp: Backend, param: Tensor, value: Any, key: object = None) -> Any:
    if isinstance(value, dict):
        return {name: _local(xp, param, each, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_local(xp, param, each) for each in value)
    name = backend_name(value)
    if name is None:
        return value
    if key in _NUMBERS:
        # torch's own step counts in torch's tensors.
        return value if name == xp.name == "torch" else backend(name).to_numpy(value).item()
    if name == xp.name:
        return xp.cast(value, param)
    return xp.from_numpy(backend(name).to_numpy(value), param)
