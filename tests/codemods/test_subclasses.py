"""Classes of the file on torch's LRScheduler: native where that is the same, else on bridge's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.test_traps import BOTH
from tests.rewriting import PATH, check_bridged, check_native

if TYPE_CHECKING:
    from codemods.model import Target

CODES = {"paddle": "PD302", "oneflow": "OF302"}
HEAD = """\
import math, torch, warnings
from torch import optim
from torch.optim import lr_scheduler as sched
from torch.optim.lr_scheduler import LRScheduler, StepLR
"""
INIT = """\
    def __init__(self, optimizer, n, last_epoch=-1):
        self.n = n
        super().__init__(optimizer, last_epoch)
"""
RATE = "base_lr / (1 + self.last_epoch / self.n)"
GET_LR = f"""\
    def get_lr(self):
        return [{RATE} for base_lr in self.base_lrs]
"""
CLASS = f"class Mine(LRScheduler):\n{INIT}{GET_LR}"
OPT = "opt = optim.SGD(model.parameters(), lr=0.1)\n"
MADE = f"{OPT}s = Mine(opt, 5)\n"
STATE = "s.load_state_dict(x)\nopt.load_state_dict(y)\n"


def returning(value: str, before: str = "") -> str:
    return (
        f"class Mine(LRScheduler):\n{INIT}    def get_lr(self):\n{before}        return {value}\n"
    )


EACH = "        for b in self.base_lrs:\n"
NEAR_MISSES = [
    ("a step of its own", CLASS + "    def step(self, epoch=None): ...\n" + MADE, "`step` of its"),
    ("a state of its own", CLASS + "    def state_dict(self): ...\n" + MADE, "`state_dict` of its"),
    ("last rates of its own", CLASS + "    def get_last_lr(self): ...\n" + MADE, "of its own"),
    ("a call of its own", CLASS + "    def __call__(self): ...\n" + MADE, "`__call__` of its own"),
    ("a method defined twice", CLASS + GET_LR + MADE, "`get_lr` of its own"),
    ("a method by assignment", CLASS + "    step = f\n" + MADE, "is not followed"),
    ("a condition in its body", CLASS + "    if x: y = 3\n" + MADE, "is not followed"),
    ("no get_lr", f"class Mine(LRScheduler):\n{INIT}{MADE}", "has no `get_lr`"),
    ("get_lr with arguments", CLASS.replace("lr(self)", "lr(self, x=3)") + MADE, "has arguments"),
    ("get_lr decorated", CLASS.replace("    def get", "    @cached\n    def get") + MADE, "decor"),
    ("torch's get_lr", returning("super().get_lr()") + MADE, "returns no list"),
    ("the base for more", CLASS + "    def f(self): super().step()\n" + MADE, "more than to begin"),
    ("a number", returning("0.1") + MADE, "returns no list that has a rate for each group"),
    ("a generator", returning("x").replace("return x", "yield 3") + MADE, "returns no list"),
    ("no return", returning("x").replace("return x", "raise x") + MADE, "returns nothing"),
    ("a default of torch's", CLASS.replace(" n,", " n=torch.pi,") + MADE, "computes with torch"),
    ("nothing", returning("") + MADE, "returns no list"),
    ("two rates", returning("[0.1, 0.2]") + MADE, "returns no list"),
    ("some groups", returning("[b for b in self.base_lrs if b]") + MADE, "returns no list"),
    ("all pairs", returning("[b for b in self.base_lrs for c in x]") + MADE, "returns no list"),
    ("a set", returning("{b for b in self.base_lrs}") + MADE, "returns no list"),
    ("rates of others", returning("[b for b in self.n.base_lrs]") + MADE, "returns no list"),
    (
        "rates under a name",
        returning("[b for b in x]", "        x = self.base_lrs\n") + MADE,
        "no l",
    ),
    ("a list of the module", f"RATES = [0.1]\n{returning('RATES')}{MADE}", "returns no list"),
    (
        "a list that grows",
        returning("rates", "        rates = []\n        rates.append(1)\n") + MADE,
        "returns no list",
    ),
    *(
        (name, returning("r", f"        r = []\n{loop}") + MADE, "returns no list")
        for name, loop in {
            "a loop with a condition": f"{EACH}            if x: r.append(b)\n",
            "a loop that appends twice": EACH + 2 * "            r.append(b)\n",
            "a loop that goes on": f"{EACH}            r.append(b)\n            b = 3\n",
            "a loop that writes": f"{EACH}            b = 3\n            r.append(b)\n",
            "a loop with a comment": f"{EACH}            # each\n            r.append(b)\n",
            "a loop with an else": f"{EACH}            r.append(b)\n        else: pass\n",
            "a loop over more": "        for b in x:\n            r.append(b)\n",
            "a loop whose name is used before": f"        b = 3\n{EACH}            r.append(b)\n",
            "a list that is not empty": f"        r = [1]\n{EACH}            r.append(b)\n",
            "a list that is read": f"        f(r)\n{EACH}            r.append(b)\n",
            "a loop that ends early": f"{EACH}            break\n            r.append(b)\n",
        }.items()
    ),
    (
        "a list or something else",
        returning("r", "        r = [b for b in self.base_lrs]\n        r = f(r)\n") + MADE,
        "returns no list",
    ),
    (
        "a comment after the rate",
        returning("[b  # why\n            for b in self.base_lrs]") + MADE,
        "a comment in the list",
    ),
    (
        "another option of the groups",
        returning("[g['momentum'] for g in self.optimizer.param_groups]") + MADE,
        "returns no list",
    ),
    (
        "a group itself",
        returning("[f(g) for g in self.optimizer.param_groups]") + MADE,
        "returns no list",
    ),
    (
        "the optimizer",
        CLASS + "    def f(self): self.optimizer.step()\n" + MADE,
        "uses `optimizer`",
    ),
    ("the last rates", CLASS + "    def f(self): return self._last_lr\n" + MADE, "uses `_last_lr`"),
    ("the count of steps", returning("[self._step_count]") + MADE, "uses `_step_count`"),
    ("its get_lr", CLASS + "    def f(self): return self.get_lr()\n" + MADE, "uses `get_lr`"),
    ("what others set", returning("[self.top * b for b in self.base_lrs]") + MADE, "uses `top`"),
    ("base rates elsewhere", CLASS + "    def f(self): self.base_lrs\n" + MADE, "uses `base_lrs`"),
    ("base rates changed", CLASS + "        self.base_lrs[0] = 3\n" + MADE, "uses `base_lrs`"),
    ("itself", returning("[f(self) for b in self.base_lrs]") + MADE, "hands the scheduler on"),
    (
        "the epoch written",
        CLASS + "    def f(self): self.last_epoch = 3\n" + MADE,
        "writes `last_e",
    ),
    ("torch", returning("[torch.cos(b) for b in self.base_lrs]") + MADE, "computes with torch"),
    (
        "the optimizer in its constructor",
        CLASS.replace("= n\n", "= len(optimizer.param_groups)\n") + MADE,
        "reads more of the optimizer",
    ),
    (
        "a guard that does more",
        returning(
            "[b for b in self.base_lrs]",
            "        if not self._get_lr_called_within_step:\n            self.n = 3\n",
        )
        + MADE,
        "uses `_get_lr_called_within_step`",
    ),
    ("two bases", CLASS.replace("(LRS", "(Mixin, LRS") + MADE, "passed to `"),
    ("a metaclass", CLASS.replace("ler)", "ler, metaclass=M)") + MADE, "passed to `"),
    ("a decorated class", "@register\n" + CLASS + MADE, "passed to `"),
    ("one of two classes", CLASS + CLASS + MADE, "passed to `"),
    ("a base of torch's", CLASS.replace("(LRScheduler", "(StepLR") + MADE, "passed to `"),
    ("no optimizer first", CLASS.replace("optimizer, n,", "n, optimizer,") + MADE, ""),
    (
        "a constructor that goes on conditionally",
        CLASS.replace("        super", "        if n: super") + MADE,
        "passed to `",
    ),
    ("subclassed", CLASS + "class Other(Mine): ...\n" + MADE, "for more than to make one"),
    ("a value", CLASS + "kinds = {'mine': Mine}\n" + MADE, "for more than to make one"),
    ("patched", CLASS + "Mine.get_lr = f\n" + MADE, "for more than to make one"),
    ("any arguments", CLASS.replace("n, last", "n, *a, last") + MADE, "takes any arguments"),
    ("stars", CLASS + OPT + "s = Mine(opt, *x)\n", "hides which arguments are given"),
    ("another name", CLASS + OPT + "s = Mine(opt, 5, m=3)\n", "`m`"),
    ("resumed", CLASS + OPT + "s = Mine(opt, 5, 30)\n", "begins at epoch `30`"),
    ("resumed by a name", CLASS + OPT + "s = Mine(opt, 5, last_epoch=e)\n", "begins at epoch `e`"),
    ("resumed by default", CLASS.replace("=-1", "=7") + MADE, "begins at epoch `7`"),
    (
        "resumed by its constructor",
        CLASS.replace("r, last_epoch)", "r, n)") + MADE,
        "begins at epoch `5`",
    ),
    (
        "resumed by what it computes",
        CLASS.replace("= n\n", "= n\n        last_epoch = n\n") + MADE,
        "begins at epoch `last_epoch`",
    ),
    ("a member", CLASS + OPT + "s = sched.ChainedScheduler([Mine(opt, 5)])\n", ""),
    ("two of them", CLASS + MADE + "t = Mine(opt, 7)\n", "several schedulers drive it"),
    ("one of torch's too", CLASS + MADE + "t = StepLR(opt, 7)\n", "several schedulers drive it"),
    (
        "one that is not followed",
        CLASS + MADE + "t = Mine(make(), 5)\n",
        "where it is not followed",
    ),
    ("its attribute written", CLASS + MADE + "s.n = 3\n", "no `n`"),
    ("its attribute moved", CLASS + MADE + "s.n += 3\n", "no `n`"),
    ("an attribute of torch's", CLASS + MADE + "print(s.base_lrs)\n", "no `base_lrs`"),
    ("its optimizer", CLASS + MADE + "s.optimizer.step()\n", "no `optimizer`"),
    ("its method", CLASS + "    def f(self): ...\n" + MADE + "s.f()\n", "no `f`"),
    ("handed on", CLASS + MADE + "wrap(s)\n", "passed to `wrap`"),
    ("asked for its rates", CLASS + MADE + "s.get_lr()\n", "no `get_lr`"),
    ("a base rate set", CLASS + MADE + "opt.param_groups[0]['initial_lr'] = 1\n", ""),
]
NEAR_MISSES_OF_PADDLE = [
    ("an lr set", CLASS + MADE + "opt.param_groups[0]['lr'] = 1\n", "Paddle refuses a written lr"),
    (
        "groups with rates of their own",
        CLASS + MADE.replace("model.parameters()", "[{'params': w, 'lr': 1}, {'params': v}]"),
        "",
    ),
    ("its base rate", CLASS.replace("self.n", "self.base_lr") + MADE, "uses `base_lr`"),
    ("its last rate", CLASS.replace("self.n", "self.last_lr") + MADE, "uses `last_lr`"),
    ("a rate by its name", CLASS.replace(" n,", " learning_rate,") + MADE, "of its own"),
    (
        "resumed with another",
        CLASS + OPT + f"s = Mine(opt, args.n)\n{STATE}",
        "on resume torch has",
    ),
    (
        "resumed with a global",
        CLASS.replace("= n\n", "= n * SCALE\n") + MADE + STATE,
        "on resume torch has `SCALE`",
    ),
    (
        "resumed with a memory",
        CLASS.replace("        return", "        self.n += 1\n        return") + MADE + STATE,
        "may change what torch saves",
    ),
    ("made among others", CLASS + OPT + "s, t = Mine(opt, 5), 3\n", "plain assignment"),
]
NEAR_MISSES_OF_ONEFLOW = [
    ("its last step", CLASS.replace("self.n", "self.last_step") + MADE, "uses `last_step`"),
    ("its method", CLASS + "    def update_lrs(self): ...\n" + MADE, "of its own"),
    (
        "from the present rates of several groups",
        returning("[g['lr'] / 2 for g in self.optimizer.param_groups]")
        + MADE.replace("model.parameters()", "[{'params': w}, {'params': v}]"),
        "parameter groups",
    ),
    (
        "a memory of several groups",
        CLASS.replace("        return", "        self.n += 1\n        return")
        + MADE.replace("model.parameters()", "[{'params': w}, {'params': v}]"),
        "parameter groups",
    ),
    (
        "the first of several groups",
        returning("[self.base_lrs[0] for b in self.base_lrs]")
        + MADE.replace("model.parameters()", "[{'params': w}, {'params': v}]"),
        "parameter groups",
    ),
    (
        "all names taken",
        CLASS.replace("        return", "        step = last_step = 3\n        return") + MADE,
        "has all names for something else",
    ),
]


def ids(rows: list[tuple[str, str, str]]) -> list[str]:
    return [row[0] for row in rows]


@pytest.mark.parametrize("to", BOTH)
def test_the_same_without_a_trap_is_native(to: Target) -> None:
    result = check_native(
        HEAD + CLASS + MADE, to, {"paddle": "PD101", "oneflow": "OF101"}[to], scope="optim"
    )

    assert CODES[to] in {f.code for f in result.findings}


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(("_", "body", "reason"), NEAR_MISSES, ids=ids(NEAR_MISSES))
def test_a_class_that_is_another_thing_natively_goes_to_bridge(
    to: Target, _: str, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, to, reason, scope="optim")


@pytest.mark.parametrize(
    ("_", "body", "reason"), NEAR_MISSES_OF_PADDLE, ids=ids(NEAR_MISSES_OF_PADDLE)
)
def test_a_class_that_is_another_thing_on_paddle_goes_to_bridge(
    _: str, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, "paddle", reason, scope="optim")


@pytest.mark.parametrize(
    ("_", "body", "reason"), NEAR_MISSES_OF_ONEFLOW, ids=ids(NEAR_MISSES_OF_ONEFLOW)
)
def test_a_class_that_is_another_thing_on_oneflow_goes_to_bridge(
    _: str, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, "oneflow", reason, scope="optim")


@pytest.mark.parametrize("to", BOTH)
def test_another_optimizer_that_a_class_is_given_goes_to_bridge(to: Target) -> None:
    other = OPT.replace("opt", "o", 1)
    result = port((HEAD + CLASS + other + OPT + "s = Mine(opt, o)\n").encode(), PATH, Options(to))

    assert "it is passed to `Mine` (line 13)" in [f.reason for f in result.findings]


def test_a_class_that_another_file_imports_goes_to_bridge() -> None:
    files = [(PATH, (HEAD + CLASS + MADE).encode()), (PATH.with_name("y.py"), b"")]
    others = [files[0], (files[1][0], b"from train import Mine\n\nMine(make(), 3)\n")]
    alone, shared = (
        port(files[0][1], PATH, Options("paddle", scope="optim"), Project.read(given))
        for given in (files, others)
    )

    assert not alone.needs_bridge
    assert "another file imports `Mine`" in " ".join(f.reason for f in shared.findings)
