"""`param_groups`: what of its uses native code has, and what goes to bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.codemods.test_traps import BOTH, STEP_LR
from tests.rewriting import check_bridged, check_native, check_rewritten

if TYPE_CHECKING:
    from codemods.model import Target

IMPORTS = "from torch import optim\nfrom torch.optim import lr_scheduler as sched\n"
HEAD = f"{IMPORTS}opt = optim.SGD(model.parameters(), lr=0.1)\n"
PADDLE = (
    "from paddle import optimizer as optim\nfrom paddle.optimizer import lr as sched\n"
    "opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)\n"
)
LOOP = "for g in opt.param_groups:\n"
COUNTED = "for i, g in enumerate(opt.param_groups):\n"

IN_PADDLE = [
    ("opt.param_groups[0]['lr'] *= 0.1", "opt.set_lr(opt.get_lr() * 0.1)"),
    ("opt.param_groups[-1]['lr'] /= a + b", "opt.set_lr(opt.get_lr() / (a + b))"),
    (LOOP + "    g['lr'] = 0.1 * x", "opt.set_lr(0.1 * x)"),
    ("for g in opt.param_groups: g['lr'] = 1", "opt.set_lr(1)"),
    (LOOP + "    g['lr'] = 1  # as before", "opt.set_lr(1)  # as before"),
    (LOOP + "    g['lr'] *= a", "opt.set_lr(opt.get_lr() * a)"),
    (LOOP + "    g['lr'] = max(g['lr'] * a, b)", "opt.set_lr(max(opt.get_lr() * a, b))"),
    (LOOP + "    lr = g['lr']\n    print(lr)", "lr = opt.get_lr()\nprint(lr)"),
    (COUNTED + "    g['lr'] = f(\n        x,\n    )", "opt.set_lr(f(\n        x,\n    ))"),
    ("lrs = [g['lr'] for g in opt.param_groups]", "lrs = [opt.get_lr()]"),
    ("lrs = [round(g['lr'], 5) for g in opt.param_groups]", "lrs = [round(opt.get_lr(), 5)]"),
    ("x = max(g['lr'] for g in opt.param_groups)", "x = max([opt.get_lr()])"),
    ("n = len(opt.param_groups)", "n = 1"),
]
IN_A_FUNCTION = """\
def get_lr(optimizer):
    for param_group in optimizer.param_groups:
        return param_group["lr"]

def adjust(optimizer, epoch):
    lr = 0.1 * 0.5 ** (epoch // 30)
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr

"""
IN_A_FUNCTION_OF_PADDLE = """\
def get_lr(optimizer):
    return optimizer.get_lr()

def adjust(optimizer, epoch):
    lr = 0.1 * 0.5 ** (epoch // 30)
    optimizer.set_lr(lr)

"""
NATIVE_ON_ONEFLOW = [
    *(before for before, _ in IN_PADDLE),
    "opt.param_groups[i]['lr'] = 1",
    "opt.param_groups[0]['momentum'] = 0.9",
    "opt.param_groups[0].setdefault('initial_lr', 0.1)",
    LOOP + "    if 'momentum' in g:\n        g['momentum'] = x",
    COUNTED + "    g['lr'] = 0.1 if i == 2 else g['initial_lr']",
    LOOP + "    g['lr'] = 1\n    break",
    LOOP + "    # slowly\n    g['lr'] = 1",
    "lrs = [g['lr'] for g in opt.param_groups if g['momentum']]",
]
ON_NEITHER = [
    "opt.param_groups[0]['lr'] = x = 0.1",
    "opt.param_groups[0]['lr'], y = 0.1, 2",
    "for opt.param_groups[0]['lr'] in [0.1]: ...",
    "del opt.param_groups[0]['lr']",
    "opt.param_groups[0]['lr_scale'] = 1",
    "opt.param_groups[0].update(lr=1)",
    "opt.param_groups[0].get('lr')",
    "x = opt.param_groups[0].setdefault('initial_lr', 0.1)",
    "opt.param_groups[0][key] = 1",
    "opt.param_groups = []",
    "opt.param_groups.append({})",
    "g = opt.param_groups[0]\ng['lr'] = 1",
    "for g in opt.param_groups[1:]:\n    g['lr'] = 1",
    "for g, lr in zip(opt.param_groups, lrs):\n    g['lr'] = lr",
    "set_lr(opt.param_groups, 0.1)",
    LOOP + "    keep(g)",
    LOOP + "    g['lr'] = 1\nprint(g['lr'])",
    LOOP + "    g = other\n    g['lr'] = 1",
    LOOP + "    later.append(lambda: g['lr'])",
    LOOP + "    for p in g['params']: p.grad = None",
    LOOP + "    'params' in g",
    "def enumerate(x): ...\n" + COUNTED + "    g['lr'] = 1",
    "def len(x): ...\nn = len(opt.param_groups)",
    "lrs = {g['lr'] for g in opt.param_groups}",
]
ONLY_NOT_ON_PADDLE = NATIVE_ON_ONEFLOW[len(IN_PADDLE) :]


@pytest.mark.parametrize(("before", "after"), IN_PADDLE)
def test_paddle_asks_the_optimizer_where_torch_asks_its_only_group(before: str, after: str) -> None:
    check_rewritten(f"{HEAD}{before}\n", f"{PADDLE}{after}\n", "paddle")


def test_paddle_asks_the_optimizer_in_functions_that_take_it() -> None:
    uses = "adjust(opt, 3)\nprint(get_lr(opt))\n"

    check_rewritten(HEAD + IN_A_FUNCTION + uses, PADDLE + IN_A_FUNCTION_OF_PADDLE + uses, "paddle")


@pytest.mark.parametrize("use", NATIVE_ON_ONEFLOW)
def test_oneflows_live_groups_stay_as_they_are(use: str) -> None:
    check_rewritten(
        f"{HEAD}{use}\n",
        f"{HEAD.replace('torch', 'oneflow')}{use}\n",
        "oneflow",
    )


@pytest.mark.parametrize("use", ONLY_NOT_ON_PADDLE)
def test_what_one_lr_cannot_say_goes_to_bridge(use: str) -> None:
    check_bridged(f"{HEAD}{use}\n", "paddle", "`param_groups`")


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("use", ON_NEITHER)
def test_uses_of_groups_that_no_native_groups_allow_go_to_bridge(to: Target, use: str) -> None:
    check_bridged(f"{HEAD}{use}\n", to, "`param_groups`")


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("key", ["lr", "initial_lr"])
def test_a_native_scheduler_would_ignore_what_a_loop_writes(to: Target, key: str) -> None:
    check_bridged(f"{HEAD}{STEP_LR}{LOOP}    g['{key}'] = 1\n", to, "line 5")


def test_oneflows_schedulers_leave_the_momentum_alone() -> None:
    body = f"{HEAD}{STEP_LR}{LOOP}    g['momentum'] = 0.8\n"

    check_native(body, "oneflow", "OF101", "OF201")
