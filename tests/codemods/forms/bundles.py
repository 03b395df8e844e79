"""Where scripts keep optimizers and schedulers, and how they hand them around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD: Final = """\
import torch
from torch import optim
from torch.optim import lr_scheduler

"""

_BODIES: Final[Mapping[str, str]] = {
    "across methods": """\
class Trainer:
    def __init__(self, model, epochs):
        self.model = model
        self.epochs = epochs
        self.configure()

    def configure(self):
        self.optim = optim.AdamW(self.model.parameters(), lr=1e-2)
        self.sched = lr_scheduler.CosineAnnealingLR(self.optim, T_max=self.epochs)

    def train_epoch(self, epoch):
        self.optim.zero_grad()
        train(self.model, epoch)
        self.optim.step()

    def lr(self):
        return self.optim.param_groups[0]["lr"]

    def fit(self):
        for epoch in range(self.epochs):
            self.train_epoch(epoch)
            self.sched.step()
            log(self.lr())

Trainer(model, STEPS).fit()
""",
    "a property": """\
class Trainer:
    def __init__(self):
        self._optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    @property
    def optimizer(self):
        return self._optimizer

trainer = Trainer()
for step in range(STEPS):
    trainer.optimizer.zero_grad()
    train(model, step)
    trainer.optimizer.step()
log(trainer.optimizer.param_groups[0]["lr"])
""",
    "configure_optimizers": """\
class Net(torch.nn.Module):
    def configure_optimizers(self):
        optimizer = optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.05)
        scheduler = lr_scheduler.StepLR(optimizer, 30, gamma=0.5)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }

made = Net().configure_optimizers()
for step in range(STEPS):
    made["optimizer"].zero_grad()
    train(model, step)
    made["optimizer"].step()
    made["lr_scheduler"]["scheduler"].step()
    log(made["lr_scheduler"]["scheduler"].get_last_lr()[0])
""",
    "lists returned": """\
def configure_optimizers():
    opt = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    return [opt], [lr_scheduler.MultiStepLR(opt, milestones=[50, 90])]

optimizers, schedulers = configure_optimizers()
for step in range(STEPS):
    for o in optimizers:
        o.zero_grad()
    train(model, step)
    for o in optimizers:
        o.step()
    for s in schedulers:
        s.step()
    log(*[s.get_last_lr()[0] for s in schedulers])
""",
    "a conditional expression of schedulers": """\
cosine = STEPS > 100
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = (
    lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    if cosine
    else lr_scheduler.StepLR(optimizer, 30)
)
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "a chain of ifs": """\
class args:
    opt = "adamw"
    lr = 1e-2
    wd = 1e-2

if args.opt == "sgd":
    optimizer = optim.SGD(model.parameters(), args.lr, momentum=0.9, weight_decay=args.wd)
elif args.opt == "adam":
    optimizer = optim.Adam(model.parameters(), args.lr, weight_decay=args.wd)
elif args.opt == "adamw":
    optimizer = optim.AdamW(model.parameters(), args.lr, weight_decay=args.wd)
else:
    raise ValueError(f"unknown optimizer {args.opt}")
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
log(optimizer.param_groups[0]["weight_decay"])
""",
    "a scheduler or none": """\
def main(use_scheduler=True):
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    scheduler = None
    if use_scheduler:
        scheduler = lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.3)
    for step in range(STEPS):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        if scheduler:
            scheduler.step()
        log(optimizer.param_groups[0]["lr"])

main()
""",
    "passed by position and by keyword": """\
def train_one_epoch(net, opt, epoch, *, scheduler=None):
    opt.zero_grad()
    train(net, epoch)
    opt.step()
    if scheduler is not None:
        scheduler.step()

def main():
    opt = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    plan = lr_scheduler.PolynomialLR(opt, total_iters=STEPS, power=0.9)
    for epoch in range(STEPS):
        train_one_epoch(model, opt, epoch, scheduler=plan)
        log(plan.get_last_lr()[0])

main()
""",
    "a context manager": """\
from contextlib import contextmanager

@contextmanager
def stepping(optimizer):
    optimizer.zero_grad()
    yield optimizer
    optimizer.step()

sgd = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for step in range(STEPS):
    with stepping(sgd) as o:
        train(model, step)
log(sgd.param_groups[0]["lr"])
""",
    "returned from a closure": """\
def make_updater(net, lr):
    opt = optim.Adam(net.parameters(), lr=lr)

    def update(step):
        opt.zero_grad()
        train(net, step)
        opt.step()
        return opt.param_groups[0]["lr"]

    return update

update = make_updater(model, 1e-2)
for step in range(STEPS):
    log(update(step))
""",
    "a global": """\
optimizer = None

def setup():
    global optimizer
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

def update(step):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()

setup()
for step in range(STEPS):
    update(step)
""",
    "a dataclass": """\
from dataclasses import dataclass
from typing import Optional

@dataclass
class State:
    optimizer: optim.Optimizer
    scheduler: Optional[lr_scheduler.LRScheduler] = None
    step: int = 0

sgd = optim.SGD(model.parameters(), lr=0.1)
state = State(sgd, lr_scheduler.StepLR(sgd, 50))
for step in range(STEPS):
    state.optimizer.zero_grad()
    train(model, step)
    state.optimizer.step()
    state.scheduler.step()
    log(state.optimizer.param_groups[0]["lr"])
""",
    "the optimizer of a scheduler": """\
scheduler = lr_scheduler.StepLR(optim.SGD(model.parameters(), lr=0.1), 30)
for step in range(STEPS):
    scheduler.optimizer.zero_grad()
    train(model, step)
    scheduler.optimizer.step()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "a starred argument": """\
def fit(optimizer, *rest):
    for step in range(STEPS):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        for scheduler in rest:
            scheduler.step()

sgd = optim.SGD(model.parameters(), lr=0.1)
both = (sgd, lr_scheduler.ExponentialLR(sgd, 0.97))
fit(*both)
log(sgd.param_groups[0]["lr"])
""",
    "a namespace": """\
from types import SimpleNamespace

ns = SimpleNamespace()
ns.optimizer = optim.Adam(model.parameters(), lr=1e-2)
ns.scheduler = lr_scheduler.LinearLR(ns.optimizer, start_factor=0.1, total_iters=40)
for step in range(STEPS):
    ns.optimizer.zero_grad()
    train(model, step)
    ns.optimizer.step()
    ns.scheduler.step()
    log(*ns.scheduler.get_last_lr())
""",
    "a walrus": """\
if (opt := optim.SGD(model.parameters(), lr=0.1)) is not None:
    for step in range(STEPS):
        opt.zero_grad()
        train(model, step)
        opt.step()
""",
    "a base class that steps": """\
class Base:
    optimizer = None

    def update(self, step):
        self.optimizer.zero_grad()
        train(model, step)
        self.optimizer.step()

class Sub(Base):
    def __init__(self):
        self.optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

sub = Sub()
for step in range(STEPS):
    sub.update(step)
log(sub.optimizer.param_groups[0]["lr"])
""",
    "deep copied": """\
import copy

optimizer = optim.SGD(model.parameters(), lr=0.1)
settings = copy.deepcopy(optimizer.defaults)
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
log(settings["lr"], settings["momentum"])
""",
}
BUNDLES: Final = {name: HEAD + body for name, body in _BODIES.items()}
