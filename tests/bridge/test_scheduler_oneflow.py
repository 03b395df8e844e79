"""Our schedules equal OneFlow's own where the table says so, and differ where it says that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.scheduler_natives import Row, curve, graded, our_curve
from tests.scheduler_oneflow import ROWS

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("oneflow")


def native_curve(row: Row, xp: Framework) -> list[list[float]]:
    groups = [{"params": [xp.param(np.zeros(1, np.float32))], "lr": lr} for lr in row.lrs]
    optimizer: Any = xp.module.optim.SGD(groups, lr=row.lrs[0])
    scheduler = row.native(xp.module.optim.lr_scheduler, optimizer)
    return curve(scheduler, lambda: [group["lr"] for group in optimizer.param_groups], row)


@pytest.mark.parametrize("row", [row for row in ROWS if row.grade != "refused"], ids=str)
def test_learning_rates_agree_to_the_grade(xp: Framework, row: Row) -> None:
    found = graded(our_curve(row), native_curve(row, xp))

    assert found in {"a": "a", "b": "ab", "c": "c"}[row.grade]


@pytest.mark.parametrize("row", [row for row in ROWS if row.grade == "refused"], ids=str)
def test_what_oneflow_refuses_works_here(xp: Framework, row: Row) -> None:
    assert len(our_curve(row)) == row.steps + 1
    with pytest.raises((ValueError, TypeError, AssertionError)):
        native_curve(row, xp)
