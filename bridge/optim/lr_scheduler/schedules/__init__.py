"""Schedules beyond torch's, in torch's style; all of them are names of `lr_scheduler` as well.

OneFlow's and Paddle's own, what training scripts write by hand, transformers' by name, and what
combines schedules: for any hyperparameter, for single groups, with metrics.
"""

from __future__ import annotations

from bridge.optim.lr_scheduler.schedules.add_group import add_group
from bridge.optim.lr_scheduler.schedules.combined_scheduler import CombinedScheduler
from bridge.optim.lr_scheduler.schedules.cosine_annealing_warmbooting_lr import (
    CosineAnnealingWarmbootingLR,
)
from bridge.optim.lr_scheduler.schedules.cosine_decay_lr import CosineDecayLR
from bridge.optim.lr_scheduler.schedules.get_scheduler import NamedLR, get_scheduler
from bridge.optim.lr_scheduler.schedules.greedy_lr import GreedyLR
from bridge.optim.lr_scheduler.schedules.hyperparameter import hyperparameter
from bridge.optim.lr_scheduler.schedules.inverse_sqrt_lr import InverseSqrtLR
from bridge.optim.lr_scheduler.schedules.metric_sequential_lr import MetricSequentialLR
from bridge.optim.lr_scheduler.schedules.noam_decay import NoamDecay
from bridge.optim.lr_scheduler.schedules.piecewise_decay import PiecewiseDecay
from bridge.optim.lr_scheduler.schedules.polynomial_decay import PolynomialDecay, PolynomialDecayLR
from bridge.optim.lr_scheduler.schedules.time_decay import InverseTimeDecay, NaturalExpDecay
from bridge.optim.lr_scheduler.schedules.warm_up import LinearWarmup, WarmUpLR
from bridge.optim.lr_scheduler.schedules.warmup_cosine_lr import WarmupCosineLR
from bridge.optim.lr_scheduler.schedules.wsd_lr import WSDLR

__all__ = [
    "WSDLR",
    "CombinedScheduler",
    "CosineAnnealingWarmbootingLR",
    "CosineDecayLR",
    "GreedyLR",
    "InverseSqrtLR",
    "InverseTimeDecay",
    "LinearWarmup",
    "MetricSequentialLR",
    "NamedLR",
    "NaturalExpDecay",
    "NoamDecay",
    "PiecewiseDecay",
    "PolynomialDecay",
    "PolynomialDecayLR",
    "WarmUpLR",
    "WarmupCosineLR",
    "add_group",
    "get_scheduler",
    "hyperparameter",
]
