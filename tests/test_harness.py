"""The parity harness itself: an optimizer that lies, however little, must fail it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bridge.optim import SGD, Adam, AdamW
from tests.cases import OPTIMIZERS, Case
from tests.parity import assert_parity, reference, train

if TYPE_CHECKING:
    from bridge.backends._protocol import Backend, Group, State, Tensor
    from tests.frameworks import Framework

_CASES = {case.name: case for case in OPTIMIZERS}


class _WrongRate(SGD):
    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        SGD.formula(xp, param, grad, state, {**group, "lr": group["lr"] * (1 + 1e-4)})


class _DampensTheFirstStep(SGD):
    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        state.setdefault("momentum_buffer", xp.zeros_like(param))
        SGD.formula(xp, param, grad, state, group)


class _ForgetsDecay(AdamW):
    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        AdamW.formula(xp, param, grad, state, {**group, "decoupled_weight_decay": False})


class _AddsEpsInside(Adam):
    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        # sqrt(v + eps**2) instead of sqrt(v) + eps: equal where v is large, and for no other v.
        beta1, beta2 = group["betas"]
        step = state["step"] = state["step"] + 1
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        xp.assign(mean, mean * beta1 + grad * (1 - beta1))
        xp.assign(square, square * beta2 + grad * grad * (1 - beta2))
        root = xp.sqrt(square / (1 - beta2**step) + group["eps"] ** 2)
        xp.assign(param, param - mean / root * (group["lr"] / (1 - beta1**step)))


class _ForgetsTheStep(Adam):
    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        # One step ahead, as a counter shared with parameters that had their gradients earlier.
        state["step"] += 1
        Adam.formula(xp, param, grad, state, group)
        state["step"] -= 1


_LIES: list[tuple[str, Any]] = [
    ("sgd", _WrongRate),
    ("sgd_dampening", _DampensTheFirstStep),
    ("adamw_decay", _ForgetsDecay),
    ("adam", _AddsEpsInside),
    ("adam_missing_grads", _ForgetsTheStep),
]


@pytest.mark.parametrize(("name", "lie"), _LIES)
def test_a_lie_fails_parity(xp: Framework, name: str, lie: Any) -> None:
    case = _CASES[name]
    ours = train(case, xp, "float32", "formula", optimizer=lie)

    with pytest.raises(AssertionError):
        assert_parity(ours, reference(case, "float32"), xp, "float32")


def test_every_step_counts_not_the_last_one_only(xp: Framework) -> None:
    case = _CASES["sgd"]
    ours = train(case, xp, "float32", "formula")
    ours.values[0, "param"][10] += 1e-4

    with pytest.raises(AssertionError):
        assert_parity(ours, reference(case, "float32"), xp, "float32")


def test_state_counts(xp: Framework) -> None:
    case = _CASES["adam"]
    ours = train(case, xp, "float32", "kernel")
    ours.values[0, "exp_avg"][-1] *= 1.001

    with pytest.raises(AssertionError):
        assert_parity(ours, reference(case, "float32"), xp, "float32")


def test_a_missing_state_entry_fails(xp: Framework) -> None:
    case = _CASES["sgd_momentum"]
    ours = train(replace(case, groups=_CASES["sgd"].groups), xp, "float32", "formula")

    with pytest.raises(AssertionError):
        assert_parity(ours, reference(case, "float32"), xp, "float32")


def test_a_nan_fails(xp: Framework) -> None:
    case: Case = _CASES["sgd"]
    ours = train(case, xp, "float32", "formula")
    ours.values[0, "param"][-1][:] = float("nan")

    with pytest.raises(AssertionError):
        assert_parity(ours, reference(case, "float32"), xp, "float32")
