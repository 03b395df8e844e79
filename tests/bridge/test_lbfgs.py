"""LBFGS against torch's: every iterate, every evaluation, and the state on the way."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim
from bridge.optim._line_search import Point, strong_wolfe
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

_RANDOM = np.random.default_rng(6)
_FACTORS = _RANDOM.standard_normal((20, 6))
_HESSIAN = _FACTORS.T @ _FACTORS / 20 + 0.1 * np.eye(6)
_START = _RANDOM.standard_normal(6)
_STEPS = 4

OPTIONS: list[dict[str, Any]] = [
    {"lr": 0.1, "max_iter": 4},
    {"lr": 0.5, "history_size": 3, "max_iter": 6},
    {"lr": 0.5, "max_iter": 10, "max_eval": 6},
    {"lr": 1, "line_search_fn": "strong_wolfe", "max_iter": 4},
    {"lr": 6.0, "line_search_fn": "strong_wolfe", "max_iter": 2, "max_eval": 25},
    {"lr": 1e3, "line_search_fn": "strong_wolfe", "max_eval": 4},
    {"lr": 1, "line_search_fn": "strong_wolfe", "tolerance_change": 1e-2},
    {"lr": 0.5, "tolerance_grad": 0.5},
]
# From so short a step the search goes on by a cubic that cancels: in float32 that shows rounding.
_CANCELLING = {"lr": 0.001, "line_search_fn": "strong_wolfe", "max_iter": 2}

RUNS = [(row, dtype) for dtype in ("float64", "float32") for row in OPTIONS]
RUNS.append((_CANCELLING, "float64"))
TOLERANCES = {"float64": 1e-12, "float32": 1e-6}


def _id(value: object) -> str:
    return ",".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


class Problem:
    """A bent bowl of two parameters, of one tensor and of a scalar without influence."""

    def __init__(self, xp: Framework, dtype: str) -> None:
        self.xp = xp
        start = np.asarray(_START, dtype)
        self.params = [xp.param(start[:4].reshape(2, 2)), xp.param(start[4:])]
        self.params.append(xp.param(np.asarray(0.5, dtype)))  # it never gets a gradient
        self.hessian = xp.tensor(_HESSIAN.astype(dtype))
        self.calls = 0

    def loss(self) -> Any:
        join = self.xp.module.concat if self.xp.name == "paddle" else self.xp.module.cat
        x = join([param.reshape([-1]) for param in self.params[:2]]).reshape([6, 1])
        return (x * (self.hessian @ x)).sum() * 0.5 - x.sum() + (x * x * x * x).sum() * 0.1

    def closure(self) -> Any:
        self.calls += 1
        for param in self.params:
            self.xp.set_grad(param, None)
        loss = self.loss()
        loss.backward()
        return loss

    def values(self) -> Any:
        return np.concatenate([self.xp.numpy(param).reshape(-1) for param in self.params])


def run(problem: Problem, opt: Any, steps: int = _STEPS) -> list[Any]:
    iterates = []
    for step in range(steps):
        if step == 2:
            opt.param_groups[0]["lr"] *= 0.5
        opt.step(problem.closure)
        iterates.append(problem.values())
    return iterates


@pytest.mark.parametrize(("options", "dtype"), RUNS, ids=_id)
def test_every_iterate_and_evaluation_equals_torchs(
    xp: Framework, options: dict[str, Any], dtype: str
) -> None:
    mine, torchs = Problem(xp, dtype), Problem(Framework("torch"), dtype)
    # In float32 only as far as rounding does not decide when it has converged.
    steps = _STEPS if dtype == "float64" else 2
    ours = run(mine, optim.LBFGS(mine.params, **options), steps)
    theirs = run(torchs, torch.optim.LBFGS(torchs.params, **options), steps)

    assert mine.calls == torchs.calls
    assert (
        np.abs(np.stack(ours) - np.stack(theirs)).max() <= TOLERANCES[dtype] * np.abs(theirs).max()
    )


@pytest.mark.parametrize("kind", ["number", "one element"])
def test_a_loss_may_be_a_number_or_have_one_element(xp: Framework, kind: str) -> None:
    plain, other = Problem(xp, "float64"), Problem(xp, "float64")
    optim.LBFGS(plain.params, max_iter=3).step(plain.closure)

    def closure() -> Any:
        loss = other.closure()
        return loss.item() if kind == "number" else loss.reshape([1])

    optim.LBFGS(other.params, max_iter=3).step(closure)

    assert (other.values() == plain.values()).all()


def test_a_step_returns_the_first_loss(xp: Framework) -> None:
    problem = Problem(xp, "float64")
    before = xp.numpy(problem.loss()).item()
    returned = optim.LBFGS(problem.params).step(problem.closure)

    assert xp.numpy(returned).item() == before
    assert xp.numpy(problem.loss()).item() < before


def test_state_has_torchs_names_and_kinds(xp: Framework) -> None:
    mine, torchs = Problem(xp, "float32"), Problem(Framework("torch"), "float32")
    ours, theirs = (
        optim.LBFGS(mine.params, max_iter=3),
        torch.optim.LBFGS(torchs.params, max_iter=3),
    )
    ours.step(mine.closure)
    theirs.step(torchs.closure)
    state, expected = ours.state_dict()["state"][0], theirs.state_dict()["state"][0]

    assert state.keys() == expected.keys()
    for name in ("d", "prev_flat_grad", "H_diag"):
        assert tuple(state[name].shape) == tuple(expected[name].shape)
    for name in ("old_dirs", "old_stps", "ro", "al"):
        assert len(state[name]) == len(expected[name])


@pytest.mark.parametrize("options", [OPTIONS[1], OPTIONS[3]], ids=_id)
def test_state_moves_from_torch_and_back(xp: Framework, options: dict[str, Any]) -> None:
    whole = Problem(Framework("torch"), "float64")
    uninterrupted = torch.optim.LBFGS(whole.params, **options)
    for _ in range(3):
        uninterrupted.step(whole.closure)

    def continued(other: Framework, module: Any, problem: Problem, saved: Any) -> tuple[Any, Any]:
        moved = Problem(other, "float64")
        moved.params = [other.param(problem.xp.numpy(param)) for param in problem.params]
        opt = module.LBFGS(moved.params, **options)
        opt.load_state_dict(copy.deepcopy(saved))
        opt.step(moved.closure)
        return moved, opt

    first = Problem(Framework("torch"), "float64")
    opt: Any = torch.optim.LBFGS(first.params, **options)
    opt.step(first.closure)
    second, opt = continued(xp, optim, first, opt.state_dict())
    third, opt = continued(Framework("torch"), optim, second, opt.state_dict())

    assert np.abs(third.values() - whole.values()).max() <= 1e-12


def test_the_closure_runs_with_gradients_on(xp: Framework) -> None:
    problem = Problem(xp, "float32")
    with xp.module.no_grad():
        optim.LBFGS(problem.params).step(problem.closure)

    assert problem.calls > 1


_MISUSES: list[Callable[[Framework, Any], Any]] = [
    lambda xp, opt: opt.LBFGS([{"params": [xp.param(np.ones(2))]}, {"params": []}]),
    lambda xp, opt: opt.LBFGS([xp.param(np.ones(2))], lr=-1.0),
    lambda xp, opt: opt.LBFGS([xp.param(np.ones(2))], lr=xp.tensor(np.ones(2))),
    lambda xp, opt: opt.LBFGS([xp.param(np.ones(2))]).step(),
]


@pytest.mark.parametrize("misuse", _MISUSES)
def test_misuse_raises_as_torch_does(
    xp: Framework, misuse: Callable[[Framework, Any], Any]
) -> None:
    def caught(framework: Framework, module: Any) -> Exception:
        with pytest.raises(Exception) as error:  # noqa: PT011 - which, is what we ask
            misuse(framework, module)
        return error.value

    ours, theirs = caught(xp, optim), caught(Framework("torch"), torch.optim)

    assert isinstance(ours, type(theirs))
    assert str(ours).split("\n")[0] == str(theirs).split("\n")[0]


def test_an_unknown_line_search_is_refused(xp: Framework) -> None:
    problem = Problem(xp, "float32")
    opt = optim.LBFGS(problem.params, line_search_fn="armijo")

    with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported"):
        opt.step(problem.closure)


@pytest.mark.parametrize("slope", [-1.0, -1e-3])
def test_a_straight_line_is_searched_as_far_as_allowed(slope: float) -> None:
    point, evaluations = strong_wolfe(
        lambda t: Point(t, slope * t, slope),
        Point(0.0, 0.0, slope),
        1.0,
        extent=1.0,
        tolerance=1e-9,
        budget=3,
    )

    assert point.t == 1000.0
    assert evaluations == 4
