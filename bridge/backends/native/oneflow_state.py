"""State of `bridge.optim` put into a native OneFlow optimizer, so that it goes on from there.

OneFlow counts steps once for all parameters. Follows oneflow/optim/optimizer.py and
https://oneflow.readthedocs.io/en/v0.9.0/optim.html.
"""

# ruff: noqa: SLF001 - OneFlow keeps what is needed here in private attributes

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.backends._protocol import Group, State

# OneFlow's name of a tensor of the state -> torch's; what is not here has torch's name.
_ADAM: Final = {name: name for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")}
TENSORS: Final[Mapping[str, Mapping[str, str]]] = {
    "SGD": {"momentum_buf": "momentum_buffer"},
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "LAMB": {name: name for name in ("exp_avg", "exp_avg_sq")},
    "Adagrad": {"sum": "sum"},
    "Adadelta": {"square_avgs": "square_avg", "acc_deltas": "acc_delta"},
}


def put_state(native: Any, groups: list[Group], states: Mapping[Any, State]) -> None:
    """Give `native` the state of every parameter that has one; it must not have stepped yet."""
    for group in groups:
        for param in group["params"]:
            state = states.get(param, {})
            for name, key in TENSORS[type(native).__name__].items():
                if state.get(key) is not None:
                    native._state[param][name] = state[key].clone()
    counts = [int(state["step"]) for state in states.values() if "step" in state]
    if counts:
        native._state["step"] = max(counts)
