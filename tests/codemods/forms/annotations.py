"""Annotations in strings, and those that are never evaluated: they name what the port makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIT: Final = """\
def fit({}):
    for step in range(STEPS):
        opt.zero_grad()
        train(model, step)
        opt.step()
        sched.step()
        log(sched.get_last_lr()[0])

"""
_MADE: Final = """\
sgd = optim.SGD(model.parameters(), lr=0.1)
plan = lr_scheduler.ExponentialLR(sgd, gamma=0.98)
fit(sgd, plan)
"""
_HEAD: Final = """\
from typing import Optional

import torch
from torch import optim
from torch.optim import lr_scheduler

"""
_QUOTED: Final = """\
opt: "torch.optim.Optimizer", sched: 'Optional[lr_scheduler.LRScheduler]' = None"""
_WITHIN: Final = (
    """opt: "optim.SGD", sched: Optional[r"torch.optim.lr_scheduler.LRScheduler"] = None"""
)
_TYPED: Final = """\
from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import optim
from torch.optim import lr_scheduler

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

"""
_KEPT: Final = """\
class Trainer:
    opt: "optim.Optimizer"
    sched: "Optional[lr_scheduler._LRScheduler]"

    def __init__(self, net: "torch.nn.Module") -> "None":
        self.net = net
        self.opt = optim.Adam(net.parameters(), lr=0.01)
        self.sched = lr_scheduler.StepLR(self.opt, 30)

    def fit(self) -> "None":
        for step in range(STEPS):
            self.opt.zero_grad()
            train(self.net, step)
            self.opt.step()
            self.sched.step()
            log(self.sched.get_last_lr()[0])

Trainer(model).fit()
"""
_CLASS: Final = """\
class Halving(lr_scheduler.LRScheduler):
    def __init__(self, optimizer: "optim.Optimizer", every: "int") -> "None":
        self.every = every
        super().__init__(optimizer)

    def get_lr(self) -> "list[float]":
        return [base_lr / 2 ** (self.last_epoch // self.every) for base_lr in self.base_lrs]

def fit(opt: "optim.Optimizer", sched: "Halving") -> None:
    for step in range(STEPS):
        opt.zero_grad()
        train(model, step)
        opt.step()
        sched.step()
        log(sched.get_last_lr()[0])

adam = optim.Adam(model.parameters(), lr=0.01)
plan = Halving(adam, every=20)
fit(adam, plan)
"""
ANNOTATIONS: Final[Mapping[str, str]] = {
    "annotations in strings": _HEAD + _FIT.format(_QUOTED) + _MADE,
    "strings within annotations": _HEAD + _FIT.format(_WITHIN) + _MADE,
    "annotations for type checkers": (
        _TYPED + _FIT.format('opt: Optimizer, sched: "LRScheduler | None" = None') + _MADE
    ),
    "annotations of a class in strings": _HEAD + _KEPT,
    "annotations of a scheduler in strings": _HEAD + _CLASS,
    "annotations that are resolved": (
        _HEAD
        + _FIT.format('opt: "optim.Optimizer", sched: "lr_scheduler.LRScheduler"')
        + _MADE
        + "import typing\n\nassert typing.get_type_hints(fit)['opt'].__name__ == 'Optimizer'\n"
    ),
    "annotations that are asked for": (
        _HEAD
        + _FIT.format('opt: "optim.Optimizer", sched: "lr_scheduler.ExponentialLR"')
        + _MADE
        + "import typing\n\nhints = typing.get_type_hints(fit)\n"
        + "assert isinstance(sgd, hints['opt']), hints\n"
        + "assert isinstance(plan, hints['sched']), hints\n"
    ),
}
