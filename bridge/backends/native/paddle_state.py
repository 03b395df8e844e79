"""State of `bridge.optim` put into a native Paddle optimizer, so that it goes on from there.

Paddle keeps a power of each beta where torch keeps the number of steps. Follows
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html and the
`_create_accumulators` of the classes in paddle/optimizer.
"""

# ruff: noqa: SLF001 - Paddle keeps what is needed here in private attributes

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.backends._protocol import Group, State

# Paddle's name of an accumulator -> torch's name of the same tensor.
_MOMENTS: Final = {"moment1": "exp_avg", "moment2": "exp_avg_sq"}
TENSORS: Final[Mapping[str, Mapping[str, str]]] = {
    "SGD": {},
    "Momentum": {"velocity": "momentum_buffer"},
    "Adam": {**_MOMENTS, "moment2_max": "max_exp_avg_sq"},
    "AdamW": {**_MOMENTS, "moment2_max": "max_exp_avg_sq"},
    "Lamb": _MOMENTS,
    "Adagrad": {"moment": "sum"},
    "Adadelta": {"_avg_squared_grad": "square_avg", "_avg_squared_update": "acc_delta"},
    "NAdam": _MOMENTS,
    "RAdam": _MOMENTS,
    "Rprop": {"prevs": "prev", "learning_rates": "step_size"},
}


def _of_adam(step: float, betas: tuple[float, float], _: State) -> dict[str, float]:
    # Paddle has multiplied for the coming step already.
    return {f"beta{n}_pow_acc": beta ** (step + 1) for n, beta in enumerate(betas, 1)}


def _of_nadam(step: float, betas: tuple[float, float], state: State) -> dict[str, float]:
    mu_product = float(state["mu_product"])
    return {
        "momentum_decay_pow": 0.96**step,
        "beta2_pow": betas[1] ** step,
        "mu_product": mu_product,
    }


def _of_radam(step: float, betas: tuple[float, float], _: State) -> dict[str, float]:
    first, second = (beta**step for beta in betas)
    return {"beta1_pow": first, "beta2_pow": second, "rho": step * second / (1 - second)}


# What a class keeps of the number of steps: from steps, betas as Paddle has them, and the state.
SCALARS: Final[Mapping[str, Callable[[float, tuple[float, float], State], dict[str, float]]]] = {
    "Adam": _of_adam,
    "AdamW": _of_adam,
    "Lamb": _of_adam,
    "NAdam": _of_nadam,
    "RAdam": _of_radam,
}


def put_state(native: Any, groups: list[Group], states: Mapping[Any, State]) -> None:
    """Give `native` the state of every parameter that has one; it must not have stepped yet."""
    kind = type(native).__name__
    if not states or not TENSORS[kind]:
        return
    params = [param for group in groups for param in group["params"]]
    block = sys.modules["paddle"].static.default_main_program().global_block()
    native._create_accumulators(block, params)
    for group in groups:
        for param in group["params"]:
            if param in states:
                _put(native, kind, param, group, states[param])


def _put(native: Any, kind: str, param: Any, group: Group, state: State) -> None:
    for name, key in TENSORS[kind].items():
        if state.get(key) is not None:
            native._accumulators[name][param.name].set_value(state[key])
    if kind not in SCALARS:
        return
    betas = group["betas"]
    if "float64" not in str(param.dtype):
        betas = struct.unpack("ff", struct.pack("ff", *betas))
    for name, value in SCALARS[kind](float(state["step"]), betas, state).items():
        native._accumulators[name][param.name].fill_(value)


def carries_options(param: Any) -> bool:
    """Tell whether Paddle would scale or decay this parameter on its own account."""
    attributes = getattr(param, "optimize_attr", None) or {}
    factor = attributes.get("learning_rate", 1.0)
    return factor != 1.0 or getattr(param, "regularizer", None) is not None
