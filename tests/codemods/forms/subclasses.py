"""Classes that people build on torch's LRScheduler, each in a script that trains with it.

`OWN` are native on both frameworks; OneFlow's groups have rates of their own too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.codemods.execution_cases import LOAD, SAVE

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD: Final = """\
import bisect
import math
import warnings
from typing import List

import torch
from torch import optim
from torch.optim.lr_scheduler import _LRScheduler
"""
SGD: Final = "optim.SGD(model.parameters(), lr=0.05, momentum=0.9)"
GROUPS: Final = (
    'optim.SGD([{"params": model.first.parameters(), "lr": 0.02},'
    ' {"params": model.second.parameters()}], lr=0.05)'
)
DECAYS: Final = (
    'optim.SGD([{"params": model.first.parameters(), "weight_decay": 0.01},'
    ' {"params": model.second.parameters()}], lr=0.05, momentum=0.9)'
)
FIT: Final = """\
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    scheduler.step()
    log(*scheduler.get_last_lr())
"""

_POLY: Final = """
class PolyLR(_LRScheduler):
    def __init__(self, optimizer, max_iters, power=0.9, last_epoch=-1, min_lr=1e-6):
        self.power = power
        self.max_iters = max_iters  # avoid zero lr
        self.min_lr = min_lr
        super(PolyLR, self).__init__(optimizer, last_epoch)

    def get_lr(self):
        return [ max( base_lr * ( 1 - self.last_epoch/self.max_iters )**self.power, self.min_lr)
                for base_lr in self.base_lrs]
"""
_WARM_UP: Final = '''
class WarmUpLR(_LRScheduler):
    """warmup_training learning rate scheduler
    Args:
        optimizer: optimizer (e.g. SGD)
        total_iters: total iters of warmup phase
    """
    def __init__(self, optimizer, total_iters, last_epoch=-1):

        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """we will use the first m batches, and set the learning
        rate to base_lr * m / total_iters
        """
        return [base_lr * self.last_epoch / (self.total_iters + 1e-8) for base_lr in self.base_lrs]
'''
_NOAM: Final = """
class NoamLR(_LRScheduler):
    def __init__(self, optimizer: optim.Optimizer, warmup_steps: int) -> None:
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)

    def get_lr(self) -> List[float]:
        last_epoch = max(1, self.last_epoch)
        scale = self.warmup_steps ** 0.5 * min(
            last_epoch ** (-0.5), last_epoch * self.warmup_steps ** (-1.5)
        )
        return [base_lr * scale for base_lr in self.base_lrs]

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self.warmup_steps}, {self.last_epoch})"
"""
_MULTI_STEP: Final = """
class WarmupMultiStepLR(_LRScheduler):
    def __init__(
        self,
        optimizer,
        milestones,
        gamma=0.1,
        warmup_factor=1.0 / 3,
        warmup_iters=500,
        warmup_method="linear",
        last_epoch=-1,
    ):
        if not list(milestones) == sorted(milestones):
            raise ValueError(
                "Milestones should be a list of increasing integers. Got {}", milestones
            )
        self.milestones = milestones
        self.gamma = gamma
        self.warmup_factor = warmup_factor
        self.warmup_iters = warmup_iters
        self.warmup_method = warmup_method
        super(WarmupMultiStepLR, self).__init__(optimizer, last_epoch)

    def get_lr(self):
        warmup_factor = 1
        if self.last_epoch < self.warmup_iters:
            if self.warmup_method == "constant":
                warmup_factor = self.warmup_factor
            elif self.warmup_method == "linear":
                alpha = float(self.last_epoch) / self.warmup_iters
                warmup_factor = self.warmup_factor * (1 - alpha) + alpha
        return [
            base_lr
            * warmup_factor
            * self.gamma ** bisect.bisect_right(self.milestones, self.last_epoch)
            for base_lr in self.base_lrs
        ]
"""
_COSINE: Final = """
class WarmupCosineLR(_LRScheduler):
    min_lr = 1e-4

    def __init__(self, optimizer, warmup, total, last_epoch=-1):
        self.warmup, self.total = warmup, total
        super().__init__(optimizer=optimizer, last_epoch=last_epoch)

    def get_lr(self):
        step = self.last_epoch + 1
        if step <= self.warmup:
            return [lr * step / self.warmup for lr in self.base_lrs]
        elif self.last_epoch > self.total:
            return [self.min_lr for _ in self.base_lrs]
        else:
            return [
                # half a cosine
                self.min_lr + (lr - self.min_lr) * 0.5 * (1 + math.cos(self._angle()))
                for lr in self.base_lrs
            ]

    def _angle(self):
        return math.pi * (self.last_epoch + 1 - self.warmup) / (self.total - self.warmup)
"""
_HELD: Final = """
class HeldLR(_LRScheduler):
    def __init__(self, optimizer, hold, factor):
        self.hold, self.factor = hold, factor
        self.last_epoch = -1
        super().__init__(optimizer)

    def get_lr(self):
        if self.last_epoch < self.hold:
            return self.base_lrs
        lrs = [b * self.factor(self.last_epoch - self.hold) for b in self.base_lrs]
        return lrs
"""
_ALL_THE_SAME: Final = """
class TriangleLR(_LRScheduler):
    def __init__(self, optimizer, top, period):
        self.top = top
        self.period = period
        super().__init__(optimizer)

    @staticmethod
    def wave(x):
        return abs(2 * (x % 1.0) - 1.0)

    def get_lr(self):
        lr = self.top * self.wave(self.last_epoch / self.period)
        if lr <= 0:
            return [1e-5] * len(self.base_lrs)
        return [lr]
"""
_NO_INIT: Final = """
class RootLR(_LRScheduler):
    def get_lr(self):
        return (
            [base_lr if self.last_epoch < 9 else base_lr / 2 for base_lr in self.base_lrs]
            if self.last_epoch < 30
            else [base_lr / math.sqrt(self.last_epoch) for base_lr in self.base_lrs]
        )
"""
_INITIAL: Final = """
class InitialLR(_LRScheduler):
    def __init__(self, optimizer, decay):
        self.optimizer = optimizer
        self.decay = decay
        super().__init__(optimizer)

    def get_lr(self):
        return [
            group["initial_lr"] / (1 + self.decay * self.last_epoch)
            for group in self.optimizer.param_groups
        ]
"""
_FIRST: Final = """
class FirstLR(_LRScheduler):
    def get_lr(self):
        lr = self.base_lrs[0] * 0.98 ** self.last_epoch
        return [lr for _ in self.optimizer.param_groups]
"""
_GLOBAL: Final = """
seen = []

class SeenLR(_LRScheduler):
    def get_lr(self):
        seen.append(optimizer.param_groups[0]["lr"])
        return [base_lr * 0.99 ** len(seen) for base_lr in self.base_lrs]
"""
_APPENDED: Final = """
class AppendedLR(_LRScheduler):
    def __init__(self, optimizer, total):
        self.total = total
        super().__init__(optimizer)

    def get_lr(self):
        lrs = []
        done = self.last_epoch / self.total
        for base_lr in self.base_lrs:
            low, high = base_lr / 10, base_lr
            lr = low + (
                high - low
            ) * math.cos(done) ** 2
            lrs.append(max(lr, 1e-6))
        return lrs
"""
_APPENDED_NOW: Final = """
class AppendedNowLR(_LRScheduler):
    def get_lr(self):
        lrs = []  # one for each
        for base_lr, group in zip(self.base_lrs, self.optimizer.param_groups):
            lrs.append(group["lr"] * 0.98 + base_lr * 1e-3)
        return lrs
"""
_COUNTING: Final = """
class CountingLR(_LRScheduler):
    def __init__(self, optimizer):
        self.seen = 0
        super().__init__(optimizer)
        self.last_epoch = 10

    def get_lr(self):
        self.seen += 1
        return [base_lr * 0.95 ** self.seen / (1 + self.last_epoch) for base_lr in self.base_lrs]
"""
_FROM_NOW: Final = """
class RestartLR(_LRScheduler):
    def __init__(self, optimizer, gamma, restarts):
        self.gamma = gamma
        self.restarts = restarts
        super().__init__(optimizer)

    def get_lr(self):
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, "
                "please use `get_last_lr()`.",
                UserWarning,
            )

        if self.last_epoch == 0:
            return [group["lr"] for group in self.optimizer.param_groups]
        if self.last_epoch in self.restarts:
            return [group["initial_lr"] * 0.8 for group in self.optimizer.param_groups]
        return [
            group["lr"] * self.gamma + base_lr * 1e-4
            for base_lr, group in zip(self.base_lrs, self.optimizer.param_groups)
        ]

    def _get_closed_form_lr(self):
        return [base_lr * self.gamma ** self.last_epoch for base_lr in self.base_lrs]
"""


def _script(defined: str, made: str, optimizer: str = SGD) -> str:
    return f"{HEAD}{defined}\noptimizer = {optimizer}\nscheduler = {made}\n{FIT}"


def _resumed(defined: str, made: str, optimizer: str = SGD) -> str:
    loop = FIT.replace("range(STEPS)", "range(*PART)")
    return f"{HEAD}{defined}\noptimizer = {optimizer}\nscheduler = {made}\n{LOAD}{loop}{SAVE}"


_FACTORY: Final = f"""\
{HEAD}{_POLY}
def make(net, epochs):
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    scheduler = PolyLR(optimizer, epochs, power=2)
    return optimizer, scheduler

optimizer, scheduler = make(model, STEPS)
{FIT}"""
_BRANCHES: Final = f"""\
{HEAD}{_POLY}{_WARM_UP}
optimizer = {SGD}
if STEPS < 50:
    scheduler = WarmUpLR(optimizer, STEPS)
else:
    scheduler = PolyLR(optimizer=optimizer, max_iters=STEPS)
{FIT}"""
_TRAINER: Final = f"""\
{HEAD}{_COSINE}
class Trainer:
    def __init__(self, net: torch.nn.Module) -> None:
        self.net = net
        self.optimizer = optim.AdamW(net.parameters(), lr=0.01)
        self.scheduler: WarmupCosineLR = WarmupCosineLR(self.optimizer, 10, STEPS)

    def fit(self) -> None:
        for step in range(STEPS):
            self.optimizer.zero_grad()
            train(self.net, step)
            self.optimizer.step()
            self.scheduler.step()
            log(self.scheduler.last_epoch, self.scheduler.warmup, self.scheduler.get_last_lr()[0])

Trainer(model).fit()
"""
_BETWEEN: Final = (
    "    train(",
    """\
    if step < 10:
        for group in optimizer.param_groups:
            group["lr"] = 0.001 * step
    log(optimizer.param_groups[0]["lr"])
    train(""",
)
OWN: Final[Mapping[str, str]] = {
    "PolyLR": _script(_POLY, "PolyLR(optimizer, STEPS)"),
    "WarmUpLR": _script(_WARM_UP, "WarmUpLR(optimizer, 60)"),
    "WarmUpLR from an int": _script(
        _WARM_UP, "WarmUpLR(optimizer, 5000)", "optim.SGD(model.parameters(), lr=1)"
    ),
    "NoamLR": _script(_NOAM, "NoamLR(optimizer, warmup_steps=20)"),
    "WarmupMultiStepLR": _script(
        _MULTI_STEP, "WarmupMultiStepLR(optimizer, [40, 80], warmup_iters=20)"
    ),
    "WarmupCosineLR": _script(_COSINE, "WarmupCosineLR(optimizer, 10, total=STEPS - 9)"),
    "HeldLR": _script(_HELD, "HeldLR(optimizer, 20, lambda step: 0.97**step)"),
    "TriangleLR": _script(_ALL_THE_SAME, "TriangleLR(optimizer, 0.1, 40)"),
    "RootLR": _script(_NO_INIT, "RootLR(optimizer)"),
    "InitialLR": _script(_INITIAL, "InitialLR(optimizer, 0.05)"),
    "FirstLR": _script(_FIRST, "FirstLR(optimizer, last_epoch=-1)"),
    "AppendedLR": _script(_APPENDED, "AppendedLR(optimizer, STEPS)"),
    "AppendedNowLR": _script(_APPENDED_NOW, "AppendedNowLR(optimizer)"),
    "RestartLR": _script(_FROM_NOW, "RestartLR(optimizer, 0.97, [30, 70])"),
    "SeenLR": _script(_GLOBAL, "SeenLR(optimizer)"),
    "CountingLR": _script(_COUNTING, "CountingLR(optimizer)"),
    "PolyLR of groups with one rate": _script(_POLY, "PolyLR(optimizer, STEPS)", DECAYS),
    "made by a factory": _FACTORY,
    "made in branches": _BRANCHES,
    "kept by a trainer": _TRAINER,
}
OWN_RESUMED: Final[Mapping[str, str]] = {
    "PolyLR, resumed": _resumed(_POLY, "PolyLR(optimizer, 120)"),
    "WarmUpLR, resumed": _resumed(_WARM_UP, "WarmUpLR(optimizer, 90)"),
    "RestartLR, resumed": _resumed(_FROM_NOW, "RestartLR(optimizer, 0.97, [30, 70])"),
}
OWN_OF_PADDLE: Final[Mapping[str, str]] = {
    "RestartLR of groups with one rate": _script(
        _FROM_NOW, "RestartLR(optimizer, 0.97, [30, 70])", DECAYS
    ),
}
OWN_OF_ONEFLOW: Final[Mapping[str, str]] = {
    "PolyLR with rates in between": _script(_POLY, "PolyLR(optimizer, STEPS)").replace(*_BETWEEN),
    "AppendedNowLR with rates in between": _script(
        _APPENDED_NOW, "AppendedNowLR(optimizer)"
    ).replace(*_BETWEEN),
    "PolyLR of two groups": _script(_POLY, "PolyLR(optimizer, STEPS)", GROUPS),
    "AppendedLR of two groups": _script(_APPENDED, "AppendedLR(optimizer, STEPS)", GROUPS),
    "InitialLR of two groups": _script(_INITIAL, "InitialLR(optimizer, 0.05)", GROUPS),
}
IN_ONE: Final = (OWN, OWN_OF_PADDLE, OWN_OF_ONEFLOW)
IN_TWO: Final = (OWN_RESUMED,)
