"""An optimizer of the user's own: one formula, and it runs on every framework."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim
from bridge.optim.optimizer import required
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Backend, Group, State, Tensor

_START = np.linspace(-1, 1, 6).reshape(2, 3)
_GRADS = np.random.default_rng(8).standard_normal((10, 2, 3))


def _documented() -> Any:
    """Make the class that docs/bridge.md shows."""
    text = (Path(__file__).parents[2] / "docs" / "bridge.md").read_text(encoding="utf-8")
    (source,) = (block for block in text.split("```") if "class SignSGD" in block)
    names: dict[str, Any] = {"__name__": __name__}
    exec(source.removeprefix("python"), names)  # noqa: S102 - our own documentation
    return names["SignSGD"]


SignSGD = _documented()


class _HalvedSGD(optim.SGD):
    """A class of ours whose formula is replaced: no kernel, and no step of torch's, may run."""

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        optim.SGD.formula(xp, param, grad * 0.5, state, group)


def _train(xp: Framework, opt: Any, steps: range) -> Any:
    (param,) = opt.param_groups[0]["params"]
    for step in steps:
        xp.set_grad(param, _GRADS[step])
        opt.step()
    return xp.numpy(param)


def _expected(steps: int) -> Any:
    param, mean = _START.copy(), np.zeros_like(_START)
    for grad in _GRADS[:steps]:
        mean = mean * 0.8 + grad * (1 - 0.8)
        param = param - np.sign(mean) * 0.1
    return param


def test_one_formula_runs_on_every_framework(xp: Framework) -> None:
    opt = SignSGD([xp.param(_START)], lr=0.1, momentum=0.8)

    assert _train(xp, opt, range(10)) == pytest.approx(_expected(10), abs=1e-12)


def test_a_group_may_be_written_at_any_time(xp: Framework) -> None:
    opt = SignSGD([xp.param(_START)], lr=0.1, momentum=0.8)
    _train(xp, opt, range(9))
    opt.param_groups[0]["lr"] = 0.0

    assert _train(xp, opt, range(9, 10)) == pytest.approx(_expected(9), abs=1e-12)


_COPIES: list[Callable[[Any], Any]] = [
    copy.deepcopy,
    lambda opt: pickle.loads(pickle.dumps(opt)),  # noqa: S301 - our own bytes
]


@pytest.mark.parametrize("duplicate", _COPIES, ids=["deepcopy", "pickle"])
def test_it_is_copied_with_its_state(xp: Framework, duplicate: Callable[[Any], Any]) -> None:
    opt = SignSGD([xp.param(_START)], lr=0.1, momentum=0.8)
    _train(xp, opt, range(4))
    copied = duplicate(opt)

    assert type(copied) is type(opt)
    assert vars(copied).keys() >= {"defaults", "param_groups", "state"}
    assert {name for name in vars(copied) if name[0] != "_"} == {
        name for name in vars(opt) if name[0] != "_"
    }
    assert _train(xp, copied, range(4, 10)) == pytest.approx(_expected(10), abs=1e-12)


def test_its_state_moves_to_another_framework(xp: Framework) -> None:
    opt = SignSGD([xp.param(_START)], lr=0.1, momentum=0.8)
    middle = _train(xp, opt, range(4))
    target = Framework("paddle" if xp.name == "torch" else "torch")
    moved = SignSGD([target.param(middle)])
    moved.load_state_dict(opt.state_dict())

    assert _train(target, moved, range(4, 10)) == pytest.approx(_expected(10), abs=1e-12)


class _NeedsRate(optim.Optimizer):
    """As classes of torch 1 have it: no default, so that every group must say."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, {"lr": required})


def test_an_option_may_be_required_of_every_group(xp: Framework) -> None:
    _NeedsRate([{"params": [xp.param(_START)], "lr": 0.1}])

    message = "parameter group didn't specify a value of required optimization parameter lr"
    with pytest.raises(ValueError, match=message):
        _NeedsRate([xp.param(_START)])


def test_a_replaced_formula_is_the_one_that_runs(xp: Framework) -> None:
    halved = _train(xp, _HalvedSGD([xp.param(_START)], lr=0.1, momentum=0.9), range(5))
    whole = _train(xp, optim.SGD([xp.param(_START)], lr=0.05, momentum=0.9), range(5))

    assert halved == pytest.approx(whole, abs=1e-12)


def test_hooks_run_once_around_its_step(xp: Framework) -> None:
    opt = SignSGD([xp.param(_START)])
    calls: list[str] = []
    opt.register_step_pre_hook(lambda *_: calls.append("before"))
    opt.register_step_post_hook(lambda *_: calls.append("after"))
    _train(xp, opt, range(1))

    assert calls == ["before", "after"]


def test_its_closure_runs_with_gradients_on(xp: Framework) -> None:
    param = xp.param(_START)
    opt = SignSGD([param], lr=0.1)

    def closure() -> Any:
        opt.zero_grad()
        loss = (param * param).sum()
        loss.backward()
        return loss

    with xp.module.no_grad():
        loss = opt.step(closure)

    assert xp.numpy(loss).item() == pytest.approx((_START**2).sum())
    assert xp.numpy(param) == pytest.approx(_START - 0.1 * np.sign(_START))


@pytest.mark.parametrize("make", [SignSGD, _HalvedSGD, optim.LAMB, optim.Lion])
def test_on_torch_it_is_a_torch_optimizer(make: Any) -> None:
    param = torch.nn.Parameter(torch.ones(3))
    opt = make([param], lr=0.5)
    scheduler = torch.optim.lr_scheduler.LambdaLR(opt, lambda epoch: 0.5**epoch)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    scaler.scale((param**2).sum()).backward()
    scaler.step(opt)
    scheduler.step()

    assert isinstance(opt, torch.optim.Optimizer)
    assert isinstance(opt, make)
    assert opt.param_groups[0]["lr"] == 0.25
    assert param.max() < 1


def test_without_a_formula_the_step_is_nobodys(xp: Framework) -> None:
    class Empty(optim.Optimizer):
        pass

    with pytest.raises(NotImplementedError):
        Empty([xp.param(_START)], {}).step()
