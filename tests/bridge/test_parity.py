"""Every optimizer on every framework trains as torch's does, by the formula and by the kernel.

On torch "kernel" is torch's own step, which our class inherits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge import optim
from bridge.backends import backend
from tests.cases import OPTIMIZERS, Case
from tests.parity import assert_parity, reference, train

if TYPE_CHECKING:
    from tests.frameworks import Framework

WITH_KERNELS = {"SGD", "Adam", "RMSprop", "RAdam", "LAMB", "Adagrad", "Adadelta", "Adamax", "Rprop"}
"""The algorithms that some framework has a kernel for; for the others both paths are one."""

RUNS = [
    (case, path)
    for case in OPTIMIZERS
    for path in ("formula", "kernel")
    if path == "formula" or getattr(optim, case.optimizer).algorithm in WITH_KERNELS
]


def test_no_kernel_is_left_out(xp: Framework) -> None:
    assert set(backend(xp.name).kernels) <= WITH_KERNELS


@pytest.mark.parametrize(("case", "path"), RUNS, ids=str)
def test_100_float32_steps_equal_torchs(xp: Framework, case: Case, path: str) -> None:
    ours = train(case, xp, "float32", path)

    assert_parity(ours, reference(case, "float32"), xp, "float32", case.rounding)


@pytest.mark.parametrize(("case", "path"), RUNS, ids=str)
def test_float64_steps_equal_torchs(xp: Framework, case: Case, path: str) -> None:
    ours = train(case, xp, "float64", path, steps=30)

    assert_parity(ours, reference(case, "float64", steps=30), xp, "float64", case.rounding)
