"""Schedules of schedules: what of them becomes native, and what stays torch's by `bridge`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rewriting import check_bridged, check_rewritten

if TYPE_CHECKING:
    from codemods.model import Target

HEAD = """\
from torch import optim
from torch.optim import lr_scheduler as sched

opt = optim.SGD(model.parameters(), 0.1)
"""
IN_PLACE = """\
s = sched.SequentialLR(opt, [sched.LinearLR(opt, 0.1, 1.0, 5), sched.StepLR(opt, 9)], [5])
for batch in batches:
    s.step()
"""
BY_NAME = """\
# up for five epochs
up = sched.LinearLR(opt, 0.1, total_iters=5)
down = sched.CosineAnnealingLR(opt, 95)  # and down
s = sched.SequentialLR(opt, schedulers=[up, down], milestones=[5])
"""
CHAINED = """\
s = sched.ChainedScheduler([sched.ExponentialLR(opt, 0.9), sched.StepLR(opt, 9)])
"""


def test_a_warm_up_in_place_becomes_linear_warmup() -> None:
    check_rewritten(
        HEAD + IN_PLACE,
        """\
from paddle import optimizer as optim
import paddle

opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)
s = paddle.optimizer.lr.LinearWarmup(learning_rate=paddle.optimizer.lr.StepDecay(\
learning_rate=opt.get_lr(), step_size=9), warmup_steps=5, \
start_lr=opt.get_lr() * 0.1, end_lr=opt.get_lr())
opt.set_lr_scheduler(s)
for batch in batches:
    s.step()
""",
        to="paddle",
    )


def test_a_warm_up_by_name_becomes_linear_warmup_and_keeps_the_comments() -> None:
    check_rewritten(
        HEAD + BY_NAME,
        """\
from paddle import optimizer as optim
import paddle

opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)
# up for five epochs
down = paddle.optimizer.lr.CosineAnnealingDecay(learning_rate=opt.get_lr(), T_max=95)  # and down
s = paddle.optimizer.lr.LinearWarmup(learning_rate=down, warmup_steps=5, \
start_lr=opt.get_lr() * 0.1, end_lr=opt.get_lr())
opt.set_lr_scheduler(s)
""",
        to="paddle",
    )


def test_oneflow_counts_each_members_steps_anew() -> None:
    check_rewritten(
        HEAD + BY_NAME,
        (HEAD + BY_NAME)
        .replace("from torch import optim", "from oneflow import optim")
        .replace("from torch.optim import", "from oneflow.optim import")
        .replace("milestones=[5])", "milestones=[5], interval_rescaling=True)"),
        to="oneflow",
    )


def test_factors_can_be_chained_on_oneflow() -> None:
    check_rewritten(HEAD + CHAINED, (HEAD + CHAINED).replace("torch", "oneflow"), to="oneflow")


BRIDGED: list[tuple[Target, str, str]] = [
    ("paddle", CHAINED, "nothing that equals torch's ChainedScheduler"),
    ("paddle", IN_PLACE.replace("1.0, 5)", "1.0, 4)"), "may not end at the milestone"),
    ("paddle", IN_PLACE.replace("1.0, 5)", "0.5, 5)"), "does not end at factor 1.0"),
    ("paddle", IN_PLACE.replace("1.0, 5)", "1.0, 5, 3)"), "`last_epoch`"),
    ("paddle", IN_PLACE.replace("1.0, 5)", "1.0, n())").replace("[5]", "[n()]"), "milestone"),
    ("paddle", IN_PLACE.replace("0.1, 1.0", "f, 1.0"), "`start_factor` is between 0 and 1"),
    ("paddle", IN_PLACE.replace("[5])", "[5, 9])"), "a list of one"),
    ("paddle", IN_PLACE.replace("[5])", "steps)"), "a list of one"),
    ("paddle", IN_PLACE.replace("[sched.L", "[  # up\n    sched.L"), "a comment"),
    ("paddle", IN_PLACE.replace("opt, 0.1", "opt,  # slowly\n    0.1"), "a comment"),
    ("oneflow", IN_PLACE.replace("StepLR(opt, 9)", "LambdaLR(opt, f)"), "torch's LambdaLR"),
    ("oneflow", IN_PLACE.replace("sched.StepLR(opt, 9)", "other"), "cannot be seen here"),
    ("oneflow", IN_PLACE.replace("[5])", "steps)"), "is not known here"),
    ("oneflow", BY_NAME + "up.step()\n", "used by itself"),
    ("oneflow", BY_NAME + "t = sched.StepLR(opt, 9)\n", "several schedulers"),
    ("oneflow", BY_NAME + "up = 3\n", "several schedulers"),
    ("oneflow", BY_NAME + "kept = [up]\n", "used by itself"),
    ("oneflow", CHAINED.replace("StepLR", "CosineAnnealingLR"), "torch's CosineAnnealingLR"),
]


@pytest.mark.parametrize(("to", "body", "reason"), BRIDGED)
def test_what_no_native_composition_equals_goes_to_bridge(
    to: Target, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, to, reason)


def test_the_import_of_a_warm_up_goes_with_it() -> None:
    check_rewritten(
        """\
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR, SequentialLR, StepLR

opt = SGD(model.parameters(), 0.1)
s = SequentialLR(opt, [LinearLR(opt, 0.1, total_iters=5), StepLR(opt, 9)], [5])
""",
        """\
from paddle.optimizer import SGD
import paddle

opt = SGD(parameters=model.parameters(), learning_rate=0.1)
s = paddle.optimizer.lr.LinearWarmup(learning_rate=paddle.optimizer.lr.StepDecay(\
learning_rate=opt.get_lr(), step_size=9), warmup_steps=5, \
start_lr=opt.get_lr() * 0.1, end_lr=opt.get_lr())
opt.set_lr_scheduler(s)
""",
        to="paddle",
    )
