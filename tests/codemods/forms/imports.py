"""The ways in which scripts name torch.optim: every import, and names that only look like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOP: Final = """
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
"""
CONSTANT: Final = """
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
log(optimizer.param_groups[0]["lr"])
"""

IMPORTS: Final[Mapping[str, str]] = {
    "import torch": f"""\
import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
{LOOP}""",
    "import torch as th": f"""\
import torch as th

optimizer = th.optim.Adam(model.parameters(), lr=1e-2)
scheduler = th.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.99)
{LOOP}""",
    "import torch.optim": f"""\
import torch.optim
import torch.optim.lr_scheduler

optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
{LOOP}""",
    "two aliases in one line": f"""\
import torch.optim as optim, torch.optim.lr_scheduler as lrs

optimizer = optim.SGD(model.parameters(), .05, momentum=.9)
scheduler = lrs.MultiStepLR(optimizer, [40, 80], gamma=.3)
{LOOP}""",
    "from torch import nn, optim": f"""\
import torch
from torch import nn, optim

optimizer = optim.SGD(model.parameters(), lr=0.1)
scheduler = optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=lambda epoch: 0.97 ** epoch)
{LOOP}""",
    "classes under other names": f"""\
from torch.optim import AdamW as Opt
from torch.optim.lr_scheduler import CosineAnnealingLR as Cosine

optimizer = Opt(params=model.parameters(), lr=1e-2, weight_decay=1e-2)
scheduler = Cosine(optimizer, T_max=STEPS)
{LOOP}""",
    "an import over several lines": f"""\
from torch.optim import (
    SGD,  # the classic
    Adam,
    lr_scheduler,
)

optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = lr_scheduler.StepLR(optimizer, 30)
{LOOP}""",
    "from torch.optim import *": f"""\
from torch.optim import *
from torch.optim.lr_scheduler import *

optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = CosineAnnealingLR(optimizer, T_max=STEPS)
{LOOP}""",
    "a class from its own module": f"""\
from torch.optim.sgd import SGD
from torch.optim.lr_scheduler import StepLR

optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
scheduler = StepLR(optimizer, 40, 0.5)
{LOOP}""",
    "a module bound to a name": f"""\
import torch

lr_scheduler = torch.optim.lr_scheduler
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = lr_scheduler.ExponentialLR(optimizer, 0.98)
{LOOP}""",
    "a class bound to a name": f"""\
import torch

optimizer_cls = torch.optim.AdamW
optimizer = optimizer_cls(model.parameters(), lr=1e-2)
{CONSTANT}""",
    "imports in functions": """\
def make_optimizer(net):
    from torch import optim
    return optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

def main():
    import torch
    from torch.optim.lr_scheduler import StepLR
    optimizer = make_optimizer(model)
    scheduler = StepLR(optimizer, step_size=50)
    for step in range(STEPS):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        scheduler.step()
        log(optimizer.param_groups[0]['lr'])

if True:
    main()
""",
    "imports in both branches": f"""\
import sys

if "--adam" in sys.argv:
    import torch
    from torch.optim import lr_scheduler
else:
    from torch.optim import lr_scheduler
    import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = lr_scheduler.ExponentialLR(optimizer, 0.98)
{LOOP}""",
    "the old name of a base class": f"""\
import torch
try:
    from torch.optim.lr_scheduler import LRScheduler
except ImportError:
    from torch.optim.lr_scheduler import _LRScheduler as LRScheduler

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 40)
assert isinstance(scheduler, LRScheduler)
{LOOP}""",
    "under TYPE_CHECKING": """\
from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def fit(optimizer: Optimizer, scheduler: LRScheduler | None = None) -> None:
    for step in range(STEPS):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        log(optimizer.param_groups[0]["lr"])


sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
fit(sgd, torch.optim.lr_scheduler.ExponentialLR(sgd, 0.99))
""",
    "after a docstring and __future__": f'''\
#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""Train a small network."""
from __future__ import annotations, division
import torch
import torch.optim as optim

optimizer = optim.Adam(model.parameters(), lr=1e-2, betas=(0.5, 0.999))
{CONSTANT}''',
    "imported twice": f"""\
import torch
import torch.optim as optim
from torch import optim
from torch.optim import SGD, SGD as Sgd

optimizer = Sgd(model.parameters(), lr=0.05)
scheduler = optim.lr_scheduler.ConstantLR(optimizer, 0.5, 20)
{LOOP}""",
    "a parameter that shadows": """\
import torch
from torch import optim

def fit(optim, epochs):
    for step in range(epochs):
        optim.zero_grad()
        train(model, step)
        optim.step()

fit(optim.SGD(model.parameters(), lr=0.1, momentum=0.9), STEPS)
""",
    "a local that shadows": """\
import torch
import torch.optim as optim

def main():
    SGD = optim.SGD(model.parameters(), lr=0.1)
    for step in range(STEPS):
        SGD.zero_grad()
        train(model, step)
        SGD.step()
    log(SGD.param_groups[0]["lr"])

main()
""",
    "a class of one's own name": f"""\
import torch
import torch.optim as optim

class Adam:
    def __init__(self, lr):
        self.lr = lr

    def step(self):
        return self.lr

mine = Adam(lr=3.0)
log(mine.step())
optimizer = optim.Adam(model.parameters(), lr=1e-2)
{CONSTANT}""",
    "a comprehension that shadows": f"""\
import torch
from torch import optim

log(*[optim.upper() == "SGD" for optim in ("sgd", "adam")])
optimizer = optim.SGD(model.parameters(), lr=0.1)
{CONSTANT}""",
    "an argument named as the module": """\
import torch
from torch import optim
from torch.optim import lr_scheduler

def step_all(lr_scheduler, opt):
    opt.step()
    lr_scheduler.step()

opt = optim.SGD(model.parameters(), lr=0.1)
plan = lr_scheduler.StepLR(opt, 25)
for step in range(STEPS):
    opt.zero_grad(); train(model, step)
    step_all(plan, opt)
    log(*plan.get_last_lr())
""",
}
