"""What `paddle.save(optimizer.state_dict(), "x.pdopt")` keeps, as torch's state_dict.

Paddle's dict has neither groups nor hyperparameters nor the number of steps: an entry is called
`{parameter}_{accumulator}_0`, and powers of the betas stand for the steps.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

import re
from math import log
from typing import TYPE_CHECKING, Any, Final

from bridge.backends import backend, backend_name
from bridge.backends._layer_names import is_linear, is_unclear
from bridge.errors import StateMismatchError, UnsupportedError
from bridge.native_state._paddle_names import (
    ACCUMULATORS,
    OTHERS,
    POWERS,
    is_optional,
    native_class,
)
from bridge.optim._moments import rounded_scales
from bridge.optim._scalars import plain, single

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Group, State, Tensor

_ROUNDED: Final = frozenset({"Adam", "AdamW", "Lamb", "NAdam", "RAdam", "RMSProp"})
"""The classes whose means are taken with 1 - beta in float32."""

_VANISHED: Final = 1e-44
"""A power of which float32 has but a few bits left."""


def to_torch(
    checkpoint: Mapping[str, Any], kind: str, groups: list[Group], step: int | None
) -> dict[str, Any]:
    """Return torch's state_dict for the parameters of `groups`, whose options stay."""
    native = native_class(kind)
    if checkpoint.get("master_weights"):
        raise UnsupportedError(
            "master weights of a .pdopt cannot be taken over.\n"
            "Hint: load it into an optimizer over float32 parameters, without master_weights."
        )
    entries = _by_parameter(checkpoint, native)
    owners = _owners(list(entries), groups)
    places = {id(p): place for place, p in enumerate(p for g in groups for p in g["params"])}
    state: dict[int, State] = {}
    scaled: dict[int, dict[str, float]] = {}
    for name, (param, group) in owners.items():
        place = places[id(param)]
        state[place] = _state(name, entries[name], native, group, step)
        if native in _ROUNDED and _is_single(entries[name]):
            scaled[place] = rounded_scales(group)
    return {
        "state": state,
        "param_groups": [
            {**group, "params": [places[id(param)] for param in group["params"]]}
            for group in groups
        ],
        "scaled": scaled,
        "transposed": [places[id(p)] for name, (p, _) in owners.items() if is_linear(name)],
        "unclear": [
            places[id(p)]
            for name, (p, _) in owners.items()
            if len(p.shape) == 2 and is_unclear(name)  # noqa: PLR2004 - a matrix
        ],
    }


def _by_parameter(checkpoint: Mapping[str, Any], native: str) -> dict[str, dict[str, Any]]:
    known = {*ACCUMULATORS[native], *POWERS.get(native, {}), *OTHERS.get(native, ())}
    pattern = re.compile(rf"(.+)_({'|'.join(sorted(known))})_\d+")
    entries: dict[str, dict[str, Any]] = {}
    for key, value in checkpoint.items():
        if key in {"LR_Scheduler", "master_weights"}:
            continue
        match = pattern.fullmatch(key)
        if match is None:
            raise StateMismatchError(
                f"{key} is not of paddle.optimizer.{native}, which keeps "
                f"{', '.join(sorted(known))}.\nHint: load it into the class it was saved from."
            )
        entries.setdefault(match[1], {})[match[2]] = value
    return entries


def _owners(names: list[str], groups: list[Group]) -> dict[str, tuple[Tensor, Group]]:
    """Find whose a saved name is: by Paddle's own names, else by order."""
    trained = [(p, group) for group in groups for p in group["params"] if p.requires_grad]
    by_name = {getattr(param, "name", None): (param, group) for param, group in trained}
    if all(name in by_name for name in names):
        return {name: by_name[name] for name in names}
    if len(names) != len(trained):
        raise StateMismatchError(
            f"the checkpoint is of {len(names)} parameters ({', '.join(names)}), "
            f"the optimizer has {len(trained)} trainable ones.\n"
            "Hint: give the optimizer the same parameters, in the same order."
        )
    return dict(zip(names, trained, strict=True))


def _state(
    name: str, entries: Mapping[str, Any], native: str, group: Group, step: int | None
) -> State:
    state: State = {}
    if native != "Momentum":
        state["step"] = _steps(name, entries, native, group) if step is None else step
    if native == "NAdam":
        state["mu_product"] = _number(entries["mu_product"])
    for accumulator, key in ACCUMULATORS[native].items():
        if is_optional(accumulator, group):
            continue
        if accumulator not in entries:
            raise StateMismatchError(
                f"the checkpoint has no {accumulator} of {name}.\n"
                "Hint: build the optimizer with the options that Paddle's had."
            )
        state[key] = entries[accumulator]
    if native == "RMSProp" and "momentum_buffer" in state:
        # Paddle's buffer is of steps, torch's of directions.
        state["momentum_buffer"] = _array(state["momentum_buffer"]) / float(group["lr"])
    return state


def _steps(name: str, entries: Mapping[str, Any], native: str, group: Group) -> int:
    powers = POWERS.get(native, {})
    if not powers and not group.get("lr_decay"):
        return 0  # nothing is computed from it
    betas = [plain(beta) for beta in group.get("betas", ())]
    # The larger beta tells for longer.
    for accumulator, (index, ahead) in sorted(powers.items(), key=lambda item: -betas[item[1][0]]):
        power, beta = _number(entries[accumulator]), betas[index]
        base = single(beta) if _is_single(entries) else beta
        if base > 0:
            return max(0, round(log(max(power, _VANISHED)) / log(base)) - ahead)
    raise UnsupportedError(
        f"Paddle keeps no number of steps of {name}, and this {native} computes with it.\n"
        "Hint: give load_native(..., step=...)."
    )


def _is_single(entries: Mapping[str, Any]) -> bool:
    return all(str(value.dtype).endswith("float32") for value in entries.values())


def _number(value: Any) -> float:
    return float(_array(value).reshape(-1)[0])


def _array(value: Any) -> Any:
    name = backend_name(value)
    return value if name is None else backend(name).to_numpy(value)
