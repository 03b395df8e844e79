"""Classes of torch.optim as values: chosen by name, handed around, annotated, extended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.codemods.forms.bundles import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

FIT: Final = """
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
"""
FIT_SCHEDULED: Final = f"""{FIT}    scheduler.step()
    log(scheduler.get_last_lr()[0])
"""

_BODIES: Final[Mapping[str, str]] = {
    "getattr of the module": f"""\
name = "AdamW"
optimizer = getattr(torch.optim, name)(model.parameters(), lr=1e-2)
{FIT}""",
    "getattr of both modules": f"""\
config = {{
    "optimizer": ("SGD", {{"lr": 0.1, "momentum": 0.9}}),
    "scheduler": ("StepLR", {{"step_size": 40}}),
}}
name, options = config["optimizer"]
optimizer = getattr(optim, name)(model.parameters(), **options)
name, options = config["scheduler"]
scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
{FIT_SCHEDULED}""",
    "the module's __dict__": f"""\
optimizer = optim.__dict__["SGD"](model.parameters(), 0.1)
{FIT}""",
    "a registry": f"""\
OPTIMIZERS = {{
    "sgd": optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": optim.RMSprop,
}}
optimizer = OPTIMIZERS["adam"](model.parameters(), lr=1e-2)
{FIT}log(optimizer.param_groups[0]["lr"])
""",
    "a registry of schedulers": f"""\
SCHEDULERS = dict(step=lr_scheduler.StepLR, cosine=lr_scheduler.CosineAnnealingLR)
optimizer = optim.SGD(model.parameters(), lr=0.1)
scheduler = SCHEDULERS["cosine"](optimizer, T_max=STEPS)
{FIT_SCHEDULED}""",
    "a default argument": """\
def fit(net, optimizer_class=optim.AdamW, lr=1e-2):
    optimizer = optimizer_class(net.parameters(), lr=lr)
    for step in range(STEPS):
        optimizer.zero_grad()
        train(net, step)
        optimizer.step()
    return optimizer

log(fit(model).param_groups[0]["weight_decay"])
""",
    "a keyword argument": """\
class Policy:
    def __init__(self, optimizer_class=torch.optim.Adam, optimizer_kwargs=None):
        self.optimizer = optimizer_class(model.parameters(), **(optimizer_kwargs or {}))

    def update(self, step):
        self.optimizer.zero_grad()
        train(model, step)
        self.optimizer.step()

policy = Policy(optimizer_class=torch.optim.RMSprop, optimizer_kwargs=dict(lr=1e-3, alpha=0.9))
for step in range(STEPS):
    policy.update(step)
""",
    "functools.partial": f"""\
from functools import partial

make = partial(optim.SGD, lr=0.1, momentum=0.9)
optimizer = make(model.parameters())
{FIT}""",
    "a partial of a scheduler": f"""\
import functools

decay = functools.partial(lr_scheduler.StepLR, step_size=30, gamma=0.5)
optimizer = optim.SGD(model.parameters(), lr=0.1)
scheduler = decay(optimizer)
{FIT_SCHEDULED}""",
    "keyword arguments from a dict": f"""\
options = {{"lr": 0.05, "momentum": 0.9, "nesterov": True}}
optimizer = optim.SGD(model.parameters(), **options)
{FIT}log(optimizer.param_groups[0]["lr"])
""",
    "keyword arguments beside others": f"""\
kwargs = dict(eps=1e-6)
optimizer = optim.Adam(model.parameters(), lr=1e-2, **kwargs)
scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, "min", **{{"patience": 2, "factor": 0.5}})
{FIT}    scheduler.step(METRICS[step])
    log(optimizer.param_groups[0]["lr"])
""",
    "positional arguments from a list": f"""\
arguments = [0.1, 0.9]
optimizer = optim.SGD(model.parameters(), *arguments)
{FIT}""",
    "a lambda": f"""\
make = lambda net: optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
optimizer = make(model)
{FIT}""",
    "a class chosen by a condition": f"""\
use_adam = True
cls = optim.Adam if use_adam else optim.SGD
optimizer = cls(model.parameters(), lr=1e-2)
{FIT}""",
    "an int by a name": f"""\
decay = 0
rate = 1
optimizer = optim.Adadelta(model.parameters(), rate, weight_decay=decay)
{FIT}log(optimizer.param_groups[0]["lr"])
""",
    "annotations": """\
from typing import Any, Dict, List, Optional, Tuple, Union

def build(
    net: torch.nn.Module, lr: float = 0.1
) -> Tuple[optim.Optimizer, lr_scheduler.LRScheduler]:
    optimizer: torch.optim.Optimizer = optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    scheduler: Union[lr_scheduler.StepLR, lr_scheduler.ReduceLROnPlateau] = lr_scheduler.StepLR(
        optimizer, step_size=40
    )
    return optimizer, scheduler

optimizer: Optional[optim.Optimizer] = None
optimizer, scheduler = build(model)
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "isinstance": f"""\
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
log(isinstance(optimizer, optim.Optimizer), isinstance(optimizer, (optim.Adam, optim.AdamW)))
{FIT}    if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
        scheduler.step(METRICS[step])
    else:
        scheduler.step()
    log(optimizer.param_groups[0]["lr"])
""",
    "the name of a class": f"""\
optimizer = optim.AdamW(model.parameters(), lr=1e-2)
log(type(optimizer).__name__ == "AdamW", optimizer.__class__.__name__ == "SGD")
log(issubclass(type(optimizer), optim.Optimizer))
{FIT}""",
    "compared classes": f"""\
def lr_of(cls):
    return 0.1 if cls == optim.SGD else 1e-2

cls = optim.SGD
optimizer = cls(model.parameters(), lr=lr_of(cls))
{FIT}log(optimizer.param_groups[0]["lr"])
""",
    "a subclass of SGD": f"""\
class Scaled(optim.SGD):
    def __init__(self, params, lr=0.1, scale=1.0, **kwargs):
        super().__init__(params, lr=lr * scale, **kwargs)
        self.scale = scale

    def current_lr(self):
        return self.param_groups[0]["lr"]

optimizer = Scaled(model.parameters(), scale=0.5, momentum=0.9)
{FIT}log(optimizer.current_lr(), optimizer.scale)
""",
    "a subclass of a scheduler": f"""\
class Warmup(lr_scheduler.LambdaLR):
    def __init__(self, optimizer, warmup_steps, last_epoch=-1):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer, self.factor, last_epoch=last_epoch)

    def factor(self, step):
        if step < self.warmup_steps:
            return float(step) / float(max(1, self.warmup_steps))
        return 1.0

optimizer = optim.SGD(model.parameters(), lr=0.1)
scheduler = Warmup(optimizer, warmup_steps=30)
{FIT_SCHEDULED}""",
    "a subclass of _LRScheduler": f"""\
class PolyLR(torch.optim.lr_scheduler._LRScheduler):
    def __init__(self, optimizer, max_iters, power=0.9, last_epoch=-1, min_lr=1e-6):
        self.power = power
        self.max_iters = max_iters
        self.min_lr = min_lr
        super(PolyLR, self).__init__(optimizer, last_epoch)

    def get_lr(self):
        return [
            max(base_lr * (1 - self.last_epoch / self.max_iters) ** self.power, self.min_lr)
            for base_lr in self.base_lrs
        ]

optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = PolyLR(optimizer, STEPS)
{FIT_SCHEDULED}""",
    "a subclass that steps from the last": f"""\
from torch.optim.lr_scheduler import LRScheduler

class Halving(LRScheduler):
    def get_lr(self):
        if self.last_epoch == 0 or self.last_epoch % 25:
            return [group["lr"] for group in self.optimizer.param_groups]
        return [group["lr"] * 0.5 for group in self.optimizer.param_groups]

optimizer = optim.SGD(model.parameters(), lr=0.1)
scheduler = Halving(optimizer)
{FIT_SCHEDULED}""",
    "a wrapper of a scheduler": f"""\
class GradualWarmupScheduler(lr_scheduler._LRScheduler):
    def __init__(self, optimizer, multiplier, total_epoch, after_scheduler=None):
        self.multiplier = multiplier
        self.total_epoch = total_epoch
        self.after_scheduler = after_scheduler
        self.finished = False
        super().__init__(optimizer)

    def get_lr(self):
        if self.last_epoch > self.total_epoch:
            if self.after_scheduler:
                if not self.finished:
                    self.after_scheduler.base_lrs = [lr * self.multiplier for lr in self.base_lrs]
                    self.finished = True
                return self.after_scheduler.get_last_lr()
            return [base_lr * self.multiplier for base_lr in self.base_lrs]
        scale = (self.multiplier - 1.0) * self.last_epoch / self.total_epoch + 1.0
        return [base_lr * scale for base_lr in self.base_lrs]

    def step(self, epoch=None):
        if self.finished and self.after_scheduler:
            self.after_scheduler.step()
            self._last_lr = self.after_scheduler.get_last_lr()
        else:
            return super().step()

optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
after = lr_scheduler.CosineAnnealingLR(optimizer, STEPS - 20)
scheduler = GradualWarmupScheduler(optimizer, multiplier=8, total_epoch=20, after_scheduler=after)
{FIT}    scheduler.step()
    log(optimizer.param_groups[0]["lr"])
""",
    "a module as an argument": """\
def make(module, name, **kwargs):
    return getattr(module, name)(**kwargs)

optimizer = make(torch.optim, "Adam", params=model.parameters(), lr=1e-2)
scheduler = make(torch.optim.lr_scheduler, "ExponentialLR", optimizer=optimizer, gamma=0.98)
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
}
VALUES: Final = {name: HEAD + body for name, body in _BODIES.items()}
