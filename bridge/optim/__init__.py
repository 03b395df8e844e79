"""torch.optim's optimizers and schedulers, for the parameters of any supported framework."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from bridge.optim.adam import Adam
from bridge.optim.adamw import AdamW
from bridge.optim.optimizer import Optimizer
from bridge.optim.sgd import SGD

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]


def __getattr__(name: str) -> ModuleType:
    # The schedulers are many files, and a script may need none of them.
    if name != "lr_scheduler":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
