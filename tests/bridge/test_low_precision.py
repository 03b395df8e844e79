"""float16 and bfloat16 parameters: as torch does on torch, elsewhere by master weights or refused.

The reference is the recipe by hand: torch.optim on float32 copies, given the same gradients.
"""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import UnsupportedError
from bridge.optim import swa_utils
from tests import references
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.frameworks import Array

_NAMES = [
    *["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam"],
    *["ASGD", "Rprop", "Adafactor", "Muon", "LAMB", "Lion"],
]
_ROUNDED = {"Muon": 1e-5}  # its iteration is in bfloat16 on every framework
_SHAPE = (3, 4)
_STEPS = 30

_each_optimizer = pytest.mark.parametrize("name", _NAMES)
_each_dtype = pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
_off_torch = pytest.mark.only_backend("paddle", "oneflow")


def _rounded(array: Array, dtype: str) -> Array:
    tensor = Framework("torch").tensor(array)
    rounded: Array = tensor.to(getattr(Framework("torch").module, dtype)).float().numpy()
    return rounded


def _cast(xp: Framework, tensor: Any, dtype: str) -> Any:
    return tensor.astype(dtype) if xp.name == "paddle" else tensor.to(getattr(xp.module, dtype))


def _param(xp: Framework, array: Array, dtype: str) -> Any:
    """Make a parameter as a layer holds it after `layer.to(dtype)`."""
    layer = xp.module.nn.Layer() if xp.name == "paddle" else xp.module.nn.Module()
    layer.weight = xp.param(array)
    if xp.name == "paddle":
        layer.to(dtype=dtype)
    else:
        layer.to(getattr(xp.module, dtype))
    return layer.weight


def _read(xp: Framework, tensor: Any) -> Array:
    return xp.numpy(_cast(xp, tensor.detach(), "float32"))


def _start(dtype: str) -> Array:
    return _rounded(np.linspace(-1, 1, 12, dtype="f4").reshape(_SHAPE), dtype)


def _grads(dtype: str) -> Array:
    drawn = np.random.default_rng(5).standard_normal((_STEPS, *_SHAPE)).astype("f4")
    return _rounded(drawn, dtype)


def _set_grad(xp: Framework, param: Any, array: Array, dtype: str) -> None:
    param.grad = _cast(xp, xp.tensor(array), dtype)


def _train(xp: Framework, opt: Any, dtype: str, steps: range) -> None:
    grads = _grads(dtype)
    for step in steps:
        for param in opt.param_groups[0]["params"]:
            _set_grad(xp, param, grads[step], dtype)
        opt.step()


def _make(xp: Framework, name: str, dtype: str, **options: Any) -> Any:
    opt = getattr(optim, name)([_param(xp, _start(dtype), dtype)], **options)
    opt.use_master_weights()
    return opt


def _by_hand(name: str, dtype: str, steps: int) -> Any:
    """Train float32 copies with torch's own class."""
    torch = Framework("torch")
    source = references if hasattr(references, name) else torch.module.optim
    copied = torch.param(_start(dtype))
    opt = getattr(source, name)([copied], lr=0.02)
    for grad in _grads(dtype)[:steps]:
        torch.set_grad(copied, grad)
        opt.step()
    return torch.numpy(copied)


def _only_param(opt: Any) -> Any:
    return opt.param_groups[0]["params"][0]


@_off_torch
@_each_dtype
@_each_optimizer
def test_master_weights_train_as_float32_copies_by_hand(
    xp: Framework, name: str, dtype: str
) -> None:
    opt = _make(xp, name, dtype, lr=0.02)
    _train(xp, opt, dtype, range(_STEPS))
    param, expected = _only_param(opt), _by_hand(name, dtype, _STEPS)
    master = xp.numpy(opt.state[param]["master_weight"])

    assert np.abs(master - expected).max() <= _ROUNDED.get(name, 1e-6) * np.abs(expected).max()
    assert dtype in str(param.dtype)
    assert (_read(xp, param) == _rounded(master, dtype)).all()


@_off_torch
@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate")
@pytest.mark.parametrize("name", ["SGD", "Adam", "Lion"])
def test_a_parameter_given_twice_is_stepped_twice(xp: Framework, name: str) -> None:
    narrow, wide = _param(xp, _start("float16"), "float16"), xp.param(_start("float16"))
    ours, wides = (getattr(optim, name)([param] * 2, lr=0.02) for param in (narrow, wide))
    ours.use_master_weights()
    _set_grad(xp, narrow, _grads("float16")[0], "float16")
    xp.set_grad(wide, _grads("float16")[0])
    ours.step()
    wides.step()

    assert (xp.numpy(ours.state[narrow]["master_weight"]) == xp.numpy(wide)).all()


@_off_torch
@_each_dtype
def test_maximize_steps_up(xp: Framework, dtype: str) -> None:
    opt = optim.SGD([_param(xp, np.ones(_SHAPE, "f4"), dtype)], lr=0.5, maximize=True)
    opt.use_master_weights()
    _set_grad(xp, _only_param(opt), np.ones(_SHAPE, "f4"), dtype)
    opt.step()

    assert (_read(xp, _only_param(opt)) == 1.5).all()


@_off_torch
@_each_dtype
def test_steps_below_the_parameters_precision_add_up(xp: Framework, dtype: str) -> None:
    ones = np.ones(_SHAPE, "f4")
    opt = optim.SGD([_param(xp, ones, dtype)], lr=1e-4)
    opt.use_master_weights()
    for _ in range(100):
        _set_grad(xp, _only_param(opt), ones, dtype)
        opt.step()

    assert _read(xp, _only_param(opt)) == pytest.approx(_rounded(ones - 0.01, dtype))


@_off_torch
@_each_dtype
@_each_optimizer
def test_without_master_weights_a_step_is_refused_and_changes_nothing(
    xp: Framework, name: str, dtype: str
) -> None:
    wide, narrow = xp.param(_start(dtype)), _param(xp, _start(dtype), dtype)
    opt = getattr(optim, name)([{"params": [wide]}, {"params": [narrow]}])
    xp.set_grad(wide, _grads(dtype)[0])
    _set_grad(xp, narrow, _grads(dtype)[0], dtype)

    message = rf"{name} does not step {dtype} parameters on {xp.name} by themselves.\nHint: call"
    with pytest.raises(UnsupportedError, match=message):
        opt.step()
    assert (xp.numpy(wide) == _start(dtype)).all()
    assert (_read(xp, narrow) == _start(dtype)).all()


@_off_torch
@_each_dtype
def test_lbfgs_refuses_them(xp: Framework, dtype: str) -> None:
    with pytest.raises(UnsupportedError, match=f"LBFGS does not step {dtype} parameters on"):
        optim.LBFGS([_param(xp, _start(dtype), dtype)])


@pytest.mark.only_backend("torch")
@_each_dtype
@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"LAMB", "Lion"}))
def test_on_torch_the_step_is_torchs(xp: Framework, name: str, dtype: str) -> None:
    ours = getattr(optim, name)([_param(xp, _start(dtype), dtype)])
    theirs = getattr(xp.module.optim, name)([_param(xp, _start(dtype), dtype)])
    for opt in (ours, theirs):
        _train(xp, opt, dtype, range(_STEPS))

    assert (_read(xp, _only_param(ours)) == _read(xp, _only_param(theirs))).all()


@pytest.mark.only_backend("torch")
def test_on_torch_master_weights_are_refused_with_what_to_do(xp: Framework) -> None:
    opt = optim.SGD([_param(xp, _start("float16"), "float16")])

    with pytest.raises(UnsupportedError, match=r"the step is torch's own\.\nHint: keep"):
        opt.use_master_weights()


@_off_torch
@_each_dtype
def test_what_is_written_into_a_parameter_counts(xp: Framework, dtype: str) -> None:
    opt = optim.SGD([_param(xp, np.ones(_SHAPE, "f4"), dtype)], lr=0.25)
    opt.use_master_weights()
    param = _only_param(opt)
    _set_grad(xp, param, np.ones(_SHAPE, "f4"), dtype)
    opt.step()
    with xp.module.no_grad():
        param.zero_()
    opt.step()

    assert (_read(xp, param) == -0.25).all()


@_off_torch
@_each_dtype
def test_wide_and_narrow_parameters_of_any_shape_go_together(xp: Framework, dtype: str) -> None:
    shapes = [(), (0,), (5,), (2,), (7,), (2, 3)]
    narrow = [_param(xp, np.ones(shape, "f4"), dtype) for shape in shapes]
    wide, idle = xp.param(np.ones(4, "f4")), _param(xp, np.ones(3, "f4"), dtype)
    opt = optim.RMSprop([*narrow, wide, idle], lr=0.1)
    opt.use_master_weights()
    for _ in range(2):
        for param, shape in zip(narrow, shapes, strict=True):
            _set_grad(xp, param, np.ones(shape, "f4"), dtype)
        xp.set_grad(wide, np.ones(4, "f4"))
        opt.step()
    expected = xp.numpy(wide)[0]

    for param, shape in zip(narrow, shapes, strict=True):
        assert _read(xp, param).shape == shape
        assert (_read(xp, param) == _rounded(np.full(shape, expected, "f4"), dtype)).all()
    assert idle not in opt.state
    assert "master_weight" not in opt.state[wide]


@_off_torch
@_each_optimizer
def test_a_saved_state_goes_on_to_the_bit(xp: Framework, name: str) -> None:
    whole = _make(xp, name, "bfloat16", lr=0.02)
    _train(xp, whole, "bfloat16", range(10))
    later = getattr(optim, name)([_param(xp, _read(xp, _only_param(whole)), "bfloat16")])
    later.load_state_dict(copy.deepcopy(whole.state_dict()))
    later.use_master_weights()
    for opt in (whole, later):
        _train(xp, opt, "bfloat16", range(10, _STEPS))
    masters = [xp.numpy(opt.state[_only_param(opt)]["master_weight"]) for opt in (whole, later)]

    assert (masters[0] == masters[1]).all()


_COPIES: list[Callable[[Any], Any]] = [
    copy.deepcopy,
    lambda opt: pickle.loads(pickle.dumps(opt)),  # noqa: S301 - our own bytes
]


@_off_torch
@pytest.mark.parametrize("duplicate", _COPIES, ids=["deepcopy", "pickle"])
def test_a_copy_goes_on_by_itself(xp: Framework, duplicate: Callable[[Any], Any]) -> None:
    whole = _make(xp, "Adam", "float16", lr=0.02)
    _train(xp, whole, "float16", range(10))
    copied = duplicate(whole)
    for opt in (whole, copied):
        _train(xp, opt, "float16", range(10, _STEPS))

    assert (_read(xp, _only_param(copied)) == _read(xp, _only_param(whole))).all()


@_off_torch
def test_a_checkpoint_goes_on_to_the_bit(xp: Framework, tmp_path: Path) -> None:
    whole = _make(xp, "Adam", "float16", lr=0.02)
    _train(xp, whole, "float16", range(10))
    bridge.save(tmp_path / "a", optimizer=whole, params={"w": _only_param(whole)})
    later = _make(xp, "Adam", "float16", lr=0.5)
    bridge.load(tmp_path / "a", optimizer=later, params={"w": _only_param(later)})
    for opt in (whole, later):
        _train(xp, opt, "float16", range(10, _STEPS))

    assert (_read(xp, _only_param(later)) == _read(xp, _only_param(whole))).all()


@_off_torch
@_each_optimizer
def test_the_state_of_a_float32_run_stays_float32(xp: Framework, name: str) -> None:
    torch = Framework("torch")
    wide = getattr(optim, name)([torch.param(_start("float16"))])
    _train(torch, wide, "float32", range(3))
    opt = _make(xp, name, "float16")
    opt.load_state_dict(wide.state_dict())
    _train(xp, opt, "float16", range(1))

    state = opt.state[_only_param(opt)]
    assert {str(v.dtype).split(".")[-1] for v in state.values() if hasattr(v, "dtype")} == {
        "float32"
    }


@_off_torch
def test_moments_move_to_torch_as_torch_would_have_them(xp: Framework) -> None:
    torch = Framework("torch")
    opt = _make(xp, "Adam", "float16")
    _train(xp, opt, "float16", range(_STEPS))
    wide, moved = (optim.Adam([torch.param(_start("float16"))]) for _ in range(2))
    for grad in _grads("float16"):
        torch.set_grad(_only_param(wide), grad)
        wide.step()
    moved.load_state_dict(opt.state_dict())

    for key in ("exp_avg", "exp_avg_sq"):
        found, expected = (
            torch.numpy(each.state[_only_param(each)][key]) for each in (moved, wide)
        )
        assert found == pytest.approx(expected, rel=0, abs=1e-6 * float(np.abs(expected).max()))


@_each_dtype
def test_narrow_gradients_are_clipped(xp: Framework, dtype: str) -> None:
    param = _param(xp, np.ones(4, "f4"), dtype)
    _set_grad(xp, param, np.full(4, 2.0, "f4"), dtype)
    norm = optim.clip_grad_norm_([param], max_norm=2.0)

    assert _read(xp, norm) == 4.0
    assert _read(xp, param.grad) == pytest.approx(np.ones(4), rel=1e-2)
    optim.clip_grad_value_([param], 0.5)
    assert (_read(xp, param.grad) == 0.5).all()
    assert dtype in str(param.grad.dtype)


@_off_torch
@_each_dtype
@pytest.mark.parametrize("multi_avg_fn", [None, swa_utils.get_swa_multi_avg_fn()])
def test_narrow_models_are_averaged(xp: Framework, dtype: str, multi_avg_fn: Any) -> None:
    model = xp.module.nn.Linear(3, 2)
    model.to(dtype=dtype) if xp.name == "paddle" else model.to(getattr(xp.module, dtype))
    averaged = swa_utils.AveragedModel(model, multi_avg_fn=multi_avg_fn)
    averaged.update_parameters(model)
    first = _read(xp, model.weight)
    with xp.module.no_grad():
        model.weight.zero_()
    averaged.update_parameters(model)

    assert (_read(xp, averaged.module.weight) == _rounded(np.multiply(first, 0.5), dtype)).all()
    assert dtype in str(averaged.module.weight.dtype)
