"""`--from paddle` and `--from oneflow`: a native script and its port to bridge train alike."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codemods.engine import port
from codemods.inward.signatures import SIGNATURES, native_signature
from codemods.inward.tables import ROWS
from codemods.model import Options
from tests.codemods.execution import largest_differences, run
from tests.codemods.inward_cases import CASES

if TYPE_CHECKING:
    from codemods.model import FileResult, Origin
    from tests.codemods.execution_cases import Case
    from tests.frameworks import Framework

SAME_LR = 1e-12  # of the largest lr: grades a and b
SAME_PARAMS = 1e-5  # of a tensor's largest entry: grade p
BUILT = "import paddle\n\nopt = paddle.optimizer.SGD(0.1, net.parameters())\n"
LR = "paddle.optimizer.lr"


def ported(text: str, origin: Origin = "paddle") -> FileResult:
    return port(text.encode(), Path("x.py"), Options("bridge", origin=origin))


def class_named(xp: Framework, qualified: str) -> Any:
    found: Any = xp.module
    for name in qualified.split(".")[1:]:
        found = getattr(found, name)
    return found


@pytest.mark.only_backend("paddle")
@pytest.mark.parametrize("case", CASES["paddle"], ids=str)
def test_a_script_of_paddle_trains_as_before(xp: Framework, case: Case, tmp_path: Path) -> None:
    check_trains_as_before(xp, case, "paddle", tmp_path)


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize("case", CASES["oneflow"], ids=str)
def test_a_script_of_oneflow_trains_as_before(xp: Framework, case: Case, tmp_path: Path) -> None:
    check_trains_as_before(xp, case, "oneflow", tmp_path)


def check_trains_as_before(xp: Framework, case: Case, origin: Origin, path: Path) -> None:
    result = ported(case.texts[0], origin)
    assert not result.incomplete
    assert f"{origin}.optim" not in result.after.decode()

    ours = run(xp, [result.after.decode()], path / "ours")
    theirs = run(xp, case.texts, path / "theirs")
    lr, params = largest_differences(ours, theirs)

    assert lr <= SAME_LR
    assert params <= SAME_PARAMS


@pytest.mark.only_backend("paddle", "oneflow")
def test_the_signatures_are_the_frameworks_own(xp: Framework) -> None:
    names = [name for name in SIGNATURES if name.startswith(xp.name)]
    theirs = {
        name: [
            (p.name, p.default)
            for p in inspect.signature(class_named(xp, name)).parameters.values()
        ]
        for name in names
    }

    assert theirs == {
        name: [(p.name, p.default) for p in native_signature(name).parameters.values()]
        for name in names
    }


@pytest.mark.parametrize("origin", ["paddle", "oneflow"])
def test_every_native_class_of_the_tables_is_run(origin: Origin) -> None:
    moved = {
        finding.what.partition(" -> ")[0]
        for case in CASES[origin]
        for finding in ported(case.texts[0], origin).findings
    }

    assert moved >= {name for name in ROWS if name.startswith(origin)}


MOVES = {
    "a schedule changes places with its optimizer": (
        (
            f"import paddle\n\nlr = {LR}.StepDecay(0.1, 30)  # down\n"
            "opt = paddle.optimizer.SGD(lr, net.parameters())\n"
        ),
        (
            "import bridge\n\n# down\n"
            "opt = bridge.optim.SGD(lr=0.1, params=net.parameters())\n"
            "lr = bridge.optim.lr_scheduler.StepLR(opt, step_size=30)\n"
        ),
    ),
    "names that are imported": (
        "from paddle.optimizer import AdamW\n\nopt = AdamW(parameters=net.parameters())\n",
        "from bridge.optim import AdamW\n\nopt = AdamW(params=net.parameters())\n",
    ),
    "a schedule that is attached": (
        f"{BUILT}lr = {LR}.StepDecay(opt.get_lr(), 30)\nopt.set_lr_scheduler(lr)\n",
        (
            "import bridge\n\nopt = bridge.optim.SGD(lr=0.1, params=net.parameters())\n"
            "lr = bridge.optim.lr_scheduler.StepLR(opt, 30)\n"
        ),
    ),
    "state": (
        f"{BUILT}paddle.save(opt.state_dict(), 'a')\nopt.set_state_dict(paddle.load('a'))\n",
        (
            "import bridge\nimport paddle\n\n"
            "opt = bridge.optim.SGD(lr=0.1, params=net.parameters())\n"
            "paddle.save(opt.state_dict(), 'a')\nopt.load_state_dict(paddle.load('a'))\n"
        ),
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_it_writes(name: str) -> None:
    before, after = MOVES[name]

    assert ported(before).after.decode() == after


REFUSED = {
    "another formula": (
        "import paddle\nopt = paddle.optimizer.RMSProp(0.1, parameters=net.parameters())\n",
        "bridge has nothing that equals paddle.optimizer.RMSProp",
    ),
    "clipping within the step": (
        f"{BUILT[:-2]}, grad_clip=clip)\n",
        (
            "bridge equals paddle.optimizer.SGD only if `grad_clip` is None; "
            "the value of `clip` is not known here"
        ),
    ),
    "another decay": (
        f"{BUILT[:-2]}, weight_decay=paddle.regularizer.L1Decay(0.1))\n",
        (
            "bridge takes the number within `L2Decay(...)` only, "
            "not `paddle.regularizer.L1Decay(0.1)`"
        ),
    ),
    "groups that multiply": (
        (
            "import paddle\nopt = paddle.optimizer.SGD(0.1, "
            "[{'params': net.parameters(), 'learning_rate': 0.1}])\n"
        ),
        "in a group of Paddle's 'learning_rate' does not mean what it means in torch's",
    ),
    "groups out of sight": (
        "import paddle\ndef make(params):\n    return paddle.optimizer.SGD(0.1, params)\n",
        "it is returned",
    ),
    "parameters out of sight": (
        "import paddle\nopt = paddle.optimizer.SGD(0.1, params)\n",
        "it cannot be seen whether `params` holds groups of Paddle's",
    ),
    "a parameter's own rate": (
        (
            "import paddle\nattr = paddle.ParamAttr(learning_rate=0.5)\n"
            "opt = paddle.optimizer.SGD(0.1, net.parameters())\n"
        ),
        "`paddle.ParamAttr(learning_rate=0.5)` gives a parameter settings of its own, of Paddle's",
    ),
    "a schedule without a name": (
        f"import paddle\nopt = paddle.optimizer.SGD({LR}.NoamDecay(8, 9), net.parameters())\n",
        "its scheduler has no name by which it could be stepped",
    ),
    "an effect that would move": (
        (
            f"import paddle\nlr = {LR}.StepDecay(read(), 30)\n"
            "opt = paddle.optimizer.SGD(lr, net.parameters())\n"
        ),
        "`read()` would be evaluated elsewhere",
    ),
    "a value that changes on the way": (
        (
            f"import paddle\nlr = {LR}.StepDecay(0.1, n)\nn = 5\n"
            "opt = paddle.optimizer.SGD(lr, net.parameters())\n"
        ),
        "`n` changes between the scheduler and its optimizer",
    ),
    "minimize": (f"{BUILT}opt.minimize(loss)\n", "`opt.minimize(loss)` has no counterpart"),
    "an epoch that is told": (
        (
            f"import paddle\nlr = {LR}.StepDecay(0.1, 30)\n"
            "opt = paddle.optimizer.SGD(lr, net.parameters())\nlr.step(3)\n"
        ),
        "the scheduler's `step` is told an epoch",
    ),
    "a cycle that is saved": (
        (
            f"import paddle\nlr = {LR}.CosineAnnealingWarmRestarts(0.1, 3)\n"
            "opt = paddle.optimizer.SGD(lr, net.parameters())\nkeep(lr.state_dict())\n"
        ),
        "Paddle's schedule starts a new cycle when it is loaded, bridge's goes on",
    ),
    "a scaler": (f"{BUILT}scaler.step(opt)\n", "it is passed to `scaler.step`"),
    "a class as a value": (
        "import paddle\nmake = paddle.optimizer.SGD\n",
        "the class is used as a value",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses(name: str) -> None:
    before, reason = REFUSED[name]
    result = ported(before)

    assert not result.changed
    assert any(f.reason.startswith(reason) for f in result.findings if f.kind == "refused")


ONEFLOW_REFUSED = {
    "two schedules": (
        "optim.lr_scheduler.StepLR(opt, 3)\nb = optim.lr_scheduler.ExponentialLR(opt, 0.9)\n",
        "of two schedulers OneFlow's second one writes over the first",
    ),
    "a rate that is written beside the schedule": (
        "optim.lr_scheduler.StepLR(opt, 3)\nfor g in opt.param_groups:\n    g['lr'] = 1.0\n",
        "something else may write the learning rate that the scheduler sets",
    ),
    "restarts that are rescaled": (
        "optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, 3, decay_rate=0.5)\n",
        (
            "bridge equals oneflow.optim.lr_scheduler.CosineAnnealingWarmRestarts only if "
            "`decay_rate` is 1.0; here it is 0.5"
        ),
    ),
    "a sequence": (
        "optim.lr_scheduler.SequentialLR(opt, [x], [])\n",
        "bridge has nothing that equals oneflow.optim.lr_scheduler.SequentialLR",
    ),
}


@pytest.mark.parametrize("name", ONEFLOW_REFUSED)
def test_it_refuses_of_oneflow(name: str) -> None:
    text, reason = ONEFLOW_REFUSED[name]
    head = "from oneflow import optim\n\nopt = optim.SGD(net.parameters(), 0.1)\na = "
    result = ported(head + text, "oneflow")

    assert not result.changed
    assert next(f.reason for f in result.findings if f.kind == "refused").startswith(reason)


def test_a_file_without_the_framework_stays() -> None:
    text = "import torch\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"

    assert not ported(text).changed


def test_a_second_run_changes_nothing() -> None:
    once = ported(CASES["paddle"][-1].texts[0]).after

    assert not ported(once.decode()).changed
