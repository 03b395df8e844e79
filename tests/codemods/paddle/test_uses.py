"""What is done with an optimizer or a scheduler, in Paddle's words."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_rewritten

HEAD = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
PADDLE = (
    "import paddle\nopt = paddle.optimizer.SGD(parameters=model.parameters(), learning_rate=0.1)\n"
)
# With a comment between them, the two stay in the order they are in.
STEP = "# then\ns = torch.optim.lr_scheduler.StepLR(opt, 5)\n"
STEP_PADDLE = (
    "# then\ns = paddle.optimizer.lr.StepDecay(learning_rate=opt.get_lr(), step_size=5)\n"
    "opt.set_lr_scheduler(s)\n"
)
PLATEAU = "# then\ns = torch.optim.lr_scheduler.ReduceLROnPlateau(opt)\n"
PLATEAU_PADDLE = (
    "# then\ns = paddle.optimizer.lr.ReduceOnPlateau(learning_rate=opt.get_lr())\n"
    "opt.set_lr_scheduler(s)\n"
)


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        ("x = opt.param_groups[1]['lr']", "`param_groups`"),
        ("x = opt.param_groups[0]['momentum']", "`param_groups`"),
        ("x = opt.state_dict()['param_groups']", "other keys"),
        ("x = opt.state_dict().keys()", "other keys"),
        ("x = opt.state_dict()\nprint(x['state'])", "other keys"),
        ("x = opt.state_dict()\nfor key in x: pass", "other keys"),
        ("opt.param_groups[0]['lr'] = 1.0\nopt.load_state_dict(x)", "would be lost on resume"),
        ("opt.zero_grad(set_to_zero=True)", "other arguments than torch's"),
        ("opt.step(None)", "called with arguments"),
    ],
)
def test_uses_that_paddle_lacks_go_to_bridge(use: str, reason: str) -> None:
    check_bridged(f"{HEAD}{use}\n", "paddle", reason)


@pytest.mark.parametrize(
    ("opt", "scheduler"),
    [
        ("lr=args.lr", "StepLR(opt, 5)"),
        ("lr=0.1, momentum=args.momentum", "StepLR(opt, 5)"),
        ("lr=0.1", "StepLR(opt, args.n)"),
        ("lr=0.1", "CosineAnnealingLR(opt, T_max=args.epochs)"),
    ],
)
def test_options_that_a_checkpoint_may_change_go_to_bridge(opt: str, scheduler: str) -> None:
    before = (
        f"import torch\nopt = torch.optim.SGD(model.parameters(), {opt})\n"
        f"s = torch.optim.lr_scheduler.{scheduler}\n"
        "opt.load_state_dict(x)\ns.load_state_dict(y)\n"
    )

    check_bridged(before, "paddle", "from the checkpoint")


@pytest.mark.parametrize("call", ["s.step(x, 3)", "s.step(*x)", "s.step(x, epoch=3)"])
def test_more_than_the_metric_goes_to_bridge(call: str) -> None:
    check_bridged(f"{HEAD}{PLATEAU}{call}\n", "paddle", "more than the metric")


@pytest.mark.parametrize(
    ("use", "after"),
    [
        ("opt.step()", "opt.step()"),
        ("opt.zero_grad()", "opt.zero_grad()"),
        ("opt.zero_grad(set_to_none=flag)", "opt.zero_grad(set_to_none=flag)"),
        ("opt.zero_grad(False)", "opt.zero_grad(False)"),
        ("lr = opt.param_groups[0]['lr']", "lr = opt.get_lr()"),
        ('lr = opt.param_groups[-1]["lr"]', "lr = opt.get_lr()"),
        ("x = f\"{opt.param_groups[0]['lr']:.1e}\"", 'x = f"{opt.get_lr():.1e}"'),
        ("print(2 * opt . param_groups [0] ['lr'])", "print(2 * opt.get_lr())"),
        ("opt.param_groups[0]['lr'] = f(x)", "opt.set_lr(f(x))"),
        (
            "opt.param_groups[0]['lr'] = 0.5 * opt.param_groups[0]['lr']",
            "opt.set_lr(0.5 * opt.get_lr())",
        ),
        ("x += opt.param_groups[0]['lr']", "x += opt.get_lr()"),
        ("if opt is not None: opt.step()", "if opt is not None: opt.step()"),
        ("y = {'opt': opt.state_dict()}", "y = {'opt': opt.state_dict()}"),
        ("opt.load_state_dict(y['opt'])", "opt.load_state_dict(y['opt'])"),
        ("del opt", "del opt"),
    ],
)
def test_uses_of_an_optimizer(use: str, after: str) -> None:
    check_rewritten(f"{HEAD}{use}\n", f"{PADDLE}{after}\n", "paddle")


@pytest.mark.parametrize(
    ("use", "after"),
    [
        ("s.step()", "s.step()"),
        ("x = s.get_last_lr()", "x = [s()]"),
        ("x = s.get_last_lr()[0]", "x = s()"),
        ("x = s.get_last_lr()[-1]", "x = s()"),
        ("x, = s.get_last_lr()", "x, = [s()]"),
        ("x = s.get_last_lr()[:]", "x = [s()][:]"),
        ("x = s.last_epoch", "x = s.last_epoch"),
        ("x = s.state_dict()", "x = s.state_dict()"),
        (
            "opt.load_state_dict(x)\ns.load_state_dict(y)",
            "opt.load_state_dict(x)\ns.set_state_dict(y)",
        ),
        ("x = opt.param_groups[0]['lr']", "x = opt.get_lr()"),
    ],
)
def test_uses_of_a_scheduler(use: str, after: str) -> None:
    check_rewritten(f"{HEAD}{STEP}{use}\n", f"{PADDLE}{STEP_PADDLE}{after}\n", "paddle")


@pytest.mark.parametrize(
    ("use", "after"),
    [
        ("s.step(loss)", "s.step(float(loss))"),
        ("s.step(metrics=loss)", "s.step(metrics=float(loss))"),
        ("s.step(float(loss))", "s.step(float(loss))"),
        ("s.step(sum(x) / len(x))", "s.step(float(sum(x) / len(x)))"),
        ("s.step(\n    loss,  # mean\n)", "s.step(\n    float(loss),  # mean\n)"),
    ],
)
def test_a_metric_is_a_float_as_in_torch(use: str, after: str) -> None:
    check_rewritten(f"{HEAD}{PLATEAU}{use}\n", f"{PADDLE}{PLATEAU_PADDLE}{after}\n", "paddle")
