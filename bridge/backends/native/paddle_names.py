"""What Paddle's optimizer classes call torch's hyperparameters, and what they lack.

Follows https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
and https://docs.pytorch.org/docs/stable/optim.html#algorithms, in their installed sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADAM: Final[Mapping[str, tuple[str, ...]]] = {"betas": ("beta1", "beta2"), "eps": ("epsilon",)}

# torch's name -> the keys of Paddle's group dicts, which with a leading underscore are the
# attributes that an optimizer over a plain list of parameters reads instead.
NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "ASGD": {},
    "Adadelta": {"rho": ("rho",), "eps": ("epsilon",)},
    "Adagrad": {"eps": ("epsilon",)},
    "Adam": _ADAM,
    "AdamW": {**_ADAM, "weight_decay": ("weight_decay",)},
    "Adamax": _ADAM,
    "Lamb": {**_ADAM, "weight_decay": ("lamb_weight_decay",)},
    "Momentum": {"momentum": ("momentum",), "nesterov": ("use_nesterov",)},
    "NAdam": {**_ADAM, "momentum_decay": ("momentum_decay",)},
    "RAdam": _ADAM,
    "RMSProp": {
        "alpha": ("rho",),
        "eps": ("epsilon",),
        "momentum": ("momentum",),
        "centered": ("centered",),
    },
    "Rprop": {},
    "SGD": {},
}

# Attributes that Paddle reads once, when it makes the state.
FIXED: Final[Mapping[str, Mapping[str, str]]] = {
    "Adam": {"amsgrad": "_amsgrad"},
    "AdamW": {"amsgrad": "_amsgrad"},
}

WITHOUT_DECAY: Final = frozenset({"Rprop"})

# torch's hyperparameters that a class has no counterpart for: name -> the value that means "off".
LACKS: Final[Mapping[str, Mapping[str, object]]] = {
    "ASGD": {"maximize": False},
    "Adadelta": {"maximize": False},
    "Adagrad": {"maximize": False, "lr_decay": 0},
    "Adam": {"maximize": False, "decoupled_weight_decay": False},
    "AdamW": {"maximize": False},
    "Adamax": {"maximize": False},
    "Lamb": {"maximize": False},
    "Momentum": {"dampening": 0, "maximize": False},
    "NAdam": {"maximize": False, "decoupled_weight_decay": False},
    "RAdam": {"maximize": False, "decoupled_weight_decay": False},
    "RMSProp": {"maximize": False},
    "Rprop": {"maximize": False, "weight_decay": 0},
    "SGD": {"momentum": 0, "dampening": 0, "nesterov": False, "maximize": False},
}

# Why a class cannot have torch's groups at all, and what to do.
REFUSED: Final[Mapping[str, str]] = {
    "LookAhead": (
        "paddle.incubate.LookAhead has the groups of the optimizer inside it.\n"
        "Hint: wrap its inner_optimizer and drive that; step the LookAhead itself."
    ),
    "ModelAverage": (
        "paddle.incubate.ModelAverage averages parameters and has no learning rate.\n"
        "Hint: wrap the optimizer that takes the steps, or use bridge.optim.swa_utils."
    ),
}

# Their bias correction cannot be carried over to other betas in the middle of a run.
FIXED_BETAS: Final = frozenset({"Adamax", "Lamb", "NAdam", "RAdam"})
