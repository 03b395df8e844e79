"""Codes that every target has under its own letters: a table.

A number is written once; its code begins with the target's letters.
"""

from __future__ import annotations

from typing import Final

from codemods.codes._row import GROUPS, HEAD, LEFT, MEMBERS, Row, on_all, on_both

_CONSUMED: Final = """\
import torch
from accelerate import Accelerator

model, optimizer = Accelerator().prepare(model, torch.optim.Adam(model.parameters()))
"""
_OWN_SCHEDULER: Final = """\
import torch
from torch.optim.lr_scheduler import LRScheduler


class PolyLR(LRScheduler):
    def __init__(self, optimizer, max_iters, power=0.9, last_epoch=-1):
        self.max_iters = max_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        factor = (1 - self.last_epoch / self.max_iters) ** self.power
        return [base_lr * factor for base_lr in self.base_lrs]


optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = PolyLR(optimizer, max_iters=100)
"""
_OWN_STEP: Final = """\
import torch


class SignSGD(torch.optim.Optimizer):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.data.add_(p.grad.sign(), alpha=-group["lr"])
"""
_GROUPED: Final = """\
import torch

optimizer = torch.optim.AdamW(
    [
        {"params": backbone.parameters(), "lr": 1e-4},
        {"params": head.parameters(), "weight_decay": 0},
    ],
    lr=1e-3,
)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
print(scheduler.get_last_lr())
"""

ROWS: Final = (
    Row(
        1,
        "refused",
        "An optimizer that cannot be ported",
        "It needs what only torch has, or it is handed to a package that knows torch's optimizers "
        "only. The bundle stays as it was, and the file is not written without `--partial`.",
        {
            "paddle": "import torch\n\noptimizer = torch.optim.SparseAdam(table.parameters())\n",
            "oneflow": "import torch\n\noptimizer = torch.optim.SparseAdam(table.parameters())\n",
            "bridge": _CONSUMED,
        },
    ),
    Row(
        2,
        "refused",
        "A subclass of Optimizer with a `step` of its own",
        "Its `step` computes with torch's tensors. As a `formula` of `bridge.optim.Optimizer` the "
        "same update runs on every framework.",
        on_both(_OWN_STEP),
    ),
    Row(
        3,
        "refused",
        "A class of torch.optim that the file changes",
        "A method or class that is assigned to torch.optim holds for all that the file makes. No "
        "native class and none of bridge has it; the file is not written without `--partial`.",
        on_all(HEAD.replace("optimizer =", "torch.optim.SGD.step = traced_step\noptimizer =")),
    ),
    Row(
        301,
        "native",
        "A use of an optimizer or a scheduler, in {}'s words",
        "What is done with an optimizer or a scheduler that became native, and that {} writes in "
        "another way: reading a learning rate, `zero_grad`, `step` with a metric, a saved state.",
        {
            "paddle": HEAD + 'print(optimizer.param_groups[0]["lr"])\n',
            "oneflow": HEAD + "optimizer.zero_grad()\n",
        },
        goes_along=True,
    ),
    Row(
        302,
        "native",
        "A subclass of LRScheduler, on {}'s base",
        "A class of the file whose `get_lr` gives a list with one rate for each group becomes one "
        "whose `get_lr` gives that rate, as {}'s schedulers do. The class has to compute the rate "
        "from `base_lrs`, `last_epoch`, the groups' rates and what it keeps itself; it has no "
        "`step` or `state_dict` of its own, and the file only makes schedulers of it. Any other "
        "class goes to `bridge` with its optimizer.",
        on_both(_OWN_SCHEDULER),
    ),
    Row(
        GROUPS,
        "native",
        "Parameter groups, in {}'s words",
        "Groups that are written out as a list of dicts keep the options that the class takes from "
        "each of them. In Paddle the rate of a group is a factor, which multiplies the optimizer's "
        "and whatever schedule drives it; where a script reads the group's rate, the two are "
        "multiplied. What Paddle keeps of a group stays on its parameters: where the file makes "
        "another optimizer, which could find it there, groups go to `bridge`. Paddle raises where "
        "the first group has no parameters.",
        {"paddle": _GROUPED},
        goes_along=True,
    ),
    Row(
        801,
        "note",
        "What ported optimizer code takes for granted",
        "Native code equals torch's under an assumption that the source does not show, an argument "
        "without effect was dropped, or `verbose` prints in other words.",
        {
            **on_both("import torch\n\nopt = torch.optim.SGD(net.parameters(), 0.1, fused=True)\n"),
            "bridge": (
                f"{HEAD}scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30, verbose=True)\n"
            ),
        },
    ),
    Row(
        802,
        "note",
        "A difference of {} that does not stop a port",
        "Something works in another way, and training goes on all the same: random numbers, the "
        "order of a shuffled loader, initial weights. Said once for a file.",
        on_both("import torch\n\ntorch.manual_seed(0)\n"),
    ),
    Row(
        900,
        "ported",
        "A name of `torch`, ported to {} by the table",
        "A function, a dtype or a context manager whose row in the table was measured to be equal. "
        "Listed with `--verbose` only.",
        on_both("import torch\n\nx = torch.zeros(2, 3)\n"),
    ),
    Row(
        MEMBERS,
        "ported",
        "A member of a tensor, a module or a loader, in {}'s words",
        "A method or an attribute that {} calls otherwise, on what is known to be torch's. Listed "
        "with `--verbose` only.",
        {
            "paddle": "import torch\n\ncount = torch.zeros(2, 3).numel()\n",
            "oneflow": ("import torch\n\nx = torch.zeros(2, 3).to(device, non_blocking=True)\n"),
        },
    ),
    Row(
        902,
        "ported",
        "A name of `torch.nn`, ported to {} by the table",
        "A layer, a loss or a container. Listed with `--verbose` only.",
        on_both("from torch import nn\n\nlayer = nn.Linear(8, 4)\n"),
    ),
    Row(
        903,
        "ported",
        "A name of `torch.nn.functional`, ported to {} by the table",
        "Listed with `--verbose` only.",
        on_both("import torch\nimport torch.nn.functional as F\n\ny = F.relu(torch.zeros(2, 3))\n"),
    ),
    Row(
        904,
        "ported",
        "A name of `torch.utils.data`, ported to {} by the table",
        "Listed with `--verbose` only.",
        on_both(
            "from torch.utils.data import DataLoader\n\nloader = DataLoader(data, batch_size=32)\n"
        ),
    ),
    Row(
        905,
        "ported",
        "A name of `torch.cuda`, ported to {} by the table",
        "Listed with `--verbose` only.",
        on_both("import torch\n\non_gpu = torch.cuda.is_available()\n"),
    ),
    Row(
        997,
        "refused",
        "A name of this file that the port needs for an import",
        "The port would import the framework under a name that the file uses for something else.",
        {
            "paddle": f"{HEAD}paddle = 0.5\n",
            "oneflow": f"{HEAD}oneflow = 0.5\n",
            "bridge": f"{HEAD}bridge = 0.5\n",
        },
        is_fixed=True,
    ),
    Row(
        998,
        "left",
        "A name whose meaning the source does not tell",
        "A star import, an import that depends on the path taken, a name of torch in a string that "
        "is put together of several or has escapes.",
        on_all("from torch.optim import *\n"),
    ),
    Row(
        LEFT,
        "left",
        "A name of torch that the port does not know",
        "It is in no table, or it is used in a way that was not measured to be equal. The line "
        "stays as it was, and the file is not written without `--partial`.",
        {
            **on_both(f"{HEAD}spectrum = torch.fft.fft(signal)\n"),
            "bridge": "from torch.optim import swa_magic\n\nswa_magic()\n",
        },
    ),
)
