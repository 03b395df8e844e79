"""The loops in which scripts step: when, with what, around what, and from where they resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.codemods.forms.bundles import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

SGD: Final = "optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
ADAM: Final = "optimizer = optim.Adam(model.parameters(), lr=1e-2)\n"
STEP_LR: Final = "scheduler = lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)\n"
UPDATE: Final = """\
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
"""

_BODIES: Final[Mapping[str, str]] = {
    "stepped per batch": f"""\
batches, epochs = 20, STEPS // 20
{SGD}scheduler = lr_scheduler.OneCycleLR(
    optimizer, max_lr=0.2, steps_per_epoch=batches, epochs=epochs + 1
)
for epoch in range(epochs):
    for batch in range(batches):
        optimizer.zero_grad()
        train(model, epoch * batches + batch)
        optimizer.step()
        scheduler.step()
        log(scheduler.get_last_lr()[0])
""",
    "stepped per epoch": f"""\
batches, epochs = 20, STEPS // 20
{SGD}scheduler = lr_scheduler.StepLR(optimizer, step_size=2)
for epoch in range(1, epochs + 1):
    for batch in range(batches):
        optimizer.zero_grad()
        train(model, (epoch - 1) * batches + batch)
        optimizer.step()
    scheduler.step()
    log(optimizer.param_groups[0]["lr"])
""",
    "one per batch, one per epoch": f"""\
batches, epochs = 20, STEPS // 20
{SGD}warmup = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=batches)
main = lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
for epoch in range(epochs):
    for batch in range(batches):
        optimizer.zero_grad()
        train(model, epoch * batches + batch)
        optimizer.step()
        warmup.step()
        log(optimizer.param_groups[0]["lr"])
    main.step()
""",
    "accumulated gradients": f"""\
{ADAM}{STEP_LR}accumulate = 4
optimizer.zero_grad()
for step in range(STEPS):
    train(model, step)
    if (step + 1) % accumulate == 0:
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "the scheduler first": f"""\
{SGD}{STEP_LR}for step in range(STEPS):
    scheduler.step()
{UPDATE}    log(scheduler.get_last_lr()[0])
""",
    "a metric": f"""\
{SGD}scheduler = lr_scheduler.ReduceLROnPlateau(
    optimizer, mode="min", factor=0.5, patience=2, threshold=1e-3, min_lr=1e-4
)
best = float("inf")
for step in range(STEPS):
{UPDATE}    val_loss = METRICS[step]
    scheduler.step(val_loss)
    best = min(best, val_loss)
    log(optimizer.param_groups[0]["lr"], best)
""",
    "a metric by name": f"""\
{SGD}scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, "max", patience=1, verbose=False)
for step in range(STEPS):
{UPDATE}    scheduler.step(metrics=METRICS[step])
    log(optimizer.param_groups[0]["lr"], scheduler.num_bad_epochs)
""".replace(", verbose=False", ""),
    "an epoch": f"""\
{SGD}scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
for step in range(STEPS):
    scheduler.step(step)
{UPDATE}    log(optimizer.param_groups[0]["lr"])
""",
    "a part of an epoch": f"""\
{SGD}scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2)
batches = 4
for step in range(STEPS):
{UPDATE}    scheduler.step(step // batches + step % batches / batches)
    log(scheduler.get_last_lr()[0])
""",
    "get_last_lr": f"""\
{SGD}scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.98)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    last_lr, = scheduler.get_last_lr()
    log(last_lr, scheduler.get_last_lr()[-1], *scheduler.get_last_lr())
    text = "lr: {{:.4f}}".format(scheduler.get_last_lr()[0])
""",
    "get_lr": f"""\
{SGD}{STEP_LR}for step in range(STEPS):
{UPDATE}    log(scheduler.get_lr()[0])
    scheduler.step()
""",
    "last_epoch read": f"""\
{SGD}{STEP_LR}for step in range(STEPS):
{UPDATE}    scheduler.step()
    if scheduler.last_epoch % 10 == 0:
        log(scheduler.last_epoch, optimizer.param_groups[0]["lr"])
""",
    "last_epoch written": f"""\
start_epoch = 30
{SGD}lf = lambda x: 0.98 ** x
scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=lf)
scheduler.last_epoch = start_epoch - 1  # do not move
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "last_epoch given": f"""\
optimizer = optim.SGD([{{"params": model.parameters(), "initial_lr": 0.1}}], lr=0.1)
scheduler = lr_scheduler.StepLR(optimizer, 20, gamma=0.5, last_epoch=39)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0], scheduler.last_epoch)
""",
    "base_lrs": f"""\
{SGD}scheduler = lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(optimizer.param_groups[0]["lr"] / scheduler.base_lrs[0])
""",
    "zero_grad before and after": f"""\
{SGD}optimizer.zero_grad(set_to_none=True)
for step in range(STEPS):
    train(model, step, in_part=True)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
""",
    "zeros instead of none": """\
optimizer = optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.1)
optimizer.zero_grad(set_to_none=False)
for step in range(STEPS):
    train(model, step, in_part=True)
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
""",
    "zero_grad by an option": f"""\
class args:
    set_grads_to_none = True

{SGD}for step in range(STEPS):
    train(model, step, in_part=True)
    optimizer.step()
    optimizer.zero_grad(set_to_none=args.set_grads_to_none)
""",
    "zero_grad of the model": f"""\
{ADAM}for step in range(STEPS):
    model.zero_grad()
    train(model, step)
    optimizer.step()
""",
    "a closure": f"""\
{SGD}for step in range(STEPS):
    def closure():
        optimizer.zero_grad()
        train(model, step)
        return METRICS[step]

    log(optimizer.step(closure))
""",
    "a closure of LBFGS": """\
optimizer = optim.LBFGS(model.parameters(), lr=0.5, max_iter=1, history_size=1)
for step in range(6):
    def closure():
        optimizer.zero_grad()
        train(model, 0)
        return METRICS[step]

    optimizer.step(closure)
log(optimizer.param_groups[0]["lr"])
""",
    "clipped by norm": f"""\
{SGD}for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.1)
    optimizer.step()
""",
    "clipped by value": f"""\
from torch.nn.utils import clip_grad_value_

{ADAM}for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    clip_grad_value_(model.parameters(), 0.01)
    optimizer.step()
""",
    "stopped early": f"""\
{SGD}scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.1)
for step in range(STEPS):
{UPDATE}    scheduler.step(METRICS[step])
    if optimizer.param_groups[0]["lr"] < 1e-3:
        log(step)
        break
""",
    "a scheduler that may be absent": f"""\
def make_scheduler(optimizer, name):
    if name == "none":
        return None
    return lr_scheduler.MultiStepLR(optimizer, milestones=[30, 60], gamma=0.2)

{SGD}scheduler = make_scheduler(optimizer, "multistep")
for step in range(STEPS):
{UPDATE}    if scheduler is not None:
        scheduler.step()
    log(optimizer.param_groups[0]["lr"])
""",
    "a plateau or another": f"""\
use_plateau = False
{SGD}if use_plateau:
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
else:
    scheduler = lr_scheduler.StepLR(optimizer, 30)
for step in range(STEPS):
{UPDATE}    if use_plateau:
        scheduler.step(METRICS[step])
    else:
        scheduler.step()
    log(optimizer.param_groups[0]["lr"])
""",
    "a lambda with a default": f"""\
def warmup_then_decay(step, warmup=20):
    if step < warmup:
        return (step + 1) / warmup
    return max(0.0, (STEPS - step) / (STEPS - warmup))

{ADAM}scheduler = lr_scheduler.LambdaLR(optimizer, warmup_then_decay)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "a lambda made by a function": f"""\
import math

def get_cosine_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps):
    def lr_lambda(current_step):
        if current_step < num_warmup_steps:
            return float(current_step) / float(max(1, num_warmup_steps))
        progress = float(current_step - num_warmup_steps) / float(
            max(1, num_training_steps - num_warmup_steps)
        )
        return max(0.0, 0.5 * (1.0 + math.cos(math.pi * progress)))

    return lr_scheduler.LambdaLR(optimizer, lr_lambda, -1)

{ADAM}scheduler = get_cosine_schedule_with_warmup(optimizer, 20, STEPS)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "a bound method as a lambda": f"""\
class Plan:
    def __init__(self, rate):
        self.rate = rate

    def factor(self, step):
        return self.rate ** step

{SGD}plan = Plan(0.97)
scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=plan.factor)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "stochastic weight averaging": f"""\
from torch.optim.swa_utils import SWALR

{SGD}scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
swa_scheduler = SWALR(optimizer, swa_lr=0.05, anneal_epochs=10)
for step in range(STEPS):
{UPDATE}    if step > 60:
        swa_scheduler.step()
    else:
        scheduler.step()
    log(optimizer.param_groups[0]["lr"])
""",
    "averaged weights": f"""\
{ADAM}averaged = torch.optim.swa_utils.AveragedModel(
    model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99)
)
for step in range(STEPS):
{UPDATE}    averaged.update_parameters(model)
log(int(averaged.n_averaged))
""",
    "state kept in memory": f"""\
{SGD}{STEP_LR}for step in range(STEPS):
{UPDATE}    scheduler.step()
    if step == 50:
        kept = scheduler.state_dict()
    if step == 80:
        scheduler.load_state_dict(kept)
    log(scheduler.last_epoch)
""",
    "the optimizer put back": f"""\
import copy

{ADAM}for step in range(STEPS):
{UPDATE}    if step == 40:
        best = copy.deepcopy(optimizer.state_dict())
    if step == 80:
        optimizer.load_state_dict(best)
""",
}
_RESUMED: Final[Mapping[str, str]] = {
    "a checkpoint": f"""\
import os

{SGD}{STEP_LR}if os.path.exists(PATH):
    checkpoint = torch.load(PATH)
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
    log(checkpoint["epoch"])
for step in range(*PART):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
torch.save({{
    "epoch": step,
    "optimizer_state_dict": optimizer.state_dict(),
    "scheduler_state_dict": scheduler.state_dict(),
}}, PATH)
""",
    "a checkpoint of the optimizer": f"""\
{ADAM}if PART[0] > 0:
    optimizer.load_state_dict(torch.load(PATH))
for step in range(*PART):
{UPDATE}log(optimizer.param_groups[0]["lr"])
torch.save(optimizer.state_dict(), PATH)
""",
    "a checkpoint by functions": f"""\
def save_checkpoint(path, optimizer, scheduler, epoch):
    state = {{"optimizer": optimizer.state_dict(), "epoch": epoch}}
    state["lr_scheduler"] = scheduler.state_dict()
    torch.save(state, path)

def load_checkpoint(path, optimizer, scheduler):
    checkpoint = torch.load(path, map_location="cpu")
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["lr_scheduler"])
    return checkpoint["epoch"] + 1

optimizer = optim.AdamW(model.parameters(), lr=1e-2)
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
start = load_checkpoint(PATH, optimizer, scheduler) if PART[0] else 0
for step in range(start, PART[1]):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
save_checkpoint(PATH, optimizer, scheduler, step)
""",
    "resumed by last_epoch": f"""\
optimizer = optim.SGD(model.parameters(), lr=0.1)
if PART[0]:
    optimizer.load_state_dict(torch.load(PATH)["optimizer"])
scheduler = lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.98 ** epoch, last_epoch=PART[0] - 1)
for step in range(*PART):
{UPDATE}    scheduler.step()
    log(optimizer.param_groups[0]["lr"])
torch.save({{"optimizer": optimizer.state_dict()}}, PATH)
""",
}
LOOPS: Final = {name: HEAD + body for name, body in _BODIES.items()}
RESUMED: Final = {name: HEAD + body for name, body in _RESUMED.items()}
