"""torch.optim's state_dict, to and from; the tensors in it may be another framework's, or numpy's.

Four entries stand beside torch's, where they have something to say: `frozen`, the places of the
parameters that want no gradient (Paddle's `parameters()` also yields BatchNorm's statistics),
`transposed`, the places of those that lie the other way round than torch's (Paddle's `Linear`),
`unclear`, the places of matrices whose names do not tell whether they do, and `scaled`, by how much
a kernel's moments are larger than torch's. With them, what is loaded
where it came from stays as it is to the bit, and elsewhere becomes what that framework expects.
https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.state_dict.html
"""

from __future__ import annotations

import sys
from collections import defaultdict
from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any

from bridge.backends import backend, backend_name
from bridge.optim._flip import check_flat, check_shapes, flip, flip_flat, is_flat
from bridge.optim._layout import turned_places
from bridge.optim._master import as_stepped
from bridge.optim._moments import moment_scales, rescale

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bridge.backends._protocol import Backend, Group, State, Tensor

_NUMBERS = {"step", "mu_product", "eta", "mu"}
"""Entries of a state that torch keeps as tensors of no dimension, and we as numbers."""

_MARKS = {"frozen", "transposed", "unclear", "scaled", "is_laid_out"}


def pack(
    xp: Backend, algorithm: str, groups: Sequence[Group], state: Mapping[Any, State]
) -> dict[str, Any]:
    """Name each parameter by its place, counted through all groups."""
    # By identity: the frameworks' `==` compares elements.
    places: dict[int, int] = {}
    for place, param in enumerate(_params(groups)):
        places.setdefault(id(param), place)
    packed = [
        {
            **{key: value for key, value in group.items() if key != "params"},
            "params": [places[id(param)] for param in group["params"]],
        }
        for group in groups
    ]
    return {
        "state": {places.get(id(param), param): each for param, each in state.items()},
        "param_groups": packed,
        **_marks(xp, algorithm, groups, packed),
    }


def unpack(
    xp: Backend, algorithm: str, state_dict: Mapping[str, Any], groups: Sequence[Group]
) -> tuple[defaultdict[Any, State], list[Group]]:
    """Return the state and the groups that `state_dict` means for the parameters of `groups`."""
    params, saved = _match(state_dict, groups)
    state: defaultdict[Any, State] = defaultdict(dict)
    for place, each in _local_states(xp, algorithm, state_dict, groups).items():
        if place not in params:
            state[place] = each
        else:
            # A copy: the state that was given goes on being someone else's.
            state[params[place]] = _copied(xp, each)
    return state, [
        {**_options(xp, group, loaded), "params": group["params"]}
        for group, loaded in zip(groups, saved, strict=True)
    ]


def localize(
    xp: Backend, algorithm: str, state_dict: Mapping[str, Any], groups: Sequence[Group]
) -> dict[str, Any]:
    """Return `state_dict` as `pack` would have made it here: places in order, tensors of `xp`."""
    params, saved = _match(state_dict, groups)
    places = {id(param): place for place, param in params.items()}
    packed = [
        {
            **_options(xp, group, loaded),
            # A name of its own for what the saved state does not know.
            "params": [places.get(id(param), id(param)) for param in group["params"]],
        }
        for group, loaded in zip(groups, saved, strict=True)
    ]
    return {
        **{key: value for key, value in state_dict.items() if key not in _MARKS},
        "state": _local_states(xp, algorithm, state_dict, groups),
        "param_groups": packed,
        **_marks(xp, algorithm, groups, packed),
    }


def _marks(
    xp: Backend, algorithm: str, groups: Sequence[Group], packed: Sequence[Group]
) -> dict[str, Any]:
    marks: dict[str, Any] = {"frozen": [], "transposed": [], "unclear": [], "scaled": {}}
    for group, each in zip(groups, packed, strict=True):
        for place, param in zip(each["params"], group["params"], strict=True):
            if not param.requires_grad:
                marks["frozen"].append(place)
            if xp.is_transposed(param):
                marks["transposed"].append(place)
            if xp.is_unclear(param):
                marks["unclear"].append(place)
            scales = moment_scales(xp, algorithm, param, group)
            if scales:
                marks["scaled"][place] = scales
    return {key: mark for key, mark in marks.items() if mark}


def _match(
    state_dict: Mapping[str, Any], groups: Sequence[Group]
) -> tuple[dict[Any, Tensor], list[Group]]:
    """Find the parameter of each saved place: by name, else by order, else by trainable order."""
    saved = deepcopy(state_dict["param_groups"])
    if len(groups) != len(saved):
        raise ValueError("loaded state dict has a different number of parameter groups")
    frozen = set(state_dict.get("frozen", ()))
    params: dict[Any, Tensor] = {}
    for group, loaded in zip(groups, saved, strict=True):
        params.update(_match_group(group, loaded, frozen))
        names = group.get("param_names")
        # Other names, by which nothing is matched, replace ours, as in torch.
        if names and (_are_same(names, loaded) or len(names) != len(loaded["params"])):
            loaded["param_names"] = names
        elif names:
            loaded.setdefault("param_names", names)
    return params, saved


def _match_group(group: Group, loaded: Group, frozen: set[Any]) -> Iterable[tuple[Any, Tensor]]:
    names, params, places = group.get("param_names"), group["params"], loaded["params"]
    if names and _are_same(names, loaded):
        by_name = dict(zip(loaded["param_names"], places, strict=True))
        return [(by_name[name], param) for name, param in zip(names, params, strict=True)]
    if len(params) != len(places):
        params = [param for param in params if param.requires_grad]
        places = [place for place in places if place not in frozen]
    if len(params) != len(places):
        raise ValueError(
            "loaded state dict contains a parameter group "
            "that doesn't match the size of optimizer's group\n"
            f"It has {len(places)} trainable parameters, the optimizer's group {len(params)}.\n"
            "Hint: bridge.move_state moves a state by the parameters' names."
        )
    return zip(places, params, strict=True)


def _are_same(names: list[str], loaded: Group) -> bool:
    found = loaded.get("param_names", ())
    return len(names) == len(found) and set(names) == set(found)


def _local_states(
    xp: Backend, algorithm: str, state_dict: Mapping[str, Any], groups: Sequence[Group]
) -> dict[Any, Any]:
    params, saved = _match(state_dict, groups)
    scaled, turned = state_dict.get("scaled", {}), turned_places(xp, state_dict, params)
    loaded = {place: group for group in saved for place in group["params"]}
    states = dict(state_dict["state"])
    for place in params.keys() & states.keys():
        param = params[place]
        own = moment_scales(xp, algorithm, param, loaded[place])
        state = rescale(states[place], scaled.get(place, {}), own, _to_numpy)
        if is_flat(state):
            ids = {id(params[each]) for each in turned}
            state = _turned_flat(state, [(p, id(p) in ids) for p in _params(groups)])
        elif place in turned:
            state = flip(state, _to_numpy)
        check_shapes(place, state, param.shape)
        states[place] = _local(xp, as_stepped(xp, param), state)
    return states


def _turned_flat(state: State, params: Sequence[tuple[Tensor, bool]]) -> State:
    # As the parameters lie where the vectors come from.
    shapes = [list(param.shape)[:: -1 if is_turned else 1] for param, is_turned in params]
    check_flat(state, shapes)
    return flip_flat(state, shapes, [is_turned for _, is_turned in params], _to_numpy)


def _options(xp: Backend, group: Group, loaded: Group) -> Group:
    """Return the options with tensors of another framework, such as an lr, made tensors of `xp`."""
    return {
        key: value
        if backend_name(value) in {None, xp.name}
        else xp.from_numpy(_to_numpy(value), group["params"][0])
        for key, value in loaded.items()
    }


def _local(xp: Backend, param: Tensor, value: Any, key: object = None) -> Any:
    if isinstance(value, dict):
        return {name: _local(xp, param, each, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_local(xp, param, each) for each in value)
    name = backend_name(value)
    if name is None and not _is_numpys(value):
        return value
    if key in _NUMBERS:
        # torch's own step counts in torch's tensors.
        return value if name == xp.name == "torch" else _to_numpy(value).item()
    if name == xp.name:
        return xp.cast(value, param)
    return xp.from_numpy(_to_numpy(value), param)


def _copied(xp: Backend, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(xp, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_copied(xp, each) for each in value]
    return xp.clone(value) if backend_name(value) == xp.name else value


def _to_numpy(value: Any) -> Any:
    name = backend_name(value)
    return value if name is None else backend(name).to_numpy(value)


def _is_numpys(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray | numpy.generic)


def _params(groups: Sequence[Group]) -> Iterator[Tensor]:
    return chain.from_iterable(group["params"] for group in groups)
