"""What an optimizer is given, as parameter groups; the checks and messages are torch.optim's."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bridge.backends import backend_name, backend_of, typename
from bridge.backends._protocol import required
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bridge.backends._protocol import Backend, Group, Tensor

_MIXED_NAMES = "all optimizer params should be with/without names. Some param names are missing"


def collect(params: object) -> list[Group]:
    """Read `params`, an iterator too, once, into groups that share no dict or list with it."""
    if backend_name(params) is not None:
        raise TypeError(
            "params argument given to the optimizer should be an iterable of Tensors or dicts, "
            f"but got {typename(params)}\nHint: pass [tensor], or model.parameters()."
        )
    if not isinstance(params, Iterable):
        raise TypeError(
            f"{type(params).__name__!r} object is not iterable\n"
            "Hint: pass model.parameters(), not the model."
        )
    entries = list(params)
    if entries and isinstance(entries[0], dict):
        return [_with_list(entry) for entry in entries]
    return [{"params": entries}]


def backend_of_groups(groups: Sequence[Group]) -> Backend:
    return backend_of(tensor for group in groups for tensor in _tensors(group["params"]))


def check_options(optimizer: Any, group: Mapping[str, Any]) -> None:
    """Refuse the option of OneFlow's Adam where it would be kept in the group and not be heeded."""
    known = getattr(optimizer, "other_options", frozenset()).union(optimizer.defaults)
    if "do_bias_correction" not in known and not group.get("do_bias_correction", True):
        raise UnsupportedError(
            "the bias is always corrected here, as in torch, got do_bias_correction=False.\n"
            "Hint: Adam, AdamW and LAMB of bridge take it; on torch give it to the constructor."
        )


def complete(group: object, defaults: Mapping[str, Any], others: Sequence[Group]) -> Group:
    """Check a group against the `others`; return a copy filled in from `defaults`."""
    group = _with_list(group)
    _split_names(group)
    params = group["params"]
    _check_tensors(params, [param for other in others for param in other["params"]])
    for name, default in defaults.items():
        if default is required and name not in group:
            raise ValueError(
                "parameter group didn't specify a value of required optimization parameter "
                f"{name}\nHint: give {name} in the group or to the optimizer."
            )
        group.setdefault(name, default)
    _check_unique(group, others)
    return group


def _with_list(group: object) -> Group:
    if not isinstance(group, dict):
        raise TypeError(f"param_group must be a dict, but got {type(group)}")
    params = group["params"]
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering "
            "of tensors in sets will change between runs. Please use a list instead."
        )
    is_one = backend_name(params) is not None
    return {**group, "params": [params] if is_one else list(params)}


def _tensors(params: Iterable[object]) -> Iterator[object]:
    for param in params:
        yield param[1] if isinstance(param, tuple) else param


def _split_names(group: Group) -> None:
    params = group["params"]
    names = [param[0] for param in params if isinstance(param, tuple)]
    if not names:
        return
    if len(names) != len(params):
        raise ValueError(_MIXED_NAMES)
    group["params"] = list(_tensors(params))
    group["param_names"] = names


def _check_tensors(params: Sequence[Tensor], known: Sequence[Tensor]) -> None:
    if not params:
        return
    # A group added later must not belong to another framework than the ones before it.
    xp = backend_of([*known, *params])
    for param in params:
        if not xp.is_leaf(param):
            raise ValueError("can't optimize a non-leaf Tensor")


def _check_unique(group: Group, others: Sequence[Group]) -> None:
    # By identity: the frameworks' `==` compares elements.
    ids = {id(param) for param in group["params"]}
    if len(ids) != len(group["params"]):
        warnings.warn(
            "optimizer contains a parameter group with duplicate parameters; "
            "in future, this will cause an error; "
            "see github.com/pytorch/pytorch/issues/40967 for more information",
            stacklevel=4,
        )
    for other in others:
        if ("param_names" in group) != ("param_names" in other):
            kind = "with names" if "param_names" in group else "without names"
            raise ValueError(
                "all optimizer param groups should be with/without names. "
                f"cannot add param group {kind} to the optimizer"
            )
    if not ids.isdisjoint(id(param) for other in others for param in other["params"]):
        raise ValueError("some parameters appear in more than one parameter group")
