"""What Paddle's optimizers keep, and torch's names for it.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html, in the
`_create_accumulators` of the classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.backends.native.paddle_state import TENSORS
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES: Final = {
    "Adadelta": "Adadelta",
    "Adagrad": "Adagrad",
    "Adam": "Adam",
    "AdamW": "AdamW",
    "Adamax": "Adamax",
    "LAMB": "Lamb",
    "NAdam": "NAdam",
    "RAdam": "RAdam",
    "RMSprop": "RMSProp",
    "Rprop": "Rprop",
    "SGD": "Momentum",
}
"""Our class -> Paddle's with the same state; Paddle's SGD has none."""

ACCUMULATORS: Final[Mapping[str, Mapping[str, str]]] = {
    **TENSORS,
    "Adamax": {"moment": "exp_avg", "inf_norm": "exp_inf"},
    "RMSProp": {
        "momentum": "momentum_buffer",
        "mean_square": "square_avg",
        "mean_grad": "grad_avg",
    },
}
"""Paddle's class -> its name of an accumulator -> torch's of the same tensor."""

_ADAM: Final = {"beta1_pow_acc": (0, 1), "beta2_pow_acc": (1, 1)}
POWERS: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "Adamax": {"beta1_pow_acc": (0, 1)},
    "Lamb": _ADAM,
    "NAdam": {"beta2_pow": (1, 0)},
    "RAdam": {"beta1_pow": (0, 0), "beta2_pow": (1, 0)},
}
"""Paddle's class -> its powers of a beta: of which, and how many steps they are ahead."""

OTHERS: Final[Mapping[str, frozenset[str]]] = {
    "NAdam": frozenset({"momentum_decay_pow", "mu_product"}),
    "RAdam": frozenset({"rho"}),
}
"""Paddle's class -> numbers that it keeps besides, in tensors as large as the parameter."""


def native_class(kind: str) -> str:
    """Return Paddle's class for ours, or say that there is none."""
    if kind not in CLASSES:
        raise UnsupportedError(
            f"Paddle has no optimizer with the state of {kind}.\n"
            f"Accepted: {', '.join(CLASSES)}.\nHint: bridge.save keeps the state of any of ours."
        )
    return CLASSES[kind]


def is_optional(accumulator: str, group: Mapping[str, object]) -> bool:
    """Whether ours does without this accumulator under these options."""
    return (
        (accumulator == "moment2_max" and not group["amsgrad"])
        or (accumulator == "mean_grad" and not group["centered"])
        or (accumulator in {"momentum", "velocity"} and group["momentum"] == 0)
    )
