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
    is_of_matrices: bool = False
    """Only the matrices take part."""
    rounding: float = 0.0
    """The tolerance, where the optimizer itself rounds more coarsely than its parameters."""

    def __str__(self) -> str:
        return self.name


def _groups(**columns: tuple[Any, Any, Any]) -> tuple[Options, ...]:
    return tuple({key: values[i] for key, values in columns.items()} for i in range(3))


_MOMENTA = (0.9, 0.5, 0.99)
_DECAYS = (0.0, 0.01, 0.1)
_BETAS = ((0.9, 0.999), (0.8, 0.99), (0.95, 0.9995))
_SHORT_BETAS = ((0.9, 0.5), (0.8, 0.8), (0.0, 0.9))

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
        writes={10: {"momentum": 0.0}, 20: {"momentum": 0.8}, 25: {"momentum": 0}},
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
        writes={20: {"amsgrad": False}},
    ),
    Case("adam_decoupled", "Adam", 0.05, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
    Case("adamw", "AdamW", 0.05),
    Case("adamw_decay", "AdamW", 0.05, groups=_groups(weight_decay=_DECAYS, betas=_BETAS)),
    Case("adamw_amsgrad", "AdamW", 0.05, {"amsgrad": True}, _groups(weight_decay=_DECAYS)),
    Case("adamw_maximize", "AdamW", 0.05, {"maximize": True}),
    Case("adamw_decay_written", "AdamW", 0.05, writes={15: {"weight_decay": 0.3}}),
    Case("adamw_missing_grads", "AdamW", 0.05, has_missing_grads=True),
    Case("rmsprop", "RMSprop", 0.02, groups=_groups(alpha=(0.99, 0.9, 0.999))),
    Case("rmsprop_momentum", "RMSprop", 0.02, {"eps": 1e-4}, _groups(momentum=(0.9, 0.5, 0.0))),
    Case(
        "rmsprop_centered",
        "RMSprop",
        0.02,
        {"centered": True, "maximize": True},
        _groups(weight_decay=_DECAYS),
    ),
    Case(
        # torch leaves the buffer as it was while the momentum is zero.
        "rmsprop_all",
        "RMSprop",
        0.02,
        {"centered": True, "momentum": 0.9},
        _groups(weight_decay=(0.1, 0.01, 0.0), alpha=(0.99, 0.9, 0.95)),
        writes={10: {"momentum": 0}, 20: {"momentum": 0.5}},
        has_missing_grads=True,
    ),
    Case("adagrad", "Adagrad", 0.1),
    Case(
        "adagrad_decays",
        "Adagrad",
        0.1,
        {"maximize": True},
        _groups(lr_decay=(0.0, 0.01, 0.3), weight_decay=_DECAYS, eps=(1e-10, 1e-3, 1e-6)),
    ),
    Case(
        "adagrad_missing_grads",
        "Adagrad",
        0.1,
        {"initial_accumulator_value": 0.1, "lr_decay": 0.05},
        has_missing_grads=True,
    ),
    Case(
        # A group's own initial value has no effect in torch.
        "adagrad_initial_values",
        "Adagrad",
        0.1,
        {"initial_accumulator_value": 0.5},
        _groups(initial_accumulator_value=(0.5, 0.1, 2.0)),
    ),
    Case("adadelta", "Adadelta", 1.0),
    Case(
        "adadelta_decay",
        "Adadelta",
        1.0,
        {"maximize": True},
        _groups(rho=(0.9, 0.5, 0.99), weight_decay=_DECAYS, eps=(1e-6, 1e-3, 1e-8)),
    ),
    Case("adadelta_missing_grads", "Adadelta", 1.0, {"rho": 0.95}, has_missing_grads=True),
    Case("adamax", "Adamax", 0.05),
    Case(
        "adamax_betas",
        "Adamax",
        0.05,
        {"maximize": True},
        _groups(betas=_BETAS, weight_decay=_DECAYS, eps=(1e-8, 1e-3, 1e-6)),
    ),
    Case(
        "adamax_missing_grads",
        "Adamax",
        0.05,
        writes={15: {"betas": (0.8, 0.99)}},
        has_missing_grads=True,
    ),
    Case("nadam", "NAdam", 0.05, groups=_groups(momentum_decay=(4e-3, 0.0, 0.1))),
    Case("nadam_betas", "NAdam", 0.05, groups=_groups(betas=_BETAS, weight_decay=_DECAYS)),
    Case(
        "nadam_decoupled",
        "NAdam",
        0.05,
        {"decoupled_weight_decay": True, "maximize": True, "eps": 1e-4},
        _groups(weight_decay=_DECAYS),
        has_missing_grads=True,
    ),
    Case("radam", "RAdam", 0.05, groups=_groups(weight_decay=_DECAYS)),
    Case("radam_betas", "RAdam", 0.05, groups=_groups(betas=_SHORT_BETAS)),
    Case(
        "radam_decoupled",
        "RAdam",
        0.05,
        {"decoupled_weight_decay": True, "maximize": True, "eps": 1e-4},
        _groups(weight_decay=_DECAYS),
        has_missing_grads=True,
    ),
    Case("asgd", "ASGD", 0.1, groups=_groups(weight_decay=_DECAYS)),
    Case(
        "asgd_averaging",
        "ASGD",
        0.05,
        {"maximize": True},
        _groups(t0=(5, 0, 20.0), lambd=(1e-4, 0.01, 0.1), alpha=(0.75, 0.5, 1.0)),
    ),
    Case("asgd_missing_grads", "ASGD", 0.1, {"t0": 3}, has_missing_grads=True),
    Case("rprop", "Rprop", 0.01),
    Case(
        "rprop_etas",
        "Rprop",
        0.01,
        {"maximize": True},
        _groups(
            etas=((0.5, 1.2), (0.3, 1.5), (0.9, 1.05)),
            step_sizes=((1e-6, 50), (1e-3, 0.05), (0, 1)),
        ),
    ),
    Case("rprop_missing_grads", "Rprop", 0.01, has_missing_grads=True),
    Case("adafactor", "Adafactor", 0.05),
    Case("adafactor_decay", "Adafactor", 0.05, {"d": 2.0}, _groups(weight_decay=_DECAYS)),
    Case(
        "adafactor_eps_maximize",
        "Adafactor",
        0.05,
        {"maximize": True},
        _groups(eps=((1e-3, 1e-3), (None, 0.1), (1e-6, 1e-2)), beta2_decay=(-0.8, -0.5, -1.0)),
    ),
    Case("adafactor_missing_grads", "Adafactor", 0.05, has_missing_grads=True),
    Case(
        "muon",
        "Muon",
        0.02,
        groups=_groups(weight_decay=_DECAYS),
        is_of_matrices=True,
        rounding=1e-5,
    ),
    Case(
        "muon_written",
        "Muon",
        0.02,
        {"adjust_lr_fn": "match_rms_adamw", "nesterov": False},
        _groups(momentum=_MOMENTA),
        {20: {"ns_steps": 3}, 40: {"ns_steps": 5, "adjust_lr_fn": "original"}},
        is_of_matrices=True,
        rounding=1e-5,
    ),
    Case("lamb", "LAMB", 0.01),
    Case("lamb_decay", "LAMB", 0.01, groups=_groups(weight_decay=_DECAYS, betas=_BETAS)),
    Case(
        "lamb_coupled_uncorrected",
        "LAMB",
        0.01,
        {"adam_w_mode": False, "do_bias_correction": False, "maximize": True},
        _groups(weight_decay=_DECAYS),
    ),
    Case("lamb_missing_grads", "LAMB", 0.01, has_missing_grads=True),
    Case("lion", "Lion", 0.01),
    Case(
        "lion_decay_maximize",
        "Lion",
        0.01,
        {"maximize": True},
        _groups(weight_decay=_DECAYS, betas=((0.9, 0.99), (0.5, 0.9), (0.95, 0.98))),
    ),
]
