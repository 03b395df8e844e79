"""The construction that stands for a torch class in the examples of its native rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.equivalents import Equivalent

OPTIMIZERS: Final[Mapping[str, str]] = {
    "SGD": "SGD(model.parameters(), lr=0.1, weight_decay=1e-4)",
    "Adam": "Adam(model.parameters(), lr=3e-4, betas=(0.9, 0.98))",
    "AdamW": "AdamW(model.parameters(), lr=3e-4, weight_decay=0.05)",
    "Adagrad": "Adagrad(model.parameters(), lr=0.05)",
    "Adadelta": "Adadelta(model.parameters())",
    "Adamax": "Adamax(model.parameters(), lr=2e-3)",
    "ASGD": "ASGD(model.parameters(), lr=0.01)",
    "LBFGS": "LBFGS(model.parameters(), lr=1.0)",
    "NAdam": "NAdam(model.parameters(), lr=2e-3)",
    "RAdam": "RAdam(model.parameters(), lr=1e-3)",
    "RMSprop": "RMSprop(model.parameters(), lr=1e-3)",
    "Rprop": "Rprop(model.parameters(), lr=0.01)",
}
SCHEDULERS: Final[Mapping[str, str]] = {
    "ChainedScheduler": (
        "ChainedScheduler([\n"
        "    lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5),\n"
        "    lr_scheduler.ExponentialLR(optimizer, gamma=0.99),\n"
        "])"
    ),
    "ConstantLR": "ConstantLR(optimizer, factor=0.5, total_iters=4)",
    "CosineAnnealingLR": "CosineAnnealingLR(optimizer, T_max=100)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2)",
    "CyclicLR": (
        "CyclicLR(optimizer, base_lr=0.01, max_lr=0.1, step_size_up=500, cycle_momentum=False)"
    ),
    "ExponentialLR": "ExponentialLR(optimizer, gamma=0.95)",
    "LambdaLR": "LambdaLR(optimizer, lr_lambda=lambda epoch: 0.95**epoch)",
    "LinearLR": "LinearLR(optimizer, start_factor=0.1, total_iters=5)",
    "MultiStepLR": "MultiStepLR(optimizer, milestones=[30, 80], gamma=0.1)",
    "MultiplicativeLR": "MultiplicativeLR(optimizer, lr_lambda=lambda epoch: 0.95)",
    "OneCycleLR": "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000, cycle_momentum=False)",
    "PolynomialLR": "PolynomialLR(optimizer, total_iters=90, power=2.0)",
    "ReduceLROnPlateau": 'ReduceLROnPlateau(optimizer, mode="max", patience=5)',
    "SequentialLR": (
        "SequentialLR(\n"
        "    optimizer,\n"
        "    [\n"
        "        lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5),\n"
        "        lr_scheduler.CosineAnnealingLR(optimizer, T_max=95),\n"
        "    ],\n"
        "    milestones=[5],\n"
        ")"
    ),
    "StepLR": "StepLR(optimizer, step_size=30, gamma=0.1)",
}
# Rows that stand behind another one for the same class: what only they take.
OTHERS: Final[Mapping[str, str]] = {
    "paddle.optimizer.Momentum": (
        "SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4, nesterov=True)"
    ),
}
HEAD: Final = """\
from torch import optim
from torch.optim import lr_scheduler

optimizer = optim.SGD(model.parameters(), lr=0.1)
"""


def example_of(row: Equivalent) -> str:
    """Return a script in which a row of the table is the one that fits."""
    call = OTHERS.get(row.native) or OPTIMIZERS.get(row.torch)
    if call is not None:
        return f"import torch\n\noptimizer = torch.optim.{call}\n"
    return HEAD + f"scheduler = lr_scheduler.{SCHEDULERS[row.torch]}\n"
