"""torch.optim.lr_scheduler's names, for the optimizer of any framework.

A schedule knows numbers and `param_groups`; it knows neither tensors nor frameworks. Learning
rates equal torch 2.13's bit for bit, its peculiarities included. `__all__` holds torch's names;
those of `schedules`, beyond torch, can be imported from here as well. Follows
https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

from bridge.optim.lr_scheduler._base import EPOCH_DEPRECATION_WARNING as EPOCH_DEPRECATION_WARNING
from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._base import _LRScheduler as _LRScheduler
from bridge.optim.lr_scheduler._config import from_config as from_config
from bridge.optim.lr_scheduler.chained_scheduler import ChainedScheduler
from bridge.optim.lr_scheduler.cosine_annealing_lr import CosineAnnealingLR
from bridge.optim.lr_scheduler.cosine_annealing_warm_restarts import CosineAnnealingWarmRestarts
from bridge.optim.lr_scheduler.cyclic_lr import CyclicLR
from bridge.optim.lr_scheduler.exponential_lr import ExponentialLR
from bridge.optim.lr_scheduler.lambda_lr import LambdaLR, MultiplicativeLR
from bridge.optim.lr_scheduler.linear_lr import ConstantLR, LinearLR
from bridge.optim.lr_scheduler.one_cycle_lr import OneCycleLR
from bridge.optim.lr_scheduler.polynomial_lr import PolynomialLR
from bridge.optim.lr_scheduler.reduce_lr_on_plateau import ReduceLROnPlateau
from bridge.optim.lr_scheduler.schedules import *  # noqa: F403 - the names of its __all__
from bridge.optim.lr_scheduler.sequential_lr import SequentialLR
from bridge.optim.lr_scheduler.step_lr import MultiStepLR, StepLR
from bridge.optim.lr_scheduler.swalr import SWALR as SWALR  # of torch.optim.swa_utils

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
