"""Clipping of gradients: against torch.nn.utils, and per group as OneFlow's optimizers do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim

if TYPE_CHECKING:
    from tests.frameworks import Framework

_RANDOM = np.random.default_rng(4)
_GRADS = [_RANDOM.standard_normal(shape).astype("f4") for shape in [(3, 4), (5,), ()]]


def _params(xp: Framework, scale: float = 1.0, dtype: str = "float32") -> list[Any]:
    params = [xp.param(np.ones_like(grad, dtype)) for grad in _GRADS]
    for param, grad in zip(params, _GRADS, strict=True):
        xp.set_grad(param, np.asarray(grad * scale, dtype))
    return [*params, xp.param(np.ones(2, dtype))]  # the last has no gradient


def _torchs(scale: float = 1.0, dtype: str = "float32") -> list[Any]:
    params = [torch.nn.Parameter(torch.ones(grad.shape)) for grad in _GRADS]
    for param, grad in zip(params, _GRADS, strict=True):
        param.data = param.data.to(getattr(torch, dtype))
        param.grad = torch.tensor(np.asarray(grad * scale, dtype))
    return params


def _grads(xp: Framework, params: list[Any]) -> list[Any]:
    return [xp.numpy(param.grad) for param in params if param.grad is not None]


@pytest.mark.parametrize("norm_type", [2.0, 1, 3.0, 0.5, float("inf"), "inf"])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_norms_are_clipped_as_torch_clips_them(
    xp: Framework, max_norm: float, norm_type: Any, dtype: str
) -> None:
    mine, torchs = _params(xp, dtype=dtype), _torchs(dtype=dtype)
    norm = optim.clip_grad_norm_(mine, max_norm, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(torchs, max_norm, norm_type)
    tolerance = 8 * float(np.finfo(dtype).eps)

    assert float(norm) == pytest.approx(expected.item(), rel=tolerance)
    for ours, theirs in zip(_grads(xp, mine), torchs, strict=True):
        assert ours == pytest.approx(theirs.grad.numpy(), rel=tolerance)


@pytest.mark.parametrize("limit", [0.3, 10])
def test_values_are_clipped_as_torch_clips_them(xp: Framework, limit: float) -> None:
    mine, torchs = _params(xp), _torchs()
    optim.clip_grad_value_(mine, limit)
    torch.nn.utils.clip_grad_value_(torchs, limit)

    for ours, theirs in zip(_grads(xp, mine), torchs, strict=True):
        assert (ours == theirs.grad.numpy()).all()


def test_one_parameter_is_clipped_without_a_list(xp: Framework) -> None:
    param = _params(xp)[0]
    norm = optim.clip_grad_norm_(param, 1.0)
    optim.clip_grad_value_(param, 0.1)

    assert float(norm) == pytest.approx(np.linalg.norm(_GRADS[0]), rel=1e-6)
    assert np.abs(xp.numpy(param.grad)).max() == np.float32(0.1)


def test_an_iterator_is_read_once(xp: Framework) -> None:
    params = _params(xp)
    optim.clip_grad_norm_(iter(params), 0.5)

    assert np.linalg.norm(np.concatenate([g.reshape(-1) for g in _grads(xp, params)])) < 0.51


def test_nothing_to_clip_has_norm_zero(xp: Framework) -> None:
    optim.clip_grad_value_([], 1.0)

    assert float(optim.clip_grad_norm_([xp.param(np.ones(2))], 1.0)) == 0
    assert optim.clip_grad_norm_([], 1.0) == 0


def test_an_empty_generator_is_warned_about() -> None:
    nothing: list[Any] = []

    with pytest.warns(UserWarning, match="`parameters` is an empty generator"):
        optim.clip_grad_norm_((param for param in nothing), 1.0)


def test_a_non_finite_norm_raises_when_asked_to(xp: Framework) -> None:
    params = _params(xp, scale=float("inf"))

    with pytest.raises(RuntimeError, match=r"The total norm of order 2.0 .* is non-finite"):
        optim.clip_grad_norm_(params, 1.0, error_if_nonfinite=True)


def test_dtypes_may_be_mixed(xp: Framework) -> None:
    params = [*_params(xp), *_params(xp, dtype="float64")]
    norm = optim.clip_grad_norm_(params, 0.5)
    expected = torch.nn.utils.clip_grad_norm_([*_torchs(), *_torchs(dtype="float64")], 0.5)

    assert float(norm) == pytest.approx(expected.item(), rel=1e-6)
    assert [grad.dtype for grad in _grads(xp, params)] == ["float32"] * 3 + ["float64"] * 3


def test_each_group_is_clipped_by_its_own_norm(xp: Framework) -> None:
    first, second, third = ([param] for param in _params(xp)[:3])
    opt = optim.SGD(
        [
            {"params": first, "clip_grad_max_norm": 0.5, "clip_grad_norm_type": 2.0},
            {"params": second, "clip_grad_max_norm": 0.1, "clip_grad_norm_type": float("inf")},
            {"params": third},
        ],
        lr=1.0,
    )
    opt.clip_grad()
    clipped = [xp.numpy(param.grad) for (param,) in (first, second, third)]

    assert np.linalg.norm(clipped[0]) == pytest.approx(0.5, rel=1e-5)
    assert np.abs(clipped[1]).max() == pytest.approx(0.1, rel=1e-5)
    assert clipped[2] == _GRADS[2]


@pytest.mark.only_backend("oneflow")
def test_groups_are_clipped_as_oneflow_clips_them(xp: Framework) -> None:
    options = {"clip_grad_max_norm": 0.7, "clip_grad_norm_type": 3.0}
    mine, native = _params(xp)[:3], _params(xp)[:3]
    optim.SGD([{"params": mine, **options}], lr=1.0).clip_grad()
    xp.module.optim.SGD([{"params": native, **options}], lr=1.0).clip_grad()

    for ours, theirs in zip(mine, native, strict=True):
        assert xp.numpy(ours.grad) == pytest.approx(xp.numpy(theirs.grad), rel=1e-6)


def test_one_of_the_two_options_alone_is_refused(xp: Framework) -> None:
    opt = optim.SGD([{"params": _params(xp), "clip_grad_max_norm": 0.5}], lr=1.0)

    with pytest.raises(ValueError, match=r"got only clip_grad_max_norm in param_groups\[0\]"):
        opt.clip_grad()


def test_clip_grad_without_options_warns(xp: Framework) -> None:
    opt = optim.SGD(_params(xp), lr=1.0)

    with pytest.warns(UserWarning, match="To enable clip_grad"):
        opt.clip_grad()
