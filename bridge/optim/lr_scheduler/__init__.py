"""torch.optim.lr_scheduler's names, for the optimizer of any framework.

A schedule knows numbers and `param_groups`; it knows neither tensors nor frameworks. Learning
rates equal torch 2.13's bit for bit, its peculiarities included. Follows
https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

from bridge.optim.lr_scheduler._base import LRScheduler as LRScheduler
from bridge.optim.lr_scheduler._base import _LRScheduler as _LRScheduler
from bridge.optim.lr_scheduler.step_lr import MultiStepLR, StepLR

__all__ = ["LRScheduler", "MultiStepLR", "StepLR"]
