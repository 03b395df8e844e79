"""A scheduler made right after its optimizer goes into the optimizer's constructor."""

from __future__ import annotations

import pytest

from tests.rewriting import check_rewritten, check_sound

IMPORT = "import torch\nimport math\n"
OPT = "opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
STEP = "s = torch.optim.lr_scheduler.StepLR(opt, 5)\n"
OPTIONS = "parameters=model.parameters(), learning_rate=s, momentum=0.9"
MADE = f"opt = paddle.optimizer.Momentum({OPTIONS})\n"

JOINED = [
    ("0.1", "StepLR(opt, 5)", "StepDecay(learning_rate=0.1, step_size=5)"),
    ("1", "StepLR(opt, 5)", "StepDecay(learning_rate=1, step_size=5)"),
    ("args.lr", "StepLR(opt, args.n)", "StepDecay(learning_rate=args.lr, step_size=args.n)"),
    ("2 * lr", "ExponentialLR(opt, 0.9)", "ExponentialDecay(learning_rate=2 * lr, gamma=0.9)"),
    ("0.1", "StepLR(step_size=5, optimizer=opt)", "StepDecay(step_size=5, learning_rate=0.1)"),
    (
        "c['lr']",
        "LambdaLR(opt, lambda e: math.cos(e))",
        "LambdaDecay(learning_rate=c['lr'], lr_lambda=lambda e: math.cos(e))",
    ),
    ("0.1", "ReduceLROnPlateau(opt)", "ReduceOnPlateau(learning_rate=0.1)"),
    (
        "0.1",
        "CyclicLR(opt, 0.01, 0.1, 9, cycle_momentum=False)",
        "CyclicLR(base_learning_rate=0.01, max_learning_rate=0.1, step_size_up=9)",
    ),
]
APART = [
    OPT + "# five\n" + STEP,
    OPT.replace("\n", "  # five\n") + STEP,
    OPT + STEP.replace("\n", "  # five\n"),
    OPT + "x = 3\n" + STEP,
    OPT + "if x:\n    " + STEP,
    OPT.replace("\n", "; x = 3\n") + STEP,
    OPT.replace("lr=0.1", "lr=rate()") + STEP,
    OPT.replace("lr=0.1, ", "") + STEP,
    OPT.replace("lr=0.1", "lr=math.pi") + STEP,
    OPT.replace("lr=0.1", "lr=(lr := 0.1)") + STEP,
    OPT + STEP.replace("5", "len(loader)"),
    OPT + STEP.replace("5", "[n for n in ns][0]"),
    OPT + STEP.replace("StepLR(opt, 5)", "LambdaLR(opt, lambda e: opt)"),
    OPT + STEP.replace("StepLR(opt, 5)", "ConstantLR(opt)"),
    OPT.replace("0.9", "s") + STEP,
    OPT + "same = opt\n" + STEP.replace("opt, 5", "same, 5"),
    "if x:\n    " + OPT + "else:\n    " + OPT + STEP,
]


@pytest.mark.parametrize(("lr", "before", "after"), JOINED)
def test_the_scheduler_is_made_first_and_handed_over(lr: str, before: str, after: str) -> None:
    opt = OPT.replace("lr=0.1", f"lr={lr}")
    scheduler = f"s = torch.optim.lr_scheduler.{before}\n"

    check_rewritten(
        f"{IMPORT}# now\n{opt}{scheduler}\nx = 3\n",
        f"import paddle\nimport math\n# now\ns = paddle.optimizer.lr.{after}\n{MADE}\nx = 3\n",
        "paddle",
    )


BEFORE = """\
import torch
class T:
  def __init__(self, m):
    self.opt = torch.optim.Adam(m.parameters(), 0.1)

    self.s = torch.optim.lr_scheduler.StepLR(self.opt, 5)
    self.n = 3
"""
AFTER = """\
import paddle
class T:
  def __init__(self, m):
    self.s = paddle.optimizer.lr.StepDecay(learning_rate=0.1, step_size=5)
    self.opt = paddle.optimizer.Adam(parameters=m.parameters(), learning_rate=self.s)

    self.n = 3
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_lines_keep_their_indentation_and_their_endings(newline: str) -> None:
    check_rewritten(BEFORE.replace("\n", newline), AFTER.replace("\n", newline), "paddle")


@pytest.mark.parametrize("body", APART)
def test_what_stands_between_or_may_tell_the_order_keeps_it(body: str) -> None:
    result = check_sound((IMPORT + body).encode(), "paddle")

    assert b"learning_rate=s," not in result.after
    assert b"set_lr_scheduler(s)" in result.after or b"bridge" in result.after


CLASS = """\
class Mine(torch.optim.lr_scheduler.LRScheduler):
    def __init__(self, opt, n):
        self.n = {}
        super().__init__(opt)
    def get_lr(self):
        return [base_lr / (self.n + self.last_epoch) for base_lr in self.base_lrs]
"""
QUIET = ["n", "list(n)", "n, 3", "math.sqrt(n)", "'{}'.format(n)", "max(n, 3) + self.f()"]
LOUD = ["print(n)", "draw()", "n()", "next(n)", "seen.append(n)", "random.random()", "(y := n)"]


@pytest.mark.parametrize("value", QUIET)
def test_a_class_of_the_file_that_only_computes_is_made_first(value: str) -> None:
    own = CLASS.format(value) + "    def f(self): return 3\n"
    result = check_sound(f"{IMPORT}{own}{OPT}s = Mine(opt, 5)\n".encode(), "paddle")

    assert b"s = Mine(0.1, 5)\n" in result.after


@pytest.mark.parametrize("value", LOUD)
def test_a_class_of_the_file_that_may_do_more_is_made_where_it_was(value: str) -> None:
    result = check_sound(f"{IMPORT}{CLASS.format(value)}{OPT}s = Mine(opt, 5)\n".encode(), "paddle")

    assert b"s = Mine(opt.get_lr(), 5)\nopt.set_lr_scheduler(s)\n" in result.after


def test_a_class_of_the_file_that_asks_for_the_optimizer_is_made_after_it() -> None:
    own = CLASS.format("n").replace("self.n +", "opt.param_groups[0]['lr'] +")
    result = check_sound(f"{IMPORT}{own}{OPT}s = Mine(opt, 5)\n".encode(), "paddle")

    assert b"opt.set_lr_scheduler(s)\n" in result.after
