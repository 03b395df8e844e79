"""What OneFlow's own optimizers return as `state_dict`, as torch's, and back.

OneFlow's tensors are the live ones, and loading keeps them: whatever crosses here is copied.
It counts steps once for all parameters.
https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

from copy import deepcopy
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from bridge.backends import backend
from bridge.backends.native.oneflow_state import TENSORS
from bridge.errors import UnsupportedError
from bridge.optim._moments import rounded_scales
from bridge.optim._scalars import plain, single

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Group, State

_KEPT: Final[Mapping[str, Mapping[str, str]]] = {
    **TENSORS,
    "RMSprop": {"square_avg": "square_avg", "grad_avg": "grad_avg"},
}
"""The class, called alike in both -> OneFlow's name of a tensor -> torch's."""

_ROUNDED: Final = frozenset({"Adam", "AdamW", "LAMB", "RMSprop"})
"""The classes whose means are taken with 1 - beta in float32."""

_UNSTEPPED: Final = {"bias_correction1": 1.0, "bias_correction2": 1.0}
_CORRECTED: Final = {**_UNSTEPPED, "do_bias_correction": True}
_ADAM: Final = {"lr", "eps", "betas", "weight_decay", "amsgrad", "do_bias_correction"}
_OPTIONS: Final[Mapping[str, tuple[set[str], Mapping[str, object]]]] = {
    "Adadelta": ({"lr", "rho", "eps", "maximize", "weight_decay"}, {}),
    "Adagrad": ({"lr", "initial_accumulator_value", "lr_decay", "weight_decay", "eps"}, {}),
    "Adam": (_ADAM, {**_CORRECTED, "fused": False}),
    "AdamW": (_ADAM, {**_CORRECTED, "fused": False}),
    "LAMB": (
        {"lr", "eps", "betas", "weight_decay", "adam_w_mode", "do_bias_correction"},
        {"amsgrad": False, **_UNSTEPPED},
    ),
    "RMSprop": ({"lr", "alpha", "eps", "weight_decay", "centered"}, {}),
    "SGD": (
        {"lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize"},
        {"fused": False},
    ),
}
"""The class -> the options that it shares with ours, and those of its own."""

_SHARED: Final = {"initial_lr", "clip_grad_max_norm", "clip_grad_norm_type"}


def to_torch(
    checkpoint: Mapping[str, Any], kind: str, groups: list[Group], step: int | None
) -> dict[str, Any]:
    """Return torch's state_dict for the parameters of `groups`; OneFlow's options win."""
    _check(kind)
    count = int(checkpoint["state"].get("step", 0)) if step is None else step
    packed = []
    for group, saved in zip(groups, checkpoint["param_groups"], strict=False):
        options = {k: v for k, v in saved["_options"].items() if k in _OPTIONS[kind][0] | _SHARED}
        if kind == "RMSprop":
            # OneFlow adds it under the root.
            options["eps"] = sqrt(options["eps"])
        packed.append({**group, **deepcopy(options), "params": list(saved["params"])})
    owners = {place: group for group in packed for place in group["params"]}
    state = {
        place: _state(kind, entries, count)
        for place, entries in checkpoint["state"].items()
        if place != "step" and entries
    }
    return {
        "state": state,
        "param_groups": packed + [dict(each) for each in checkpoint["param_groups"][len(packed) :]],
        "scaled": {
            place: rounded_scales(owners[place])
            for place, entries in state.items()
            if kind in _ROUNDED and any("float32" in str(v.dtype) for v in _tensors(entries))
        },
    }


def _tensors(entries: State) -> list[Any]:
    return [value for value in entries.values() if hasattr(value, "dtype")]


def _state(kind: str, entries: Mapping[str, Any], count: int) -> State:
    tensors = {ours: entries[name] for name, ours in _KEPT[kind].items() if name in entries}
    return tensors if kind == "SGD" else {"step": count, **tensors}


def from_ours(optimizer: Any) -> dict[str, Any]:
    """Return the dict that OneFlow's own optimizer over the same groups loads."""
    kind = type(optimizer).__name__
    _check(kind)
    xp = backend("oneflow")
    packed = optimizer.state_dict()
    counts = {int(each["step"]) for each in packed["state"].values() if "step" in each}
    if len(counts) > 1:
        raise UnsupportedError(
            f"OneFlow counts steps once for all parameters, these have taken {sorted(counts)}.\n"
            "Hint: bridge.save keeps them apart."
        )
    state: dict[Any, Any] = {"step": counts.pop() if counts else 0}
    for place, entries in packed["state"].items():
        names = _KEPT[kind].items()
        state[place] = {name: xp.clone(entries[key]) for name, key in names if key in entries}
    groups = [_exported(kind, group) for group in packed["param_groups"]]
    return {"state": state, "param_groups": groups}


def _exported(kind: str, group: Group) -> dict[str, Any]:
    _check_group(kind, group)
    shared, own = _OPTIONS[kind]
    options = {key: plain(group[key]) for key in sorted(shared | _SHARED) if key in group}
    if "betas" in options:
        # As the kernel takes 1 - beta; from the exact beta the bias correction would not fit.
        options["betas"] = tuple(single(beta) for beta in options["betas"])
    if kind == "RMSprop":
        options["eps"] = options["eps"] ** 2
    return {
        "_options": {**own, **options},
        "_enable_clip_grad": "clip_grad_max_norm" in options and "clip_grad_norm_type" in options,
        "params": group["params"],
    }


def _check(kind: str) -> None:
    if kind not in _KEPT:
        raise UnsupportedError(
            f"OneFlow has no optimizer with the state of {kind}.\n"
            f"Accepted: {', '.join(_KEPT)}.\nHint: bridge.save keeps the state of any of ours."
        )


def _check_group(kind: str, group: Group) -> None:
    if group.get("maximize"):
        raise UnsupportedError(
            f"OneFlow's {kind} ignores maximize or gets its decay wrong.\nHint: stay with ours."
        )
    if kind == "RMSprop" and group["momentum"] != 0:
        raise UnsupportedError("OneFlow's RMSprop has no momentum.\nHint: stay with ours.")
    if group.get("decoupled_weight_decay") and kind == "Adam":
        raise UnsupportedError("OneFlow's Adam has no decoupled decay.\nHint: use AdamW.")
