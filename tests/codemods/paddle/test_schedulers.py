"""torch.optim.lr_scheduler.X(optimizer, ...) -> paddle.optimizer.lr.Y(lr, ...), attached."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_native, check_rewritten

# With a comment between them, the two stay in the order they are in.
OPT = "opt = torch.optim.SGD(model.parameters(), lr=0.1)  # first\n"
PADDLE = "opt = paddle.optimizer.SGD(parameters=model.parameters(), learning_rate=0.1)  # first\n"
ATTACH = "opt.set_lr_scheduler(s)\n"

BRIDGED = [
    ("StepLR(opt, 5, gamma=1.0)", "`gamma` is < 1"),
    ("StepLR(opt, 5.0)", "`step_size` is an int >= 1"),
    ("StepLR(opt, 0)", "`step_size` is an int >= 1"),
    ("StepLR(opt, True)", "`step_size` is an int >= 1"),
    ("MultiStepLR(opt, [30, 10])", "increasing ints"),
    ("MultiStepLR(opt, [10, 10])", "increasing ints"),
    ("MultiStepLR(opt, [-1, 10])", "increasing ints"),
    ("MultiStepLR(opt, [1.5])", "increasing ints"),
    ("MultiStepLR(opt, milestones=args.milestones)", "`args.milestones` is not known"),
    ("ExponentialLR(opt, gamma=1.0)", "`gamma` is between 0 and 1"),
    ("ExponentialLR(opt, gamma=1.1)", "`gamma` is between 0 and 1"),
    ("LambdaLR(opt, [f])", "may be a list of functions"),
    ("LambdaLR(opt, fs)", "may be a list of functions"),
    ("CosineAnnealingLR(opt, 10.0)", "`T_max` is an int >= 1"),
    ("CosineAnnealingLR(opt, epochs / 2)", "`epochs / 2` is a quotient"),
    ("LinearLR(opt, total_iters=0)", "`total_iters` is an int >= 1"),
    ("OneCycleLR(opt, 0.1, 100)", "`cycle_momentum` is False"),
    ("OneCycleLR(opt, 0.1, 100, cycle_momentum=args.c)", "`args.c` is not known"),
    ("OneCycleLR(opt, 0.1, epochs=3, steps_per_epoch=9, cycle_momentum=False)", "`total_steps`"),
    ("OneCycleLR(opt, max_lr=[0.1], total_steps=9, cycle_momentum=False)", "`max_lr` is > 0"),
    ("OneCycleLR(opt, 0.1, 9, cycle_momentum=False, three_phase=True)", "`three_phase` is False"),
    ("ReduceLROnPlateau(opt, cooldown=2)", "`cooldown` is 0"),
    ("ReduceLROnPlateau(opt, cooldown=args.c)", "`args.c` is not known"),
    ("ReduceLROnPlateau(opt, min_lr=[0.1])", "`min_lr`"),
    ("SequentialLR(opt, [a, b], [3])", ""),
]


@pytest.mark.parametrize(("call", "reason"), BRIDGED)
def test_what_paddle_does_otherwise_goes_to_bridge(call: str, reason: str) -> None:
    before = f"import torch\n{OPT}s = torch.optim.lr_scheduler.{call}\n"

    check_bridged(before, "paddle", reason)


@pytest.mark.parametrize(
    ("call", "native"),
    [
        ("StepLR(opt, 5)", "StepDecay(learning_rate=opt.get_lr(), step_size=5)"),
        (
            "StepLR(step_size=args.n, gamma=0.3, optimizer=opt)",
            "StepDecay(step_size=args.n, gamma=0.3, learning_rate=opt.get_lr())",
        ),
        (
            "StepLR(opt, 5, 0.5, -1)",
            "StepDecay(learning_rate=opt.get_lr(), step_size=5, gamma=0.5)",
        ),
        (
            "MultiStepLR(opt, milestones=[10, 20], gamma=0.5)",
            "MultiStepDecay(learning_rate=opt.get_lr(), milestones=[10, 20], gamma=0.5)",
        ),
        ("ExponentialLR(opt, 0.9)", "ExponentialDecay(learning_rate=opt.get_lr(), gamma=0.9)"),
        (
            "LambdaLR(opt, lr_lambda=lambda e: 0.9**e)",
            "LambdaDecay(learning_rate=opt.get_lr(), lr_lambda=lambda e: 0.9**e)",
        ),
        (
            "CosineAnnealingLR(opt, args.epochs, eta_min=1e-5)",
            "CosineAnnealingDecay(learning_rate=opt.get_lr(), T_max=args.epochs, eta_min=1e-5)",
        ),
        ("LinearLR(opt)", "LinearLR(learning_rate=opt.get_lr(), total_steps=5)"),
        (
            "LinearLR(opt, 0.1, 1.0, 9)",
            "LinearLR(learning_rate=opt.get_lr(), start_factor=0.1, end_factor=1.0, total_steps=9)",
        ),
        ("ReduceLROnPlateau(opt)", "ReduceOnPlateau(learning_rate=opt.get_lr())"),
        (
            "ReduceLROnPlateau(opt, 'max', 0.5, eps=1e-9)",
            "ReduceOnPlateau(learning_rate=opt.get_lr(), mode='max', factor=0.5, epsilon=1e-9)",
        ),
    ],
)
def test_a_scheduler_starts_from_the_optimizer_s_lr_and_is_attached(call: str, native: str) -> None:
    check_rewritten(
        f"import torch\n{OPT}s = torch.optim.lr_scheduler.{call}\n",
        f"import paddle\n{PADDLE}s = paddle.optimizer.lr.{native}\n{ATTACH}",
        "paddle",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    s = torch.optim.lr_scheduler.StepLR(opt, 5)  # five\n", "  # five\n"),
        ("    s = torch.optim.lr_scheduler.StepLR(opt, 5)\n    # next\n", "\n    # next\n"),
    ],
)
def test_the_line_that_attaches_comes_directly_after(before: str, after: str) -> None:
    made = "    s = paddle.optimizer.lr.StepDecay(learning_rate=opt.get_lr(), step_size=5)"
    tail, *rest = after.splitlines(keepends=True)
    check_rewritten(
        f"import torch\nif x:\n    {OPT}{before}",
        f"import paddle\nif x:\n    {PADDLE}{made}{tail}    {ATTACH}{''.join(rest)}",
        "paddle",
    )


def test_attributes_are_attached_by_their_whole_names() -> None:
    check_rewritten(
        "import torch\n"
        "class Trainer:\n"
        "    def __init__(self, model):\n"
        "        self.opt = torch.optim.Adam(model.parameters())\n"
        "        self.sched = torch.optim.lr_scheduler.StepLR(self.opt, 5)\n",
        "import paddle\n"
        "class Trainer:\n"
        "    def __init__(self, model):\n"
        "        self.opt = paddle.optimizer.Adam(parameters=model.parameters())\n"
        "        self.sched = paddle.optimizer.lr.StepDecay("
        "learning_rate=self.opt.get_lr(), step_size=5)\n"
        "        self.opt.set_lr_scheduler(self.sched)\n",
        "paddle",
    )


@pytest.mark.parametrize(
    "line",
    [
        "if x: s = torch.optim.lr_scheduler.StepLR(opt, 5)",
        "s = torch.optim.lr_scheduler.StepLR(opt, 5); s.step()",
    ],
)
def test_a_scheduler_that_cannot_be_attached_at_once_goes_to_bridge(line: str) -> None:
    check_bridged(f"import torch\n{OPT}{line}\n", "paddle", "the scheduler is not made")


def test_a_scheduler_under_an_annotated_name_is_attached() -> None:
    before = f"import torch\n{OPT}s: object = torch.optim.lr_scheduler.StepLR(opt, 5)\n"
    made = "s: object = paddle.optimizer.lr.StepDecay(learning_rate=opt.get_lr(), step_size=5)\n"
    result = check_native(before, "paddle", "PD101", "PD201")

    assert result.after.decode().endswith(f"{made}opt.set_lr_scheduler(s)\n")


def test_a_value_that_paddle_would_reject_is_noted() -> None:
    before = f"import torch\n{OPT}s = torch.optim.lr_scheduler.StepLR(opt, args.n)\n"
    native = "paddle.optimizer.lr.StepDecay"
    made = f"s = {native}(learning_rate=opt.get_lr(), step_size=args.n)\n"
    result = check_rewritten(before, f"import paddle\n{PADDLE}{made}{ATTACH}", "paddle")
    notes = [f.what for f in result.findings if f.kind == "note"]

    assert notes == [f"{native} raises unless `step_size` is an int >= 1"]
