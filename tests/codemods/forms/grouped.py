"""Parameter groups that Paddle's native classes have too: decay for some, a rate for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.codemods.execution_cases import LOAD, SAVE
from tests.codemods.forms.bundles import HEAD
from tests.codemods.forms.groups import UPDATE

if TYPE_CHECKING:
    from collections.abc import Mapping

SPLIT: Final = """\
decay, no_decay = [], []
for name, param in model.named_parameters():
    if name.endswith("bias"):
        no_decay.append(param)
    else:
        decay.append(param)
"""
DECAY: Final = """\
    {"params": decay, "weight_decay": 0.05},
    {"params": no_decay, "weight_decay": 0},
"""
ADAMW: Final = f"{SPLIT}optimizer = optim.AdamW([\n{DECAY}], lr=1e-2)\n"
PARTS: Final = """\
optimizer = optim.SGD(
    [
        {"params": model.first.parameters(), "lr": 0.01},
        {"params": model.second.parameters(), 'lr': 0.25, "momentum": 0.5},
    ],
    lr=0.1,
    momentum=0.9,
)
"""
LOOP: Final = "for step in range(STEPS):\n"
LOGGED: Final = """\
    log(*scheduler.get_last_lr(), scheduler.get_last_lr()[0], scheduler.get_last_lr()[-1])
    log(optimizer.param_groups[0]["lr"], optimizer.param_groups[1]["lr"] ** 2)
    log(*[group["lr"] for group in optimizer.param_groups], len(optimizer.param_groups))
    for i, group in enumerate(optimizer.param_groups):
        log(i, group["lr"] / 2)
"""
# With each of them the groups keep their proportion, and a floor at zero.
IN_PROPORTION: Final[Mapping[str, str]] = {
    "steps": "StepLR(optimizer, 30)",
    "milestones": "MultiStepLR(optimizer, [40, 80], 0.3)",
    "an exponential": "ExponentialLR(optimizer, 0.97)",
    "a function": "LambdaLR(optimizer, lambda step: 0.98**step)",
    "a factor": "MultiplicativeLR(optimizer, lambda step: 0.99)",
    "a cosine": "CosineAnnealingLR(optimizer, STEPS)",
    "restarts": "CosineAnnealingWarmRestarts(optimizer, 30)",
    "a line": "LinearLR(optimizer, 0.1, total_iters=30)",
    "a polynomial": "PolynomialLR(optimizer, STEPS, 2.0)",
    "a constant": "ConstantLR(optimizer, 0.5, 20)",
    "a warm-up": (
        "SequentialLR(optimizer, [lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10), "
        "lr_scheduler.CosineAnnealingLR(optimizer, 90)], milestones=[10])"
    ),
}
# Of groups with one rate every schedule holds.
WITH_ONE_RATE: Final[Mapping[str, str]] = {
    "a floor": "CosineAnnealingLR(optimizer, 60, eta_min=1e-3)",
    "one cycle": "OneCycleLR(optimizer, 0.02, total_steps=STEPS + 1, cycle_momentum=False)",
    "a triangle": "CyclicLR(optimizer, 1e-3, 0.02, step_size_up=20, cycle_momentum=False)",
}
# What a class has for a single group besides a rate and a decay.
OWN: Final[Mapping[str, str]] = {
    "Adam": '"betas": (0.8, 0.95), "eps": 1e-3',
    "AdamW": '"betas": (0.8, 0.95), "eps": 1e-3',
    "Adagrad": '"eps": 1e-3',
    "Adadelta": '"rho": 0.7, "eps": 1e-3',
    "NAdam": '"betas": (0.8, 0.95), "momentum_decay": 1e-2',
    "RAdam": '"betas": (0.8, 0.95), "eps": 1e-3',
    "SGD": '"momentum": 0.9, "nesterov": True',
}
_BODIES: Final[Mapping[str, str]] = {
    **{
        f"rates of groups under {name}": (
            f"{PARTS}scheduler = lr_scheduler.{call}\n{LOOP}{UPDATE}    scheduler.step()\n{LOGGED}"
        )
        for name, call in IN_PROPORTION.items()
    },
    **{
        f"decay of some under {name}": (
            f"{ADAMW}scheduler = lr_scheduler.{call}\n{LOOP}{UPDATE}    scheduler.step()\n{LOGGED}"
        )
        for name, call in WITH_ONE_RATE.items()
    },
    **{
        f"groups of {name}": f"""\
optimizer = optim.{name}([
    {{"params": model.first.parameters(), "lr": 0.003, "weight_decay": 0.1, {options}}},
    dict(params=model.second.parameters(), weight_decay=0, eps=1e-3),
], lr=0.01, weight_decay=0.02)
{LOOP}{UPDATE}    log(optimizer.param_groups[0]["lr"])
"""
        for name, options in OWN.items()
        if name != "SGD"
    },
    "a momentum of one group": f"""\
optimizer = optim.SGD([
    {{"params": model.first.parameters(), {OWN["SGD"]}}},
    {{"params": model.second.parameters()}},
], lr=0.05)
{LOOP}{UPDATE}""",
    "a plateau of decay for some": f"""\
{ADAMW}scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, min_lr=1e-4)
{LOOP}{UPDATE}    scheduler.step(METRICS[step])
    log(*[group["lr"] for group in optimizer.param_groups])
""",
    "no decay by names": f"""\
no_decay = ["bias", "LayerNorm.weight"]
optimizer_grouped_parameters = [
    {{
        "params": [p for n, p in model.named_parameters() if not any(d in n for d in no_decay)],
        "weight_decay": 0.1,
    }},
    {{
        "params": [p for n, p in model.named_parameters() if any(d in n for d in no_decay)],
        "weight_decay": 0.0,
    }},
]
optimizer = optim.AdamW(optimizer_grouped_parameters, lr=1e-2, eps=1e-8)
scheduler = lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1 - step / STEPS))
{LOOP}{UPDATE}    scheduler.step()
    log(scheduler.get_last_lr()[0])
""",
    "multiples of one rate": f"""\
def make(model, lr, scale):
    return optim.SGD([
        {{"params": model.first.parameters(), "lr": lr * 0.1}},
        {{"params": [model.second.weight], "lr": lr * scale}},
        {{"params": [model.second.bias], "lr": lr / 4, "weight_decay": 0.0}},
    ], lr=lr, weight_decay=1e-3)

optimizer = make(model, 0.1, 2)
{LOOP}{UPDATE}    log(optimizer.param_groups[0]["lr"], optimizer.param_groups[2]["lr"])
""",
    "an iterator for a group": f"""\
import itertools

FINE = 0.002
LR = 0.02
optimizer = optim.Adam([
    {{"params": filter(lambda _: True, model.first.parameters()), "lr": FINE}},
    {{"params": itertools.chain(model.second.parameters()), "lr": 1e-3}},
], lr=LR)
{LOOP}{UPDATE}    log(optimizer.param_groups[0]["lr"])
""",
    "one rate written into groups": f"""\
{ADAMW}{LOOP}    lr = 1e-2 * min(1.0, (step + 1) / 20)
    for group in optimizer.param_groups:
        group["lr"] = lr
{UPDATE}    log(*[group["lr"] for group in optimizer.param_groups])
""",
    "rates of groups multiplied": f"""\
{PARTS}{LOOP}    for group in optimizer.param_groups:
        group["lr"] *= 0.5 if step % 20 == 19 else 1.0
{UPDATE}    log(*[group["lr"] for group in optimizer.param_groups])
""",
    "groups in branches": f"""\
choice = "adamw"
{SPLIT}if choice == "sgd":
    optimizer = optim.SGD([
{DECAY}    ], lr=0.1, momentum=0.9)
elif choice == "adamw":
    optimizer = optim.AdamW([
{DECAY}    ], lr=1e-2)
else:
    raise ValueError(choice)
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
{LOOP}{UPDATE}    scheduler.step()
    log(*scheduler.get_last_lr())
""",
}
GROUPED: Final = {name: HEAD + body for name, body in _BODIES.items()}
RESUMED_GROUPS: Final = {
    "groups resumed": (
        f"{HEAD}{PARTS}scheduler = lr_scheduler.StepLR(optimizer, 25)\n"
        f"{LOAD}for step in range(*PART):\n{UPDATE}    scheduler.step()\n"
        f"    log(*scheduler.get_last_lr())\n{SAVE}"
    ),
    "decay of some, resumed": (
        f"{HEAD}{ADAMW}scheduler = lr_scheduler.ExponentialLR(optimizer, 0.98)\n"
        f"{LOAD}for step in range(*PART):\n{UPDATE}    scheduler.step()\n"
        f"    log(*scheduler.get_last_lr())\n{SAVE}"
    ),
}
