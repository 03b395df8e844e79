"""What a native scheduler class is written as, and who leaves it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.forms.subclasses import OWN, OWN_OF_ONEFLOW, OWN_OF_PADDLE, OWN_RESUMED
from tests.codemods.test_subclasses import CLASS, CODES, HEAD, MADE
from tests.codemods.test_traps import BOTH
from tests.rewriting import PATH, check_bridged, check_rewritten

if TYPE_CHECKING:
    from codemods.model import Target

NATIVE: list[tuple[Target, str]] = [
    *((to, text) for to in BOTH for text in (*OWN.values(), *OWN_RESUMED.values())),
    *(("paddle", text) for text in OWN_OF_PADDLE.values()),
    *(("oneflow", text) for text in OWN_OF_ONEFLOW.values()),
]


@pytest.mark.parametrize(("to", "text"), NATIVE)
def test_a_form_that_people_write_is_native(to: Target, text: str) -> None:
    result = port(text.encode(), PATH, Options(to), Project())

    assert CODES[to] in {f.code for f in result.findings}
    assert not [f for f in result.findings if f.kind in ("bridge", "refused", "left")]


BEFORE = """\
from typing import List
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import LRScheduler
import warnings

class Mine(LRScheduler):
    # why
    def __init__(self, optimizer: Optimizer, n: int = 3, last_epoch: int = -1) -> None:
        self.n = n  # so many
        self.optimizer = optimizer
        super().__init__(optimizer=optimizer, last_epoch=last_epoch)

    def get_lr(self) -> List[float]:
        if not self._get_lr_called_within_step:
            warnings.warn("please use `get_last_lr()`")

        if self.last_epoch == 0:
            return self.base_lrs
        return [
            # slowly
            (lr * (1 - self.last_epoch  # now
             / self.n))
            for lr in self.base_lrs
        ]

opt = SGD(model.parameters(), lr=0.1)
# then
s = Mine(optimizer=opt, n=30)
"""
ON_PADDLE = """\
from typing import List
from paddle.optimizer import SGD
from paddle.optimizer.lr import LRScheduler
import warnings

class Mine(LRScheduler):
    # why
    def __init__(self, learning_rate: float, n: int = 3, last_epoch: int = -1) -> None:
        self.n = n  # so many
        super().__init__(learning_rate=learning_rate, last_epoch=last_epoch)

    def get_lr(self) -> float:
        if self.last_epoch == 0:
            return self.base_lr
        return (
            # slowly
            (self.base_lr * (1 - self.last_epoch  # now
             / self.n))
        )

opt = SGD(parameters=model.parameters(), learning_rate=0.1)
# then
s = Mine(learning_rate=opt.get_lr(), n=30)
opt.set_lr_scheduler(s)
"""
ON_ONEFLOW = """\
from typing import List
from oneflow.optim import SGD, Optimizer
import oneflow
import warnings

class Mine(oneflow.optim.lr_scheduler._LRScheduler):
    # why
    def __init__(self, optimizer: Optimizer, n: int = 3, last_epoch: int = -1) -> None:
        self.n = n  # so many
        super().__init__(optimizer=optimizer, last_step=last_epoch)

    def get_lr(self, base_lr, step) -> float:
        if step == 0:
            return base_lr
        return (
            # slowly
            (base_lr * (1 - step  # now
             / self.n))
        )

opt = SGD(model.parameters(), lr=0.1)
# then
s = Mine(optimizer=opt, n=30)
"""


@pytest.mark.parametrize(("to", "after"), [("paddle", ON_PADDLE), ("oneflow", ON_ONEFLOW)])
def test_a_class_is_written_with_its_comments_and_annotations(to: Target, after: str) -> None:
    check_rewritten(BEFORE, after, to)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_keep_their_endings(newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (BEFORE, ON_PADDLE))

    check_rewritten(before, after, "paddle")


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("line", ["class Mine(LRScheduler):", "s = Mine(opt, 5)"])
def test_a_comment_leaves_a_class_with_all_that_it_makes(to: Target, line: str) -> None:
    skipped = (HEAD + CLASS + MADE).replace(line, f"{line}  # optbridge: skip")
    result = port(skipped.encode(), PATH, Options(to, scope="optim"))

    assert result.after == result.before


@pytest.mark.parametrize("to", BOTH)
def test_a_code_that_is_not_wanted_leaves_a_class_to_bridge(to: Target) -> None:
    check_bridged(HEAD + CLASS + MADE, to, CODES[to], scope="optim", ignore=(CODES[to],))
