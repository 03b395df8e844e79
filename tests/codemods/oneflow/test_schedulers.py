"""torch.optim.lr_scheduler -> oneflow.optim.lr_scheduler."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_rewritten

HEAD = "from torch import optim\nopt = optim.SGD(model.parameters(), lr=0.1)\n"

BRIDGED = [
    ("StepLR(opt, 5, gamma=0)", "`gamma` is > 0"),
    ("StepLR(opt, 0)", "`step_size` is > 0"),
    ("MultiStepLR(opt, [30, 10])", "increasing ints"),
    ("MultiStepLR(opt, args.milestones)", "`args.milestones` is not known"),
    ("ExponentialLR(opt, gamma=-1)", "`gamma` is > 0"),
    ("CosineAnnealingLR(opt, 0)", "`T_max` is > 0"),
    ("LinearLR(opt, total_iters=0)", "`total_iters` is an int >= 1"),
    ("LinearLR(opt, total_iters=args.n)", "`args.n` is not known"),
    ("StepLR(opt, 5, last_epoch=3)", "`last_epoch` is -1"),
    ("SequentialLR(opt, [a, b], [3])", ""),
]


@pytest.mark.parametrize(("call", "reason"), BRIDGED)
def test_what_oneflow_does_otherwise_goes_to_bridge(call: str, reason: str) -> None:
    check_bridged(f"{HEAD}s = optim.lr_scheduler.{call}\n", "oneflow", reason)


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ("StepLR(opt, 5)", None),
        ("StepLR(opt, 5, gamma=1.5)", None),
        ("StepLR(opt, args.n, args.gamma)", None),
        ("StepLR(opt, 5, 0.5, -1)", None),
        ("StepLR(opt, 5, last_epoch=-1)", "StepLR(opt, 5, last_step=-1)"),
        ("MultiStepLR(opt, milestones=[10, 20], gamma=0.5)", None),
        ("ExponentialLR(opt, gamma=1.0)", None),
        ("LambdaLR(opt, lr_lambda=lambda e: 0.9**e)", None),
        ("LambdaLR(opt, [f, g])", None),
        ("CosineAnnealingLR(opt, args.epochs, eta_min=1e-5)", None),
        ("LinearLR(opt, 0.1, 1.0, 9)", None),
        ("ReduceLROnPlateau(opt, 'max', patience=3, cooldown=2, min_lr=[0.1])", None),
    ],
)
def test_a_scheduler_keeps_its_arguments(call: str, after: str | None) -> None:
    check_rewritten(
        f"{HEAD}s = optim.lr_scheduler.{call}\n",
        f"{HEAD.replace('torch', 'oneflow')}s = optim.lr_scheduler.{after or call}\n",
        "oneflow",
    )
