"""Kernels that are chosen by size end where the formula does: for large tensors another runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {}),
    ("Adam", {"weight_decay": 0.1}),
    ("AdamW", {}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.9}),
]

STEPS: list[Callable[[Any], Any]] = [lambda opt: opt.step(), lambda opt: opt._advance({})]


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_large_tensors_end_where_the_formula_does(
    xp: Framework, name: str, options: dict[str, Any]
) -> None:
    random = np.random.default_rng(0)
    start = [random.standard_normal(shape).astype("f4") for shape in ((400, 300), (150_000,))]
    grads = [[random.standard_normal(each.shape).astype("f4") for each in start] for _ in range(6)]
    ends = []
    for step in STEPS:
        params = [xp.param(each) for each in start]
        optimizer = getattr(optim, name)(params, lr=0.01, **options)
        for each in grads:
            for param, grad in zip(params, each, strict=True):
                xp.set_grad(param, grad)
            step(optimizer)
        ends.append([xp.numpy(param).copy() for param in params])

    for kernel, formula in zip(*ends, strict=True):
        np.testing.assert_allclose(kernel, formula, rtol=0, atol=1e-6 * np.abs(formula).max())
