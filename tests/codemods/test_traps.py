"""Code that native optimizers would train differently in silence: it goes to bridge, never native.

Each trap is a small change of a script that is native without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rewriting import check_bridged, check_native, check_refused

if TYPE_CHECKING:
    from codemods.model import Target

BOTH: list[Target] = ["paddle", "oneflow"]
HEAD = "import torch\nfrom torch import optim\nfrom torch.optim import lr_scheduler as sched\n"
OPT = "opt = optim.SGD(model.parameters(), lr=0.1)\n"
STEP_LR = "s = sched.StepLR(opt, 5)\n"
MADE = OPT + STEP_LR

OPTIMIZER_ESCAPES = [
    ("chained", "opt = other = optim.SGD(model.parameters())\n", "assigned to something other"),
    ("chained later", OPT + "opt = o = optim.SGD(model.parameters())\n", "also holds something"),
    ("walrus", "if (opt := optim.SGD(model.parameters())): pass\n", "not followed"),
    ("in a list", "opts = [optim.SGD(model.parameters())]\n", "put into a list or tuple"),
    ("in a dict", OPT + "all = {'d': opt}\n", "put into a dict"),
    ("in a subscript", "opts = {}\nopts[0] = optim.SGD(model.parameters())\n", "other than a name"),
    ("comprehension", "o = [optim.SGD(m.parameters()) for m in ms]\n", "assigned to something"),
    ("returned", f"def f():\n    {OPT}    return opt\n", "returned"),
    ("made and returned", "def f():\n    return optim.SGD(model.parameters())\n", "returned"),
    ("yielded", f"def f():\n    {OPT}    yield opt\n", "yielded"),
    ("made in a lambda", "make = lambda: optim.SGD(model.parameters())\n", "made in a lambda"),
    ("handed to another library", OPT + "wrap(opt)\n", "passed to `wrap`"),
    ("handed by keyword", OPT + "wrap(optimizer=opt)\n", "passed to `wrap`"),
    ("handed with a star", OPT + "wrap(*opt)\n", "passed on as an argument"),
    ("handed to a method", OPT + "trainer.fit(opt)\n", "passed to `trainer.fit`"),
    ("GradScaler", OPT + "scaler.step(opt)\n", "passed to `scaler.step`"),
    ("deepcopy", OPT + "import copy\nold = copy.deepcopy(opt)\n", "passed to `copy.deepcopy`"),
    ("printed", OPT + "print(opt)\n", "passed to `print`"),
    ("formatted", OPT + "x = f'{opt}'\n", "assigned to something"),
    ("isinstance", OPT + "x = isinstance(opt, optim.Adam)\n", "passed to `isinstance`"),
    ("default argument", OPT + "def f(o=opt): ...\n", "not followed"),
    ("also something else", OPT + "opt = make()\n", "also holds something else"),
    ("also by a loop", OPT + "for opt in others: ...\n", "also holds something else"),
    ("also by with", OPT + "with make() as opt: ...\n", "also holds something else"),
    ("also by an import", OPT + "from mine import opt\n", "also holds something else"),
    ("also by a function", OPT + "def opt(): ...\n", "also holds something else"),
    ("also global", OPT + "def f():\n    global opt\n    opt = make()\n", "also holds"),
    ("in a class body", f"class T:\n    {OPT}", "assigned to something other"),
    ("on another object", "args.opt = optim.SGD(model.parameters())\n", "something other"),
    ("a caller's or ours", f"def f(opt=None):\n    if not opt:\n        {OPT}", "a caller may"),
    ("getattr", OPT + "import me\ngetattr(me, 'opt').step()\n", "`getattr` may reach it"),
    ("exec", OPT + "exec('opt.step()')\n", "`exec` may use it"),
    ("eval", OPT + "eval(text)\n", "`eval` may use it"),
    ("globals", OPT + "globals()['opt'].step()\n", "`globals` may reach it"),
    ("locals", OPT + "locals()['opt'].step()\n", "`locals` may reach it"),
    ("state", OPT + "opt.state[w]['step'] = 0\n", "no `state`"),
    ("defaults", OPT + "opt.defaults['lr'] = 1\n", "no `defaults`"),
    ("a hook", OPT + "opt.register_step_post_hook(f)\n", "no `register_step_post_hook`"),
    ("a method as a value", OPT + "f = opt.step\n", "no `step`"),
    ("a patched method", OPT + "opt.step = f\n", "no `step`"),
    ("closure", OPT + "opt.step(closure)\n", "called with arguments"),
    ("zero_grad with more", OPT + "opt.zero_grad(*a)\n", "other arguments"),
    ("group added", OPT + "opt.add_param_group({'params': p})\n", "a group is added"),
    ("also by match", OPT + "match x:\n    case opt: ...\n", "not followed"),
    ("also above, in a loop", f"for i in n:\n    if i: f(opt)\n    {OPT}", "passed to `f`"),
    (
        "the class has it too",
        f"class T:\n    opt = mine\n    def f(self):\n        self.{OPT}",
        "of that name too",
    ),
    (
        "a method of that name",
        f"class T:\n    def f(self):\n        self.{OPT}    def opt(self): ...\n",
        "of that name too",
    ),
    (
        "a subclass",
        f"class T:\n    def f(self):\n        self.{OPT}class U(T):\n    f = lambda s: s.opt\n",
        "from outside `T`",
    ),
    ("a base class", f"class T(B):\n    def f(self):\n        self.{OPT}", "has bases"),
    (
        "another self",
        f"class T:\n    def f(self, t):\n        self.{OPT}        self = t\n",
        "other",
    ),
    (
        "attribute by a string",
        f"class T:\n    def f(self):\n        self.{OPT}        getattr(self, name).step()\n",
        "`getattr` may reach it",
    ),
    ("parameters of its own", "class M:\n    def parameters(self): ...\n" + OPT, "groups"),
    ("parameters patched", "model.parameters = f\n" + OPT, "groups"),
]
SCHEDULER_ESCAPES = [
    ("two of them", MADE + "t = sched.StepLR(opt, 7)\n", "several schedulers drive it"),
    ("one of two", MADE + "if x:\n    s = sched.LinearLR(opt)\n", "several schedulers drive it"),
    ("made again", OPT + f"for i in x:\n    {STEP_LR}", "may be made again"),
    ("made in a function", OPT + f"def f():\n    {STEP_LR}f()\nf()\n", "may be made again"),
    ("an lr set before", OPT + "opt.param_groups[0]['lr'] = 1\n" + STEP_LR, "line 5"),
    ("an lr set after", MADE + "opt.param_groups[0]['lr'] = 1\n", "line 6"),
    ("step(epoch)", MADE + "s.step(epoch)\n", "step"),
    ("step(epoch=)", MADE + "s.step(epoch=3)\n", "step"),
    ("its optimizer", MADE + "s.optimizer.step()\n", "no `optimizer`"),
    ("base_lrs", MADE + "s.base_lrs[0] = 1\n", "no `base_lrs`"),
    ("last_epoch written", MADE + "s.last_epoch = 3\n", "`last_epoch` is written"),
    ("last_epoch moved", MADE + "s.last_epoch += 3\n", "`last_epoch` is written"),
    ("get_lr", MADE + "print(s.get_lr())\n", "no `get_lr`"),
    ("in a list", OPT + "ss = [sched.StepLR(opt, 5)]\n", " a "),
    ("chained to another", OPT + "s = sched.ChainedScheduler([sched.StepLR(opt, 5), t])\n", ""),
    ("handed on", MADE + "wrap(s)\n", "passed to `wrap`"),
    ("optimizer from elsewhere", "opt = make()\n" + STEP_LR, "made where it is not followed"),
    ("optimizer of an attribute", "s = sched.StepLR(self.opt, 5)\n", "where it is not followed"),
    ("optimizer in stars", OPT + "a = [opt, 5]\ns = sched.StepLR(*a)\n", "put into a list"),
    ("loaded alone", MADE + "s.load_state_dict(x)\n", "loads the optimizer's or"),
    ("optimizer loaded alone", MADE + "opt.load_state_dict(x)\n", "loads the optimizer's or"),
    (
        "loaded under a condition",
        MADE + "opt.load_state_dict(x)\nif y:\n    s.load_state_dict(y)\n",
        "loads the optimizer's or",
    ),
    (
        "loaded before it is made",
        OPT + "opt.load_state_dict(x)\n" + STEP_LR + "s.load_state_dict(y)\n",
        "loads the optimizer's or",
    ),
    ("resumed by last_epoch", OPT + "s = sched.StepLR(opt, 5, 0.1, 9)\n", "`last_epoch` is -1"),
    ("resumed by a name", OPT + "s = sched.StepLR(opt, 5, last_epoch=n)\n", "`n` is not known"),
]
VALUES = [
    ("appended to", "ms = [1, 2]\nms.append(0)\n", "MultiStepLR(opt, ms)"),
    ("added to", "ms = [1, 2]\nms += [0]\n", "MultiStepLR(opt, ms)"),
    ("written into", "ms = [1, 2]\nms[1] = 0\n", "MultiStepLR(opt, ms)"),
    ("aliased", "ms = [1, 2]\nns = ms\n", "MultiStepLR(opt, ms)"),
    ("changed in a function", "def f(a): a.clear()\nms = [1]\nf(ms)\n", "MultiStepLR(opt, ms)"),
    ("a loop variable", "for ms in ([2], [1, 0]): ...\n", "MultiStepLR(opt, ms)"),
    ("unpacked", "ms, x = [2, 1], 3\n", "MultiStepLR(opt, ms)"),
    ("one of two", "ms = [1]\nif x:\n    ms = [2, 1]\n", "MultiStepLR(opt, ms)"),
    ("global elsewhere", "n = 3\ndef f():\n    global n\n    n = 0\n", "LinearLR(opt, 1, 1, n, n)"),
    ("a parameter", "def f(ms): ...\n", "MultiStepLR(opt, ms)"),
]


def ids(rows: list[tuple[str, str, str]]) -> list[str]:
    return [row[0] for row in rows]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(("_", "body", "reason"), OPTIMIZER_ESCAPES, ids=ids(OPTIMIZER_ESCAPES))
def test_an_optimizer_that_escapes_goes_to_bridge(
    to: Target, _: str, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, to, reason)


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(("_", "body", "reason"), SCHEDULER_ESCAPES, ids=ids(SCHEDULER_ESCAPES))
def test_a_scheduler_that_escapes_takes_its_optimizer_with_it(
    to: Target, _: str, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, to, reason)


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(("_", "before", "call"), VALUES, ids=ids(VALUES))
def test_a_value_that_may_change_is_not_known(to: Target, _: str, before: str, call: str) -> None:
    body = f"{before}{OPT}s = sched.{call}\n"

    check_bridged(HEAD + body, to, "is not known here")


@pytest.mark.parametrize("to", BOTH)
def test_the_same_without_a_trap_is_native(to: Target) -> None:
    codes = {"paddle": ("PD101", "PD201"), "oneflow": ("OF101", "OF201")}[to]
    uses = "opt.zero_grad()\nopt.step()\ns.step()\nprint(s.get_last_lr())\n"

    check_native(HEAD.replace("import torch\n", "") + MADE + uses, to, *codes)


PATCHES = [
    "torch.optim.SGD.step = traced\n",
    "optim.SGD = Mine\n",
    "optim.Optimizer.zero_grad += f\n",
    "del optim.SGD.step\n",
    "setattr(optim.SGD, 'step', traced)\n",
]
SHADOWED: list[tuple[Target, str, str]] = [
    ("paddle", "float = f\n", "s = sched.ReduceLROnPlateau(opt)\ns.step(loss)\n"),
    ("paddle", "def float(x): ...\n", "s = sched.ReduceLROnPlateau(opt)\ns.step(loss)\n"),
    ("paddle", "max = f\n", "s = sched.MultiplicativeLR(opt, lambda e: max(e, 2))\n"),
    ("paddle", "import mine as np\n", "s = sched.MultiplicativeLR(opt, lambda e: np.cos(e))\n"),
    ("paddle", "def list(x): ...\n", "o = optim.SGD(list(m.parameters()), lr=0.1)\n"),
    ("oneflow", "filter = f\n", "o = optim.SGD(filter(f, m.parameters()), lr=0.1)\n"),
]


@pytest.mark.parametrize("to", [*BOTH, "bridge"])
@pytest.mark.parametrize("patch", PATCHES)
def test_a_file_that_changes_torch_optim_is_refused(to: Target, patch: str) -> None:
    before = f"{HEAD}{patch}{OPT}"

    check_refused(before, to, 4, "computes with torch's tensors", scope="optim")
    check_refused(before, to, 5, "line 4 changes torch.optim itself", scope="optim")


@pytest.mark.parametrize(("to", "shadow", "body"), SHADOWED)
def test_a_builtin_that_the_file_binds_is_not_pythons(to: Target, shadow: str, body: str) -> None:
    opt = "" if "optim.SGD" in body else OPT
    check_bridged(f"{HEAD}{shadow}{opt}{body}", to, "")
