"""Parameters and gradients at the edges, each optimizer beside torch's or the paper's own."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim
from tests import references
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Array

_NAMES = [
    *["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam"],
    *["ASGD", "Rprop", "Adafactor", "Muon", "LAMB", "Lion"],
]
_OPTIONS: dict[str, dict[str, Any]] = {"SGD": {"momentum": 0.9}}
_ROUNDED = {"Muon": 1e-5}  # its iteration is in bfloat16
_SHAPE = (2, 3)
_GRADS = np.random.default_rng(3).standard_normal((12, *_SHAPE)).astype("f4")
_START = np.linspace(-1, 1, 6, dtype="f4").reshape(_SHAPE)

_each_optimizer = pytest.mark.parametrize("name", _NAMES)


def _make(module: Any, name: str, params: Any, lr: Any = 0.05) -> Any:
    source = module if module is optim or not hasattr(references, name) else references
    return getattr(source, name)(params, lr=lr, **_OPTIONS.get(name, {}))


def _beside_torchs(
    xp: Framework, name: str, run: Callable[[Framework, Any], list[Array]]
) -> list[Array]:
    torch = Framework("torch")
    ours, theirs = run(xp, optim), run(torch, torch.module.optim)

    for mine, torchs in zip(ours, theirs, strict=True):
        # OneFlow's kernel has NaN where torch has infinity: it adds a decay of 0 * infinity.
        is_finite = np.isfinite(torchs)
        assert (np.isfinite(mine) == is_finite).all()
        limit = _ROUNDED.get(name, 1e-6) * float(np.abs(torchs[is_finite]).max())
        assert mine[is_finite] == pytest.approx(torchs[is_finite], rel=0, abs=limit)
    return theirs


@_each_optimizer
def test_a_frozen_parameter_moves_only_if_it_holds_a_gradient(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        held, bare = (framework.param(_START, requires_grad=False) for _ in range(2))
        free = framework.param(_START)
        opt = _make(module, name, [held, bare, free])
        for grad in _GRADS[:4]:
            framework.set_grad(held, grad)
            framework.set_grad(free, grad)
            opt.step()
        return [framework.numpy(param) for param in (held, bare, free)]

    held, bare, free = _beside_torchs(xp, name, run)

    assert (held == free).all()
    assert (bare == _START).all()


@_each_optimizer
def test_gradients_come_late_and_now_and_then(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        always, late = framework.param(_START), framework.param(_START)
        opt = _make(module, name, [always, late])
        for step, grad in enumerate(_GRADS):
            framework.set_grad(always, grad)
            framework.set_grad(late, grad if step > 3 and step % 2 else None)
            opt.step()
        return [framework.numpy(always), framework.numpy(late)]

    _beside_torchs(xp, name, run)


# LAMB's norms hand a NaN on to the whole tensor. The paper of Lion says nothing of a NaN.
@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"LAMB", "Lion"}))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_spreads_as_in_torch(xp: Framework, name: str, value: float) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        early, late = framework.param(_START), framework.param(_START)
        opt = _make(module, name, [early, late])
        for step, grad in enumerate(_GRADS[:6]):
            for param, when in ((early, 0), (late, 2)):
                spoiled = grad.copy()
                if step == when:
                    spoiled[0, 1] = value
                framework.set_grad(param, spoiled)
            opt.step()
        return [framework.numpy(early), framework.numpy(late)]

    if name in {"Adafactor", "Muon"}:  # they look at the whole tensor
        assert all(np.isnan(array).all() for array in run(xp, optim))
    else:
        _beside_torchs(xp, name, run)


@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"Muon"}))
def test_a_parameter_of_no_dimension_is_stepped(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        param = framework.param(np.asarray(0.5, "f4"))
        opt = _make(module, name, [param])
        for grad in _GRADS:
            framework.set_grad(param, grad[0, 0])
            opt.step()
        return [framework.numpy(param)]

    (result,) = _beside_torchs(xp, name, run)

    assert result.shape == ()


@pytest.mark.parametrize("name", ["LAMB", "Lion"])
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_a_parameter_without_elements_is_stepped(
    xp: Framework, name: str, shape: tuple[int, ...]
) -> None:
    empty = xp.param(np.ones(shape, "f4"))
    opt = getattr(optim, name)([empty])
    xp.set_grad(empty, np.ones(shape, "f4"))
    opt.step()

    assert xp.numpy(empty).shape == shape


@pytest.mark.parametrize("name", ["Adafactor", "Muon"])
def test_the_mean_over_no_elements_raises_as_in_torch(xp: Framework, name: str) -> None:
    def step(framework: Framework, module: Any) -> None:
        empty = framework.param(np.ones((3, 0), "f4"))
        opt = getattr(module, name)([empty])
        framework.set_grad(empty, np.ones((3, 0), "f4"))
        opt.step()

    torch = Framework("torch")
    for framework, module in ((xp, optim), (torch, torch.module.optim)):
        with pytest.raises(ZeroDivisionError):
            step(framework, module)


@_each_optimizer
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_tensor_as_lr_is_read_at_each_step(xp: Framework, name: str, dtype: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        param, lr = framework.param(_START), framework.tensor(np.asarray(0.05, dtype))
        opt = _make(module, name, [param], lr)
        for step, grad in enumerate(_GRADS):
            lr.fill_(0.05 / (1 + step))
            framework.set_grad(param, grad)
            opt.step()
        assert opt.param_groups[0]["lr"] is lr
        return [framework.numpy(param)]

    _beside_torchs(xp, name, run)


def _stepped(xp: Framework, name: str, param: Any) -> Any:
    """Take one step; LBFGS asks for the loss itself."""
    if name != "LBFGS":
        opt = _make(optim, name, [("weight", param)])
        xp.set_grad(param, _GRADS[0])
        opt.step()
        return opt
    opt = optim.LBFGS([("weight", param)])

    def closure() -> Any:
        opt.zero_grad()
        loss = (param * param).sum()
        loss.backward()
        return loss

    opt.step(closure)
    return opt


def _traces(param: Any) -> Any:
    kept = {name: getattr(param, name, None) for name in ("name", "regularizer", "optimize_attr")}
    return dir(param), copy.deepcopy(getattr(param, "__dict__", {})), copy.deepcopy(kept)


@pytest.mark.parametrize("name", [*_NAMES, "LBFGS"])
def test_training_leaves_nothing_on_the_parameters(xp: Framework, name: str) -> None:
    param = xp.param(_START)
    before = _traces(param)
    _stepped(xp, name, param)

    assert _traces(param) == before


_COPIES: list[Callable[[Any], Any]] = [
    copy.deepcopy,
    lambda opt: pickle.loads(pickle.dumps(opt)),  # noqa: S301 - our own bytes
]


@pytest.mark.parametrize("duplicate", _COPIES, ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("name", [*_NAMES, "LBFGS"])
def test_a_copy_holds_its_own_parameters_and_state(
    xp: Framework, name: str, duplicate: Callable[[Any], Any]
) -> None:
    original = _stepped(xp, name, xp.param(_START))
    copied = duplicate(original)
    (group,), (param,) = copied.param_groups, copied.param_groups[0]["params"]
    (source,) = original.param_groups[0]["params"]

    assert type(copied) is type(original)
    assert param is not source
    assert group["param_names"] == ["weight"]
    assert (xp.numpy(param) == xp.numpy(source)).all()
    assert list(copied.state[param]) == list(original.state[source])
    assert original.defaults.items() <= copied.defaults.items()  # torch adds `differentiable`


@_each_optimizer
@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate")
def test_a_parameter_given_twice_is_stepped_twice(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        param = framework.param(_START)
        opt = _make(module, name, [param, param])
        for grad in _GRADS[:4]:
            framework.set_grad(param, grad)
            opt.step()
        return [framework.numpy(param)]

    _beside_torchs(xp, name, run)
