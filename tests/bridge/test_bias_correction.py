"""OneFlow's `do_bias_correction` in Adam and AdamW, on every framework, beside a plain formula."""

from __future__ import annotations

import copy
import pickle
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import UnsupportedError
from tests.parity import TOLERANCES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.frameworks import Framework

_RANDOM = np.random.default_rng(21)
_START = _RANDOM.standard_normal((3, 4))
_GRADS = _RANDOM.standard_normal((100, 3, 4)) + 0.3
_NAMES = ("Adam", "AdamW")


def _uncorrected(name: str, lr: float, decay: float, *, amsgrad: bool = False) -> Any:
    """Take the steps by the text of OneFlow's documentation, without the two corrections."""
    x, m, v, largest = _START.copy(), 0.0, 0.0, np.zeros_like(_START)
    for g in _GRADS:
        coupled = g + decay * x if name == "Adam" else g
        m, v = 0.9 * m + 0.1 * coupled, 0.999 * v + 0.001 * coupled**2
        largest = np.maximum(largest, v)
        shrunk = x * (1 - lr * decay) if name == "AdamW" else x
        x = shrunk - lr * m / (np.sqrt(largest if amsgrad else v) + 1e-8)
    return x


def _param(xp: Framework, dtype: str = "float32") -> Any:
    return xp.param(_START.astype(dtype))


def _pickled(opt: Any) -> Any:
    return pickle.loads(pickle.dumps(opt))  # noqa: S301 - our own


def _error(ours: Any, expected: Any) -> float:
    return float(np.abs(ours - expected).max() / np.abs(expected).max())


def _train(xp: Framework, opt: Any, grads: Any = _GRADS) -> Any:
    (param,) = opt.param_groups[0]["params"]
    for grad in grads:
        xp.set_grad(param, grad.astype(xp.numpy(param).dtype))
        opt.step()
    return xp.numpy(param)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("name", _NAMES)
def test_the_means_are_taken_as_they_are(
    xp: Framework, name: str, amsgrad: bool, dtype: str
) -> None:
    opt = getattr(optim, name)(
        [_param(xp, dtype)], 0.01, weight_decay=0.1, amsgrad=amsgrad, do_bias_correction=False
    )
    expected = _uncorrected(name, 0.01, 0.1, amsgrad=amsgrad)

    assert _error(_train(xp, opt), expected) < TOLERANCES[xp.name, dtype]


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize("name", _NAMES)
def test_it_is_oneflows_own(xp: Framework, name: str) -> None:
    options = {"lr": 0.01, "weight_decay": 0.1, "do_bias_correction": False}
    ours = _train(xp, getattr(optim, name)([_param(xp)], **options))
    native_class = getattr(xp.module.optim, name)
    param = _param(xp)
    native = native_class([param], **options)
    for grad in _GRADS:
        xp.set_grad(param, grad.astype("f4"))
        native.step()

    # OneFlow's own rounds 1 - beta to float32.
    assert _error(ours, xp.numpy(param)) < 1e-5


@pytest.mark.parametrize("name", _NAMES)
def test_a_group_may_have_it(xp: Framework, name: str) -> None:
    opt = getattr(optim, name)(
        [{"params": [_param(xp)], "do_bias_correction": False}], lr=0.01, weight_decay=0.1
    )

    assert _error(_train(xp, opt), _uncorrected(name, 0.01, 0.1)) < 1e-6


def test_a_group_that_is_added_later_has_it_too(xp: Framework) -> None:
    opt = optim.Adam([_param(xp)], do_bias_correction=False)
    opt.add_param_group({"params": [_param(xp)]})

    assert [group["do_bias_correction"] for group in opt.param_groups] == [False, False]


@pytest.mark.parametrize("name", _NAMES)
def test_the_signature_stays_torchs(name: str) -> None:
    assert "do_bias_correction" not in signature(getattr(optim, name)).parameters


@pytest.mark.parametrize("clone", [copy.deepcopy, _pickled])
def test_a_copy_goes_on_without_it(xp: Framework, clone: Any) -> None:
    opt = optim.Adam([_param(xp)], 0.01, do_bias_correction=False)
    _train(xp, opt, _GRADS[:50])

    assert _error(_train(xp, clone(opt), _GRADS[50:]), _uncorrected("Adam", 0.01, 0.0)) < 1e-6


@pytest.mark.parametrize("options", [{"foreach": True}, {"fused": True}])
def test_what_chooses_torchs_step_has_no_effect_then(
    xp: Framework, options: dict[str, Any]
) -> None:
    opt = optim.Adam([_param(xp)], 0.01, do_bias_correction=False, **options)

    assert _error(_train(xp, opt), _uncorrected("Adam", 0.01, 0.0)) < 1e-6


@pytest.mark.only_backend("torch")
def test_on_torch_it_is_still_a_torch_optimizer(xp: Framework) -> None:
    opt = optim.Adam([_param(xp)], do_bias_correction=False)
    scheduler = xp.module.optim.lr_scheduler.StepLR(opt, 1)
    _train(xp, opt, _GRADS[:1])
    scheduler.step()

    assert opt.param_groups[0]["lr"] == pytest.approx(1e-4)
    assert type(opt).__name__ == "Adam"
    assert isinstance(opt, optim.Adam)


@pytest.mark.only_backend("torch")
def test_torchs_own_step_takes_no_group_or_state_without_it(xp: Framework) -> None:
    opt = optim.Adam([_param(xp)])
    group = {"params": [_param(xp)], "do_bias_correction": False}
    other = optim.Adam([group])

    with pytest.raises(UnsupportedError, match="the bias is always corrected here"):
        opt.add_param_group(group)
    with pytest.raises(UnsupportedError, match="the bias is always corrected here"):
        opt.load_state_dict(other.state_dict())


@pytest.mark.only_backend("torch")
@pytest.mark.parametrize("module", ["torch", "bridge"])
def test_no_file_of_one_without_it_is_loaded_into_torchs_step(
    xp: Framework, module: str, tmp_path: Path
) -> None:
    path, start = tmp_path / "run.safetensors", _param(xp)
    without = optim.Adam([start], do_bias_correction=False)
    _train(xp, without)
    bridge.save(path, params={"w": start}, optimizer=without)
    param = _param(xp)
    opt = {"torch": xp.module.optim, "bridge": optim}[module].Adam([param])

    with pytest.raises(UnsupportedError, match="the bias is always corrected here"):
        bridge.load(path, params={"w": param}, optimizer=opt)
    assert (xp.numpy(param) == _START.astype("f4")).all()


def test_the_others_refuse_it(xp: Framework) -> None:
    group = {"params": [_param(xp)], "do_bias_correction": False}

    with pytest.raises(UnsupportedError, match="the bias is always corrected here"):
        optim.NAdam([group])


@pytest.mark.only_backend("torch", "paddle")
def test_where_no_native_class_has_it_nothing_is_lowered_or_exported(xp: Framework) -> None:
    opt = optim.Adam([_param(xp)], do_bias_correction=False)

    with pytest.raises(UnsupportedError, match="`do_bias_correction`"):
        bridge.lower(opt)
    with pytest.raises(UnsupportedError, match="OneFlow alone has do_bias_correction"):
        bridge.export_native(opt)


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize("name", _NAMES)
def test_it_is_lowered_to_oneflows_own(xp: Framework, name: str) -> None:
    opt = getattr(optim, name)([_param(xp)], 0.01, weight_decay=0.1, do_bias_correction=False)
    _train(xp, opt, _GRADS[:50])
    native = bridge.lower(opt)
    param = opt.param_groups[0]["params"][0]
    for grad in _GRADS[50:]:
        xp.set_grad(param, grad.astype("f4"))
        native.step()
    expected = _uncorrected(name, 0.01, 0.1)

    assert _error(xp.numpy(param), expected) < 1e-5


@pytest.mark.only_backend("oneflow")
def test_oneflows_own_checkpoint_brings_it_and_takes_it(xp: Framework) -> None:
    native = xp.module.optim.Adam([_param(xp)], lr=0.01, do_bias_correction=False)
    opt = optim.Adam([_param(xp)])
    bridge.load_native(opt, native.state_dict())
    exported = bridge.export_native(opt)

    assert opt.param_groups[0]["do_bias_correction"] is False
    assert exported["param_groups"][0]["_options"]["do_bias_correction"] is False
