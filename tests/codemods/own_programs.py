"""Programs with a scheduler class of their own, drawn at random: what it computes, and from what.

They run in the harness of `execution.py`. Half of what is drawn is the same natively, half is not:
the port has to tell.
"""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

HEAD: Final = """\
import math
import torch
from torch import optim
from torch.optim.lr_scheduler import LRScheduler

step = 3
base_lr = 0.7

"""
# What a list has for one group; {b} is the group's base rate, {n} the rate that it has.
ELEMENTS: Final = (
    "{b} * factor",
    "{b}",
    "({b} + self.floor) / 2",
    "max({b} * factor, self.floor)",
    "{b} if self.last_epoch % 3 else {b} * 0.5",
    "self.scaled({b})",
    "self.floor",
    "{b} * (lambda lr: lr * 2)(factor)",
    "{b}\n            * factor\n            / (1 + self.every)",
    "# half of it\n            {b} * 0.5",
    "sum([{b} for _ in (1, 2)]) / 3",
    "{n} * 0.97",
    "{n} + {b} * 0.01",
)
LISTS: Final = (
    "[{e} for {x} in self.base_lrs]",
    "[{e} for {x} in self.base_lrs]",
    "[\n            {e}\n            for {x} in self.base_lrs\n        ]",
    "[{g} for group in self.optimizer.param_groups]",
    "[{z} for {x}, group in zip(self.base_lrs, self.optimizer.param_groups)]",
    "self.base_lrs",
    "[factor * 0.1] * len(self.base_lrs)",
    "[0.01 * factor]",
    "[{e} for {x} in self.base_lrs] if self.last_epoch < 9 else self.base_lrs",
    "[self.base_lrs[0] * factor for _ in self.base_lrs]",
    "[{e} for {x} in self.base_lrs if {x} < 0.04]",
)
NAMES: Final = ("base_lr", "lr", "b", "step")
LINES: Final = (
    "",
    "step = self.last_epoch + 1\n        factor *= 1 / step\n",
    "self.count += 1\n        factor *= 0.99 ** self.count\n",
    "if self.last_epoch == 5:\n            return {l}\n",
    "if self.last_epoch < self.every:\n            return self.base_lrs\n",
    "factor = factor * step\n",
    "factor += base_lr\n",
    "base_lr = factor\n        factor = base_lr / 2\n",
)
ENDS: Final = (
    "return {l}\n",
    "return {l}\n",
    "rates = {l}\n        return rates\n",
    (
        "rates = []\n        for {x} in self.base_lrs:\n            low = {x} / 2\n"
        "            rates.append(low * factor + {x} / 2)\n        return rates\n"
    ),
)
METHODS: Final = (
    "",
    "    @property\n    def kind(self):\n        return 'mine'\n\n",
    "    def get_last_lr(self):\n        return [2.0]\n\n",
)
BEFORE: Final = (
    "",
    "self.optimizer = optimizer",
    "self.last_epoch = last_epoch",
    "self.base_lr = 0.5",
    "self.verbose = False",
)
STARTS: Final = (
    "super().__init__(optimizer, last_epoch)",
    "super(Mine, self).__init__(optimizer=optimizer, last_epoch=last_epoch)",
    "super().__init__(optimizer)",
)
CALLS: Final = (
    "Mine(optimizer)",
    "Mine(optimizer, 5)",
    "Mine(optimizer, every=4, floor=0.02)",
    "Mine(optimizer, 5, 0.001, -1)",
)
PARAMETERS: Final = (
    "model.parameters(), lr=0.05",
    (
        '[{"params": model.first.parameters(), "lr": 0.02}, '
        '{"params": model.second.parameters()}], lr=0.05'
    ),
    (
        '[{"params": model.first.parameters(), "weight_decay": 0.01}, '
        '{"params": model.second.parameters()}], lr=0.05'
    ),
)
LOOPS: Final = (
    "scheduler.step()\n    log(scheduler.last_epoch)\n",
    "scheduler.step()\n    log(scheduler.get_last_lr()[0], scheduler.every)\n",
    "if i % 3:\n        scheduler.step()\n    log(optimizer.param_groups[0]['lr'])\n",
    "if i == 9:\n        optimizer.param_groups[0]['lr'] = 0.3\n    scheduler.step()\n",
    "scheduler.step()\n    log(len(scheduler.get_last_lr()))\n",
)


def _mostly_first(choices: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(choices[0]), st.just(choices[0]), st.sampled_from(choices))


@st.composite
def _lists(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(NAMES))
    element = draw(st.sampled_from(ELEMENTS))
    of_base = element if "{n}" not in element else ELEMENTS[0]
    return draw(st.sampled_from(LISTS)).format(
        x=name,
        e=of_base.format(b=name),
        g=element.format(b='group["initial_lr"]', n='group["lr"]'),
        z=element.format(b=name, n='group["lr"]'),
    )


@st.composite
def own_programs(draw: st.DrawFn) -> str:
    """Draw a program: a class, an optimizer, a scheduler of the class, and a loop."""
    lines = [draw(_mostly_first(LINES)), draw(st.sampled_from(LINES))]
    body = "".join(f"        {line.format(l=draw(_lists()))}" for line in lines if line)
    end = draw(st.sampled_from(ENDS)).format(l=draw(_lists()), x=draw(st.sampled_from(NAMES)))
    before = draw(_mostly_first(BEFORE))
    return (
        f"{HEAD}class Mine(LRScheduler):\n"
        "    def __init__(self, optimizer, every=7, floor=1e-3, last_epoch=-1):\n"
        "        self.every, self.floor = every, floor\n"
        "        self.count = 0\n"
        f"{f'        {before}' if before else ''}\n"
        f"        {draw(_mostly_first(STARTS))}\n\n"
        "    def scaled(self, rate):\n"
        "        return rate / (1 + self.last_epoch / self.every)\n\n"
        f"{draw(_mostly_first(METHODS))}"
        "    def get_lr(self):\n"
        "        factor = 0.98 ** self.last_epoch\n"
        f"{body}        {end}\n"
        f"optimizer = optim.SGD({draw(_mostly_first(PARAMETERS))})\n"
        f"scheduler = {draw(st.sampled_from(CALLS))}\n"
        "for i in range(STEPS):\n"
        "    optimizer.zero_grad()\n    train(model, i)\n    optimizer.step()\n"
        f"    {draw(st.sampled_from(LOOPS))}"
    )
