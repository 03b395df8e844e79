"""What is done with an optimizer or a scheduler, in OneFlow's words."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_rewritten

HEAD = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
STEP = "s = torch.optim.lr_scheduler.StepLR(opt, 5)\n"
PLATEAU = "s = torch.optim.lr_scheduler.ReduceLROnPlateau(opt)\n"


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        ("x = opt.state_dict()", "follows later changes"),
        ("x = {'o': opt.state_dict()}", "follows later changes"),
        ("f(opt.state_dict())", "follows later changes"),
        ("torch.save(keep(opt.state_dict()), p)", "follows later changes"),
        ("x = opt.param_groups[0]['params']", "`param_groups`"),
        ("opt.step(closure)", "called with arguments"),
        ("opt.clip_grad()", "no `clip_grad`"),
    ],
)
def test_uses_that_oneflow_lacks_go_to_bridge(use: str, reason: str) -> None:
    check_bridged(f"{HEAD}{use}\n", "oneflow", reason, scope="optim")


def test_a_plateau_has_no_last_lr() -> None:
    check_bridged(f"{HEAD}{PLATEAU}x = s.get_last_lr()\n", "oneflow", "no `get_last_lr`")


@pytest.mark.parametrize(
    ("use", "after"),
    [
        ("opt.zero_grad()", "opt.zero_grad(set_to_none=True)"),
        ("opt.zero_grad( )", "opt.zero_grad(set_to_none=True)"),
        ("opt.zero_grad(set_to_none=False)", None),
        ("opt.zero_grad(False)", None),
        ("x = opt.param_groups[1]['lr']", None),
        ("opt.param_groups[0]['lr'] = f(x)", None),
        (
            "torch.save({'o': opt.state_dict()}, p)",
            "oneflow.save({'o': opt.state_dict()}, p)",
        ),
        ("opt.load_state_dict(x)", None),
    ],
)
def test_uses_of_an_optimizer(use: str, after: str | None) -> None:
    check_rewritten(
        f"{HEAD}{use}\n", f"{HEAD.replace('torch', 'oneflow')}{after or use}\n", "oneflow"
    )


@pytest.mark.parametrize(
    ("use", "after"),
    [
        ("s.step()", None),
        ("x = s.get_last_lr()[0]", None),
        ("x = s.last_epoch", "x = s.last_step"),
        ("x = s.state_dict()", None),
        ("opt.load_state_dict(x)\ns.load_state_dict(y)", None),
    ],
)
def test_uses_of_a_scheduler(use: str, after: str | None) -> None:
    head = HEAD + STEP
    check_rewritten(
        f"{head}{use}\n", f"{head.replace('torch', 'oneflow')}{after or use}\n", "oneflow"
    )


def test_a_metric_stays() -> None:
    head = HEAD + PLATEAU
    check_rewritten(
        f"{head}s.step(metrics=loss)\n",
        f"{head.replace('torch', 'oneflow')}s.step(metrics=loss)\n",
        "oneflow",
    )
