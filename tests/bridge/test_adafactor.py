"""Adafactor against torch's where the shape or the type of the parameters matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim
from tests.frameworks import Framework

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RANDOM = np.random.default_rng(10)


def _trained(xp: Framework, module: Any, arrays: list[NDArray[Any]], grads: list[Any]) -> Any:
    params = [xp.param(array) for array in arrays]
    opt = module.Adafactor(params, lr=0.1)
    for step in grads:
        for param, array, grad in zip(params, arrays, step, strict=True):
            xp.set_grad(param, np.asarray(grad, array.dtype))
        opt.step()
    return [xp.numpy(param) for param in params], opt


def test_more_than_two_dimensions_are_factored_by_the_last_two(xp: Framework) -> None:
    arrays = [_RANDOM.standard_normal((2, 3, 4)), _RANDOM.standard_normal((2, 1, 3, 2))]
    grads = [[_RANDOM.standard_normal(array.shape) for array in arrays] for _ in range(10)]
    torch = Framework("torch")
    ours, opt = _trained(xp, optim, arrays, grads)
    theirs, _ = _trained(torch, torch.module.optim, arrays, grads)
    states = [opt.state[param] for param in opt.param_groups[0]["params"]]

    assert [tuple(state["row_var"].shape) for state in states] == [(2, 3, 1), (2, 1, 3, 1)]
    assert [tuple(state["col_var"].shape) for state in states] == [(2, 1, 4), (2, 1, 1, 2)]
    for mine, torchs in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(torchs, abs=1e-13)


@pytest.mark.parametrize("dtypes", [("f4", "f8"), ("f8", "f4")], ids=str)
def test_the_first_parameters_type_gives_eps_to_its_group(
    xp: Framework, dtypes: tuple[str, str]
) -> None:
    arrays = [np.ones(3, dtype) for dtype in dtypes]
    # So small that eps decides: of float32 it is a factor of 5e8 more than of float64.
    grads = [[np.full(3, 1e-10), np.full(3, 1e-10)] for _ in range(3)]
    torch = Framework("torch")
    ours, _ = _trained(xp, optim, arrays, grads)
    theirs, _ = _trained(torch, torch.module.optim, arrays, grads)

    for mine, torchs in zip(ours, theirs, strict=True):
        assert 1 - mine == pytest.approx(1 - torchs, rel=1e-3)
