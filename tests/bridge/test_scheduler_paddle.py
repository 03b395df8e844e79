"""Our schedules equal Paddle's own where the table says so, and differ where it says that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.scheduler_natives import Row, curve, graded, our_curve
from tests.scheduler_paddle import ROWS

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("paddle")


def native_curve(row: Row, lr_module: Any) -> list[list[float]]:
    scheduler = row.native(lr_module, row.lrs[0])
    factors = [lr / row.lrs[0] for lr in row.lrs]
    return curve(scheduler, lambda: [scheduler() * factor for factor in factors], row)


@pytest.mark.parametrize("row", [row for row in ROWS if row.grade != "refused"], ids=str)
def test_learning_rates_agree_to_the_grade(xp: Framework, row: Row) -> None:
    found = graded(our_curve(row), native_curve(row, xp.module.optimizer.lr))

    assert found in {"a": "a", "b": "ab", "c": "c"}[row.grade]


@pytest.mark.parametrize("row", [row for row in ROWS if row.grade == "refused"], ids=str)
def test_what_paddle_refuses_works_here(xp: Framework, row: Row) -> None:
    assert len(our_curve(row)) == row.steps + 1
    with pytest.raises((ValueError, TypeError, AssertionError)):
        native_curve(row, xp.module.optimizer.lr)
