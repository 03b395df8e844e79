"""What the optimizers are tried on: one row per way to configure and to drive them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Options: TypeAlias = dict[str, Any]

_NO_OVERRIDES: tuple[Options, ...] = ({}, {}, {})


@dataclass(frozen=True, slots=True)
class Case:
    """An optimizer, three groups with options of their own, and what is written into them later."""

    name: str
    optimizer: str
    lr: float
    options: Options = field(default_factory=dict)
    groups: tuple[Options, ...] = _NO_OVERRIDES
    writes: dict[int, Options] = field(default_factory=dict)
    has_missing_grads: bool = False

    def __str__(self) -> str:
        return self.name


def _groups(**columns: tuple[Any, Any, Any]) -> tuple[Options, ...]:
    return tuple({key: values[i] for key, values in columns.items()} for i in range(3))


_MOMENTA = (0.9, 0.5, 0.99)
_DECAYS = (0.0, 0.01, 0.1)
_BETAS = ((0.9, 0.999), (0.8, 0.99), (0.95, 0.9995))

OPTIMIZERS = [
    Case("sgd", "SGD", 0.1),
    Case("sgd_decay", "SGD", 0.1, groups=_groups(weight_decay=_DECAYS)),
    Case("sgd_maximize", "SGD", 0.01, {"maximize": True}, _groups(weight_decay=_DECAYS)),
    Case("sgd_momentum", "SGD", 0.05, groups=_groups(momentum=_MOMENTA)),
    Case(
        "sgd_momentum_decay",
        "SGD",
        0.05,
        groups=_groups(momentum=_MOMENTA, weight_decay=_DECAYS),
    ),
    Case(
        "sgd_momentum_maximize",
        "SGD",
        0.01,
        {"maximize": True},
        _groups(momentum=_MOMENTA, weight_decay=_DECAYS),
    ),
    Case(
        "sgd_nesterov",
        "SGD",
        0.05,
        {"nesterov": True, "momentum": 0.9},
        _groups(momentum=_MOMENTA, weight_decay=_DECAYS),
    ),
    Case(
        "sgd_dampening",
        "SGD",
        0.05,
        {"dampening": 0.3},
        _groups(momentum=_MOMENTA, weight_decay=_DECAYS),
    ),
    Case(
        # torch leaves the buffer as it was while the momentum is zero.
        "sgd_momentum_switched",
        "SGD",
        0.05,
        {"momentum": 0.9},
        writes={10: {"momentum": 0.0}, 20: {"momentum": 0.8}, 40: {"momentum": 0}},
    ),
    Case("sgd_momentum_from_zero", "SGD", 0.05, writes={15: {"momentum": 0.9}}),
    Case(
        "sgd_missing_grads",
        "SGD",
        0.05,
        {"momentum": 0.9, "dampening": 0.1},
        has_missing_grads=True,
    ),
    Case("adam", "Adam", 0.05),
    Case("adam_betas", "Adam", 0.05, groups=_groups(betas=_BETAS)),
    Case("adam_decay", "Adam", 0.05, groups=_groups(weight_decay=_DECAYS)),
    Case(
        "adam_amsgrad",
        "Adam",
        0.05,
        {"amsgrad": True},
        _groups(betas=_BETAS, weight_decay=_DECAYS),
    ),
    Case("adam_eps", "Adam", 0.05, {"eps": 1e-3}),
    Case("adam_maximize", "Adam", 0.05, {"maximize": True}, _groups(weight_decay=_DECAYS)),
    Case("adam_missing_grads", "Adam", 0.05, has_missing_grads=True),
    Case(
        "adam_betas_written",
        "Adam",
        0.05,
        writes={step: {"betas": (0.95 - 0.1 * abs(step - 50) / 50, 0.999)} for step in range(100)},
    ),
    Case(
        "adam_amsgrad_switched_off",
        "Adam",
        0.05,
        {"amsgrad": True},
        writes={30: {"amsgrad": False}},
    ),
    Case("adam_decoupled", "Adam", 0.05, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
    Case("adamw", "AdamW", 0.05),
    Case("adamw_decay", "AdamW", 0.05, groups=_groups(weight_decay=_DECAYS, betas=_BETAS)),
    Case("adamw_amsgrad", "AdamW", 0.05, {"amsgrad": True}, _groups(weight_decay=_DECAYS)),
    Case("adamw_maximize", "AdamW", 0.05, {"maximize": True}),
    Case("adamw_decay_written", "AdamW", 0.05, writes={50: {"weight_decay": 0.3}}),
    Case("adamw_missing_grads", "AdamW", 0.05, has_missing_grads=True),
]
