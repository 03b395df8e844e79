"""An optimizer's state as arrays, laid out as in torch, and from there into any optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge._wrap import Wrapped
from bridge.backends import backend_of, typename
from bridge.checkpoint._values import as_array, detached
from bridge.errors import StateMismatchError, UnsupportedError
from bridge.optim._flip import flip, flip_flat, is_flat
from bridge.optim._groups import check_options
from bridge.optim._state_dict import localize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.backends._protocol import Backend, Group, State, Tensor
    from bridge.checkpoint._named import Named


def take(optimizer: Any, named: Mapping[str, Named] | None) -> dict[str, Any]:
    """Return the optimizer's class, groups and state; parameters go by name, or else by place."""
    xp = _backend(optimizer)
    saved = optimizer.state_dict()
    names: dict[Any, Any] = {}
    params: dict[Any, Tensor] = {}
    for index, group in enumerate(optimizer.param_groups):
        places = saved["param_groups"][index]["params"]
        names.update(zip(places, _names(index, group, named) or places, strict=True))
        params.update(zip(places, group["params"], strict=True))
    turned = {place for place, name in names.items() if _is_turned(xp, name, params[place], named)}
    state = {}
    for place, entries in saved["state"].items():
        name, values = names[place], detached(entries)
        if is_flat(entries):
            shapes = [list(param.shape) for param in params.values()]
            values = flip_flat(values, shapes, [p in turned for p in params], as_array)
        elif place in turned:
            values = flip(values, as_array)
        # Adagrad has a state for BatchNorm's statistics too, where they are among the parameters.
        if not (named and named[name].is_statistic):
            state[name] = values
    return {
        "class": type(optimizer).__name__,
        "framework": xp.name,
        "is_named": all(isinstance(name, str) for name in names.values()),
        "frozen": [names[place] for place in params if not params[place].requires_grad],
        "unclear": [] if named else [names[place] for place in saved.get("unclear", ())],
        "scaled": {names[place]: scale for place, scale in saved.get("scaled", {}).items()},
        "param_groups": [
            {
                **{key: detached(value) for key, value in group.items() if key != "param_names"},
                "params": [names[place] for place in group["params"]],
            }
            for group in saved["param_groups"]
        ],
        "state": state,
    }


def fit(saved: Mapping[str, Any], optimizer: Any, named: Mapping[str, Named] | None) -> Any:
    """Return the `state_dict` that `saved` means for the optimizer, after every check."""
    xp = _backend(optimizer)
    _check_kind(saved, optimizer)
    groups: Sequence[Group] = optimizer.param_groups
    packed = [dict(group) for group in saved["param_groups"]]
    for group in packed:
        check_options(optimizer, group)
    turned: list[str] = []
    for index, group in enumerate(groups):
        names = _names(index, group, named) if saved["is_named"] else None
        if names is not None:
            idle = set(saved["frozen"]).difference(saved["state"])
            _check_names(index, group, names, set(packed[index]["params"]) - idle)
            _check_order(names, packed[index]["params"], saved["state"])
            packed[index]["params"] = names
            pairs = zip(names, group["params"], strict=True)
            # Relative to what the backend itself says, which `localize` asks.
            turned += [
                name
                for name, param in pairs
                if _is_turned(xp, name, param, named) != xp.is_transposed(param)
            ]
    state_dict = {
        "state": {name: _arrays(entries) for name, entries in saved["state"].items()},
        "param_groups": [_tensors(xp, g, p) for g, p in zip(groups, packed, strict=True)],
        "frozen": saved["frozen"],
        "scaled": saved["scaled"],
        "transposed": turned,
        "unclear": saved.get("unclear", ()),
        "is_laid_out": bool(named),
    }
    return localize(xp, _algorithm(optimizer), state_dict, groups)


def _algorithm(optimizer: Any) -> str:
    return str(getattr(optimizer, "algorithm", ""))


def _backend(optimizer: Any) -> Backend:
    if isinstance(optimizer, Wrapped):
        raise UnsupportedError(
            f"the state of {typename(optimizer.native)} stays in its framework's own format.\n"
            "Hint: bridge.load_native takes it over into an optimizer of bridge.optim."
        )
    groups = getattr(optimizer, "param_groups", None)
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise TypeError(
            f"optimizer must be one of bridge.optim or torch.optim, got {typename(optimizer)}."
        )
    return backend_of(param for group in groups for param in group["params"])


def _check_kind(saved: Mapping[str, Any], optimizer: Any) -> None:
    kind, count = type(optimizer).__name__, len(optimizer.param_groups)
    if saved["class"] != kind:
        raise StateMismatchError(
            f"the saved optimizer is {saved['class']}, got {kind} to load it into.\n"
            f"Hint: build {saved['class']}, or load without optimizer=."
        )
    if count != len(saved["param_groups"]):
        raise StateMismatchError(
            f"the saved optimizer has {len(saved['param_groups'])} parameter groups, "
            f"got one of {count}.\nHint: build it with the same groups, then load."
        )


def _names(index: int, group: Group, named: Mapping[str, Named] | None) -> list[str] | None:
    if named is None:
        return group.get("param_names")
    by_identity = {id(each.tensor): name for name, each in named.items()}
    names = [by_identity.get(id(param)) for param in group["params"]]
    if None in names:
        raise StateMismatchError(
            f"parameter {names.index(None)} of group {index} of the optimizer is not among params."
            "\nHint: give the whole model as params, the one the optimizer was built for."
        )
    return [str(name) for name in names]


def _check_names(index: int, group: Group, names: list[str], saved: set[str]) -> None:
    needed = {n for n, param in zip(names, group["params"], strict=True) if param.requires_grad}
    missing, extra = sorted(needed - saved), sorted(saved - set(names))
    if missing:
        raise StateMismatchError(
            f"group {index} of the saved optimizer lacks {', '.join(missing)}.\n"
            "Hint: build the optimizer with the groups it was saved with."
        )
    if extra:
        raise StateMismatchError(
            f"group {index} of the saved optimizer has {', '.join(extra)}, the one to load it "
            "into has not.\nHint: build the optimizer with the groups it was saved with."
        )


def _check_order(names: list[str], saved: list[str], state: Mapping[str, State]) -> None:
    if any(map(is_flat, state.values())) and names != saved:
        raise StateMismatchError(
            f"LBFGS keeps vectors of its parameters in the order {', '.join(saved)}, got them as "
            f"{', '.join(names)}.\nHint: give them in the saved order."
        )


def _is_turned(xp: Backend, name: object, param: Tensor, named: Mapping[str, Named] | None) -> bool:
    return named[str(name)].is_transposed if named else xp.is_transposed(param)


def _arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _arrays(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_arrays(each) for each in value]
    return as_array(value)


def _tensors(xp: Backend, group: Group, saved: State) -> Group:
    """Make tensors of what was one, such as an lr."""
    like = group["params"][0] if group["params"] else None
    options = {key: as_array(value) for key, value in saved.items()}
    return {
        key: xp.from_numpy(value, like) if hasattr(value, "shape") and like is not None else value
        for key, value in options.items()
    }
