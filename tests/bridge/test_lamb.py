"""LAMB where its trust ratio has nothing to divide by, and beside the frameworks' own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim
from tests import references
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

_START = np.random.default_rng(11).standard_normal((3, 4)).astype("f4")
_GRADS = np.random.default_rng(12).standard_normal((20, 3, 4)).astype("f4")


def _trained(xp: Framework, make: Callable[[list[Any]], Any], start: Any, grads: Any) -> Any:
    param = xp.param(start)
    opt = make([param])
    for grad in grads:
        xp.set_grad(param, grad)
        opt.step()
    return xp.numpy(param)


@pytest.mark.parametrize("start", [_START, np.zeros_like(_START)], ids=["random", "zero"])
@pytest.mark.parametrize("first", [_GRADS[0], np.zeros_like(_START)], ids=["random", "zero"])
def test_the_ratio_is_one_where_a_norm_is_zero(xp: Framework, start: Any, first: Any) -> None:
    grads = [first, *_GRADS[1:5]]
    ours = _trained(xp, lambda params: optim.LAMB(params, lr=0.1), start, grads)
    expected = _trained(
        Framework("torch"), lambda params: references.LAMB(params, lr=0.1), start, grads
    )

    assert np.isfinite(ours).all()
    assert ours == pytest.approx(expected, abs=1e-6)


@pytest.mark.only_backend("paddle")
def test_it_is_paddles_own_where_that_always_adapts(xp: Framework) -> None:
    ours = _trained(xp, lambda params: optim.LAMB(params, 0.01, eps=1e-6), _START, _GRADS)
    native = _trained(
        xp,
        lambda params: xp.module.optimizer.Lamb(0.01, 0.0, parameters=params, always_adapt=True),
        _START,
        _GRADS,
    )

    assert ours == pytest.approx(native, abs=2e-6)


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize(
    "options", [{"adam_w_mode": False, "weight_decay": 0.1}, {"do_bias_correction": False}]
)
def test_it_is_oneflows_own_with_the_same_arguments(xp: Framework, options: dict[str, Any]) -> None:
    native_class = xp.module.optim.LAMB
    ours = _trained(xp, lambda params: optim.LAMB(params, 0.01, **options), _START, _GRADS)
    native = _trained(xp, lambda params: native_class(params, 0.01, **options), _START, _GRADS)

    assert ours == pytest.approx(native, abs=2e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"amsgrad": True}, "LAMB does not support AMSGrad variant"),
        ({"lr": -1.0}, "Invalid learning rate: -1.0"),
        ({"eps": -1.0}, "Invalid epsilon value: -1.0"),
        ({"betas": (0.9, 1.0)}, "Invalid beta parameter at index 1: 1.0"),
        ({"weight_decay": -0.1}, "Invalid weight_decay value: -0.1"),
    ],
)
def test_arguments_are_checked_as_oneflows(
    xp: Framework, options: dict[str, Any], message: str
) -> None:
    with pytest.raises((ValueError, RuntimeError), match=message):
        optim.LAMB([xp.param(_START)], **options)
