"""torch.optim's optimizers and schedulers, for the parameters of any supported framework."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from bridge.optim._clip import clip_grad_norm_, clip_grad_value_
from bridge.optim.adadelta import Adadelta
from bridge.optim.adafactor import Adafactor
from bridge.optim.adagrad import Adagrad
from bridge.optim.adam import Adam
from bridge.optim.adamax import Adamax
from bridge.optim.adamw import AdamW
from bridge.optim.asgd import ASGD
from bridge.optim.lamb import LAMB
from bridge.optim.lbfgs import LBFGS
from bridge.optim.lion import Lion
from bridge.optim.muon import Muon
from bridge.optim.nadam import NAdam
from bridge.optim.optimizer import Optimizer
from bridge.optim.radam import RAdam
from bridge.optim.rmsprop import RMSprop
from bridge.optim.rprop import Rprop
from bridge.optim.sgd import SGD
from bridge.optim.sparse_adam import SparseAdam

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "ASGD",
    "LAMB",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "clip_grad_norm_",
    "clip_grad_value_",
    "lr_scheduler",
    "swa_utils",
]


def __getattr__(name: str) -> ModuleType:
    # The schedulers are many files, and a script may need none of them.
    if name not in {"lr_scheduler", "swa_utils"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
