"""Forms that no target but torch has: the table says in which line a port is refused, and why."""

from __future__ import annotations

from typing import Final

from tests.codemods.forms.bundles import HEAD
from tests.codemods.forms.values import FIT

OWN_STEP: Final = "an optimizer's own `step` computes with torch's tensors"

OWN_OPTIMIZER: Final = f"""\
import torch
from torch.optim import Optimizer

class SignSGD(Optimizer):
    def __init__(self, params, lr=0.01, momentum=0.0):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(p)
                buffer = state["momentum_buffer"]
                buffer.mul_(group["momentum"]).add_(p.grad)
                p.add_(torch.sign(buffer), alpha=-group["lr"])

optimizer = SignSGD(model.parameters(), lr=1e-3, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 50)
{FIT}    scheduler.step()
    log(optimizer.param_groups[0]["lr"])
"""
OWN_STEP_OF_SGD: Final = f"""\
{HEAD}class Counting(optim.SGD):
    steps = 0

    def step(self, closure=None):
        self.steps += 1
        return super().step(closure)

optimizer = Counting(model.parameters(), lr=0.1, momentum=0.9)
{FIT}log(optimizer.steps)
"""
TRANSFORMERS: Final = f"""\
try:
    from torch.optim import AdamW
except ImportError:
    from transformers import AdamW

optimizer = AdamW(model.parameters(), lr=1e-2)
{FIT}"""
SPARSE: Final = f"""\
{HEAD}optimizer = optim.SparseAdam(model.parameters(), lr=1e-2)
{FIT}"""
GRAD_SCALER: Final = f"""\
{HEAD}scaler = torch.amp.GradScaler("cpu", init_scale=1.0)
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
for step in range(STEPS):
    optimizer.zero_grad()
    loss = scaler.scale(torch.tensor(METRICS[step]))
    train(model, step)
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
"""
AUTOCAST: Final = f"""\
{HEAD}optimizer = optim.SGD(model.parameters(), lr=0.1)
for step in range(STEPS):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        train(model, step)
    optimizer.step()
log(optimizer.param_groups[0]["lr"])
"""
ANNOTATED: Final = f"""\
{HEAD}def fit(opt: "torch.optim." "Optimizer"):
    for step in range(STEPS):
        opt.zero_grad()
        train(model, step)
        opt.step()

fit(optim.SGD(model.parameters(), lr=0.1))
"""
# Script, line and reason of the finding.
REFUSED: Final = {
    "a subclass of Optimizer": (OWN_OPTIMIZER, 4, OWN_STEP),
    "a subclass of SGD with a step": (OWN_STEP_OF_SGD, 5, OWN_STEP),
    "a fallback to transformers": (TRANSFORMERS, 6, "depending on the path taken"),
    "an annotation in two strings": (ANNOTATED, 5, "a name of torch in a string"),
    "SparseAdam": (SPARSE, 5, "it steps sparse gradients"),
}
# What the target `bridge` has of them, which leaves the parameters torch's.
ON_TORCH: Final = {
    "a subclass of Optimizer": OWN_OPTIMIZER,
    "a subclass of SGD with a step": OWN_STEP_OF_SGD,
    "a GradScaler": GRAD_SCALER,
    "autocast": AUTOCAST,
}
