"""What scripts do with `optimizer.param_groups`: read, write, warm up, freeze, add, count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.codemods.forms.bundles import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

SGD: Final = "optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
TWO_GROUPS: Final = """\
optimizer = optim.SGD(
    [
        {"params": model.first.parameters()},
        {"params": model.second.parameters(), "lr": 0.02},
    ],
    lr=0.1,
    momentum=0.9,
)
"""
UPDATE: Final = """\
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
"""

_BODIES: Final[Mapping[str, str]] = {
    "logged": f"""\
{SGD}scheduler = lr_scheduler.StepLR(optimizer, 30)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    lr = optimizer.param_groups[0]["lr"]
    log(lr, optimizer.param_groups[-1]['lr'])
    text = f"epoch {{step}}: lr {{optimizer.param_groups[0]['lr']:.6f}}"
""",
    "logged by a loop": f"""\
{TWO_GROUPS}for step in range(STEPS):
{UPDATE}    for i, group in enumerate(optimizer.param_groups):
        log(i, group["lr"], group["momentum"], len(group["params"]))
""",
    "adjust_learning_rate": f"""\
def adjust_learning_rate(optimizer, epoch, base_lr=0.1):
    \"\"\"Sets the learning rate to the initial LR decayed by 10 every 30 epochs\"\"\"
    lr = base_lr * (0.1 ** (epoch // 30))
    for param_group in optimizer.param_groups:
        param_group['lr'] = lr

{SGD}for step in range(STEPS):
    adjust_learning_rate(optimizer, step)
{UPDATE}    log(optimizer.param_groups[0]["lr"])
""",
    "adjust_learning_rate of groups": f"""\
import math

def adjust_learning_rate(optimizer, epoch, lrs):
    for param_group, lr in zip(optimizer.param_groups, lrs):
        param_group["lr"] = lr * 0.5 * (1.0 + math.cos(math.pi * epoch / STEPS))

{TWO_GROUPS}lrs = [group["lr"] for group in optimizer.param_groups]
for step in range(STEPS):
    adjust_learning_rate(optimizer, step, lrs)
{UPDATE}    log(*[g["lr"] for g in optimizer.param_groups])
""",
    "lr_scale": f"""\
{TWO_GROUPS}optimizer.param_groups[1]["lr_scale"] = 0.5
for step in range(STEPS):
    lr = 0.1 * min(1.0, (step + 1) / 20)
    for param_group in optimizer.param_groups:
        if "lr_scale" in param_group:
            param_group["lr"] = lr * param_group["lr_scale"]
        else:
            param_group["lr"] = lr
        log(param_group.get("lr_scale", 1.0))
{UPDATE}""",
    "get_lr": f"""\
def get_lr(optimizer):
    return optimizer.param_groups[0]['lr']

def set_lr(optimizer, lr):
    for group in optimizer.param_groups:
        group['lr'] = lr

{SGD}for step in range(STEPS):
{UPDATE}    if step % 40 == 39:
        set_lr(optimizer, get_lr(optimizer) / 10)
    log(get_lr(optimizer))
""",
    "multiplied": f"""\
{SGD}for step in range(STEPS):
{UPDATE}    if step in (40, 80):
        for g in optimizer.param_groups: g["lr"] *= 0.1
    if step == 100:
        optimizer.param_groups[0]["lr"] /= 2 + 1
    log(optimizer.param_groups[0]["lr"])
""",
    "np.interp": f"""\
import numpy as np

nominal, warmup = 64, 50
optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.937, nesterov=True)
lf = lambda x: (1 - x / STEPS) * (1.0 - 0.01) + 0.01
scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=lf)
for step in range(STEPS):
    if step <= warmup:
        xi = [0, warmup]
        for j, x in enumerate(optimizer.param_groups):
            x["lr"] = np.interp(step, xi, [0.1 if j == 0 else 0.0, x["initial_lr"] * lf(step)])
            if "momentum" in x:
                x["momentum"] = np.interp(step, xi, [0.8, 0.937])
{UPDATE}    log(optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"])
    scheduler.step()
""",
    "initial_lr": f"""\
{SGD}for group in optimizer.param_groups:
    group["initial_lr"] = group["lr"]
for step in range(STEPS):
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * (1 - step / STEPS) ** 0.9
{UPDATE}    log(optimizer.param_groups[0]["initial_lr"], optimizer.param_groups[0]["lr"])
""",
    "setdefault": f"""\
{TWO_GROUPS}for group in optimizer.param_groups:
    group.setdefault("initial_lr", group["lr"])
scheduler = lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.98 ** epoch, last_epoch=4)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
""",
    "add_param_group": f"""\
g0, g1, g2 = [], [], []
for part in (model.first, model.second):
    g0.append(part.weight)
    g1.append(part.bias)
optimizer = torch.optim.SGD(g1, lr=0.01, momentum=0.9, nesterov=True)
optimizer.add_param_group({{"params": g0, "weight_decay": 5e-4}})
log(len(optimizer.param_groups))
for step in range(STEPS):
{UPDATE}""",
    "add_param_group in training": f"""\
optimizer = optim.Adam(model.first.parameters(), lr=1e-2)
for step in range(STEPS):
    if step == 50:
        optimizer.add_param_group({{"params": list(model.second.parameters()), "lr": 1e-3}})
{UPDATE}log(*[g["lr"] for g in optimizer.param_groups])
""",
    "momentum written": f"""\
{SGD}for step in range(STEPS):
    optimizer.param_groups[0]["momentum"] = 0.5 if step < 20 else 0.9
{UPDATE}    log(optimizer.param_groups[0]["momentum"])
""",
    "weight decay written": f"""\
optimizer = optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.04)
for step in range(STEPS):
    for i, param_group in enumerate(optimizer.param_groups):
        if i == 0:  # only the first group is regularized
            param_group["weight_decay"] = 0.04 + step * 1e-3
{UPDATE}log(optimizer.param_groups[0]["weight_decay"])
""",
    "betas written": f"""\
optimizer = optim.Adam(model.parameters(), lr=1e-2)
for step in range(STEPS):
    for group in optimizer.param_groups:
        beta1, beta2 = group["betas"]
        group["betas"] = (0.9 - step / 1000, beta2)
{UPDATE}    log(optimizer.param_groups[0]["betas"][0])
""",
    "a slice": f"""\
{TWO_GROUPS}for step in range(STEPS):
    for group in optimizer.param_groups[1:]:
        group["lr"] = 0.02 * 0.99 ** step
    for group in optimizer.param_groups[:1]:
        log(group["lr"])
{UPDATE}    log(optimizer.param_groups[1]["lr"])
""",
    "an alias of the groups": f"""\
{SGD}groups = optimizer.param_groups
for step in range(STEPS):
    groups[0]["lr"] = 0.1 / (1 + step)
{UPDATE}    first = groups[0]
    log(first["lr"], len(groups))
""",
    "the whole groups handed on": f"""\
def scale(groups, factor):
    for group in groups:
        group["lr"] *= factor

{SGD}for step in range(STEPS):
{UPDATE}    scale(optimizer.param_groups, 0.99)
    log(optimizer.param_groups[0]["lr"])
""",
    "counted": f"""\
{TWO_GROUPS}lrs = [0.0] * len(optimizer.param_groups)
for step in range(STEPS):
{UPDATE}    for i in range(len(optimizer.param_groups)):
        optimizer.param_groups[i]["lr"] *= 0.99
        lrs[i] = optimizer.param_groups[i]["lr"]
log(*lrs)
""",
    "gradients clipped by group": f"""\
{TWO_GROUPS}for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    for group in optimizer.param_groups:
        torch.nn.utils.clip_grad_norm_(group["params"], 0.1)
    optimizer.step()
""",
    "keys": f"""\
{SGD}log("lr" in optimizer.param_groups[0], "betas" in optimizer.param_groups[0])
for step in range(STEPS):
    optimizer.param_groups[0].update(lr=0.05)
{UPDATE}log(optimizer.param_groups[0].get("momentum", 0.0))
""",
    "set to a tensor's value": f"""\
{SGD}for step in range(STEPS):
    loss = METRICS[step]
    if loss > 1.0:
        optimizer.param_groups[0]["lr"] = max(optimizer.param_groups[0]["lr"] * 0.9, 1e-4)
{UPDATE}    log(optimizer.param_groups[0]["lr"])
""",
    "written under a scheduler": f"""\
{SGD}scheduler = lr_scheduler.ExponentialLR(optimizer, 0.99)
for step in range(STEPS):
    if step == 60:
        optimizer.param_groups[0]["lr"] = 0.2
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "a factor that reads them": f"""\
def factor(step):
    return 0.9 if optimizer.param_groups[0]["lr"] > 0.02 else 1.0

{SGD}scheduler = lr_scheduler.MultiplicativeLR(optimizer, factor)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "no decay of biases": f"""\
decay, no_decay = [], []
for name, param in model.named_parameters():
    (no_decay if name.endswith("bias") else decay).append(param)
optimizer = optim.AdamW(
    [{{"params": decay, "weight_decay": 0.05}}, {{"params": no_decay, "weight_decay": 0.0}}],
    lr=1e-2,
)
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
""",
    "groups by a function": f"""\
def get_parameter_groups(net, lr):
    return [
        {{"params": net.first.parameters(), "lr": lr / 10}},
        {{"params": net.second.parameters(), "lr": lr}},
    ]

optimizer = optim.SGD(get_parameter_groups(model, 0.1), lr=0.1, momentum=0.9)
scheduler = lr_scheduler.MultiStepLR(optimizer, [40, 80])
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
""",
    "a lambda for each group": f"""\
{TWO_GROUPS}scheduler = lr_scheduler.LambdaLR(
    optimizer, lr_lambda=[lambda epoch: 0.99 ** epoch, lambda epoch: 1 / (1 + epoch)]
)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
""",
    "cosine of groups": f"""\
{TWO_GROUPS}scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=1e-3)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
""",
    "one cycle of groups": f"""\
{TWO_GROUPS}scheduler = lr_scheduler.OneCycleLR(optimizer, [0.1, 0.05], total_steps=STEPS + 1)
for step in range(STEPS):
{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr(), optimizer.param_groups[1]["momentum"])
""",
    "a floor for each group": f"""\
{TWO_GROUPS}scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, min_lr=[0.01, 0.001])
for step in range(STEPS):
{UPDATE}    scheduler.step(METRICS[step])
    log(*[g["lr"] for g in optimizer.param_groups])
""",
    "frozen parameters": f"""\
for param in model.first.parameters():
    param.requires_grad = False
optimizer = optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-2)
for step in range(STEPS):
{UPDATE}    log(optimizer.param_groups[0]["lr"])
""",
    "groups replaced": f"""\
{TWO_GROUPS}optimizer.param_groups = optimizer.param_groups[:1]
for step in range(STEPS):
{UPDATE}log(len(optimizer.param_groups))
""",
}
GROUPS: Final = {name: HEAD + body for name, body in _BODIES.items()}
