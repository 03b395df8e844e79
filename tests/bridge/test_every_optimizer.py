"""What holds for every optimizer beyond its numbers, each beside torch's own class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Array

_NAMES = [
    *["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax"],
    *["NAdam", "RAdam", "ASGD", "Rprop", "Adafactor"],
]
_SHAPE = (2, 3)
_GRADS = np.random.default_rng(3).standard_normal((12, *_SHAPE)).astype("f4")
_START = np.linspace(-1, 1, 6, dtype="f4").reshape(_SHAPE)

_each_optimizer = pytest.mark.parametrize("name", _NAMES)


def _beside_torchs(xp: Framework, run: Callable[[Framework, Any], list[Array]]) -> None:
    torch = Framework("torch")
    ours, theirs = run(xp, optim), run(torch, torch.module.optim)

    for mine, torchs in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(torchs, rel=0, abs=1e-6 * float(np.abs(torchs).max()))


def _step(xp: Framework, opt: Any, step: int) -> None:
    for group in opt.param_groups:
        for param in group["params"]:
            xp.set_grad(param, _GRADS[step])
    opt.step()


@_each_optimizer
def test_a_group_added_mid_run_trains_as_in_torch(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        first, second = framework.param(_START), framework.param(_START)
        opt = getattr(module, name)([first], lr=0.05)
        for step in range(12):
            if step == 5:
                opt.add_param_group({"params": [second], "lr": 0.02})
            _step(framework, opt, step)
        return [framework.numpy(first), framework.numpy(second)]

    _beside_torchs(xp, run)


@_each_optimizer
def test_a_tensor_as_lr_can_be_changed_in_place(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        param, lr = framework.param(_START), framework.tensor(np.asarray(0.05, "f4"))
        opt = getattr(module, name)([param], lr=lr)
        for step in range(12):
            lr.fill_(0.05 / (1 + step))
            _step(framework, opt, step)
        return [framework.numpy(param)]

    _beside_torchs(xp, run)


@_each_optimizer
def test_a_transposed_gradient_is_read_as_in_torch(xp: Framework, name: str) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        param = framework.param(_START.T)
        opt = getattr(module, name)([param], lr=0.05)
        for step in range(3):
            param.grad = framework.tensor(_GRADS[step]).t()
            opt.step()
        return [framework.numpy(param)]

    _beside_torchs(xp, run)


# torch's Adafactor divides by the number of elements, and so does ours.
@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"Adafactor"}))
@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_a_parameter_without_elements_is_stepped(
    xp: Framework, name: str, shape: tuple[int, ...]
) -> None:
    empty, full = xp.param(np.ones(shape, "f4")), xp.param(_START)
    opt = getattr(optim, name)([empty, full], lr=0.05)
    xp.set_grad(empty, np.ones(shape, "f4"))
    xp.set_grad(full, _GRADS[0])
    opt.step()

    assert xp.numpy(empty).shape == shape
    assert (xp.numpy(full) != _START).all()


@_each_optimizer
def test_repr_equals_torchs(xp: Framework, name: str) -> None:
    torch = Framework("torch")
    ours = getattr(optim, name)([xp.param(_START)])

    assert repr(ours) == repr(getattr(torch.module.optim, name)([torch.param(_START)]))


@_each_optimizer
def test_options_that_an_old_state_lacks_get_their_old_meaning(xp: Framework, name: str) -> None:
    torch = Framework("torch")

    def loaded(framework: Framework, module: Any) -> dict[str, Any]:
        opt = getattr(module, name)([framework.param(_START)])
        saved = opt.state_dict()
        saved["param_groups"] = [{"lr": 0.1, "params": [0]}]
        opt.load_state_dict(saved)
        return {key: value for key, value in opt.param_groups[0].items() if key != "params"}

    assert loaded(xp, optim) == loaded(torch, torch.module.optim)


def test_adagrad_has_its_state_before_the_first_step(xp: Framework) -> None:
    param, late = xp.param(_START), xp.param(_START)
    opt = optim.Adagrad([param], initial_accumulator_value=0.5)
    opt.add_param_group({"params": [late]})

    assert list(opt.state[param]) == ["step", "sum"]
    assert (xp.numpy(opt.state[param]["sum"]) == 0.5).all()
    assert late not in opt.state


def test_rprop_goes_by_the_sign_of_an_infinite_gradient(xp: Framework) -> None:
    def run(framework: Framework, module: Any) -> list[Array]:
        param = framework.param(_START)
        opt = module.Rprop([param], lr=0.05)
        for step in range(6):
            framework.set_grad(param, _GRADS[step] * np.asarray([1, np.inf, -np.inf], "f4"))
            opt.step()
        return [framework.numpy(param)]

    _beside_torchs(xp, run)


def test_a_written_lr_reaches_asgd_one_step_late_as_in_torch(xp: Framework) -> None:
    param = xp.param(_START)
    opt = optim.ASGD([param], lr=0.5, lambd=0.0)
    xp.set_grad(param, np.ones(_SHAPE, "f4"))
    opt.step()
    opt.param_groups[0]["lr"] = 0.25
    opt.step()
    opt.step()

    assert xp.numpy(param) == pytest.approx(_START - 0.5 - 0.5 - 0.25)


_CAPTURABLE = ["Adam", "AdamW", "RMSprop", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop"]


@pytest.mark.only_backend("torch")
@pytest.mark.parametrize("name", _CAPTURABLE)
def test_capturable_on_a_cpu_is_torchs_assertion(xp: Framework, name: str) -> None:
    opt = getattr(optim, name)([xp.param(_START)], capturable=True)

    with pytest.raises(AssertionError, match="If capturable=True, params"):
        _step(xp, opt, 0)


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.parametrize("option", ["foreach", "fused", "capturable", "differentiable"])
def test_what_chooses_torchs_implementation_changes_nothing_elsewhere(
    xp: Framework, option: str
) -> None:
    params = [xp.param(_START) for _ in range(2)]
    _step(xp, optim.Adam([params[0]], **{option: True}), 0)
    _step(xp, optim.Adam([params[1]]), 0)

    assert (xp.numpy(params[0]) == xp.numpy(params[1])).all()
