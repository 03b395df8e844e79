"""bridge.wrap: torch's param_groups over the optimizers that Paddle and OneFlow build.

On torch, where `wrap` returns the optimizer itself, the same tests say that what they ask for is
what torch does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import bridge
from bridge.optim import lr_scheduler
from tests.natives import build, pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.frameworks import Framework

OPTIMIZERS = [
    pytest.param("SGD", {"weight_decay": 0.01}, id="SGD"),
    pytest.param("SGD", {"momentum": 0.9, "weight_decay": 0.01}, id="Momentum"),
    pytest.param("SGD", {"momentum": 0.9, "nesterov": True}, id="nesterov"),
    pytest.param("Adam", {"weight_decay": 0.01}, id="Adam"),
    pytest.param("AdamW", {"weight_decay": 0.05}, id="AdamW"),
]
# Of each tensor's largest entry, after 100 steps. Measured: Paddle 2e-7, with Adam 8e-7; OneFlow
# 2e-7, with Adam 2e-6, whose kernel takes the betas as float32.
TOLERANCE = 1e-5
THREE = (0.01, 0.001, 0.003)


class WarmCosine:
    """A schedule as people write it: no base class, `group["lr"]` written by hand."""

    def __init__(self, optimizer: Any, steps: int, eta_min: float = 0.05) -> None:
        self.optimizer = optimizer
        self.steps = steps
        self.eta_min = eta_min
        self.base_lr = [group["lr"] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.iteration = 0
        self.step()

    def step(self) -> None:
        cosine = (1 + math.cos(math.pi * self.iteration / self.steps)) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * max(cosine, self.eta_min)
        self.iteration += 1


def _lr(step: int, group: int, base: float) -> float:
    jump = 0.1 if step > 60 + group else 1.0
    return base * jump * (1.1 + math.sin(step * (group + 1)))


@pytest.mark.parametrize("lrs", [(0.01,), THREE], ids=["one group", "three groups"])
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_lr_written_at_every_step_trains_as_on_torch(
    xp: Framework, name: str, options: dict[str, Any], lrs: Sequence[float]
) -> None:
    both = pair(xp, name, lrs, **options)
    optimizer = bridge.wrap(both.native)
    for step in range(100):
        for i, base in enumerate(lrs):
            optimizer.param_groups[i]["lr"] = _lr(step, i, base)
            both.torch.param_groups[i]["lr"] = _lr(step, i, base)
        both.set_grads()
        optimizer.step()
        both.torch.step()

    assert both.error() < TOLERANCE


@pytest.mark.parametrize("lrs", [(0.01,), THREE], ids=["one group", "three groups"])
def test_a_schedule_written_by_hand_drives_it(xp: Framework, lrs: Sequence[float]) -> None:
    both = pair(xp, "SGD", lrs, momentum=0.9)
    optimizer = bridge.wrap(both.native)
    ours, theirs = WarmCosine(optimizer, 40), WarmCosine(both.torch, 40)
    for _ in range(50):
        both.set_grads()
        optimizer.step()
        both.torch.step()
        ours.step()
        theirs.step()

    assert both.error() < TOLERANCE


def test_a_schedule_of_bridge_drives_it(xp: Framework) -> None:
    both = pair(xp, "AdamW", THREE, weight_decay=0.01)
    optimizer = bridge.wrap(both.native)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, 20)
    theirs = lr_scheduler.CosineAnnealingLR(both.torch, 20)
    for _ in range(30):
        both.set_grads()
        optimizer.step()
        both.torch.step()
        scheduler.step()
        theirs.step()

    assert [group["lr"] for group in optimizer.param_groups] == theirs.get_last_lr()
    assert both.error() < TOLERANCE


def test_momentum_cycling_corrects_the_bias_as_torch_does(xp: Framework) -> None:
    both = pair(xp, "Adam", THREE)
    optimizer = bridge.wrap(both.native)
    ours = lr_scheduler.OneCycleLR(optimizer, [0.02, 0.01, 0.005], total_steps=60)
    theirs = lr_scheduler.OneCycleLR(both.torch, [0.02, 0.01, 0.005], total_steps=60)
    for _ in range(59):
        both.set_grads()
        optimizer.step()
        both.torch.step()
        ours.step()
        theirs.step()

    assert optimizer.param_groups[1]["betas"] == both.torch.param_groups[1]["betas"]
    assert both.error() < TOLERANCE


def test_momentum_cycling_of_sgd_trains_as_on_torch(xp: Framework) -> None:
    both = pair(xp, "SGD", THREE, momentum=0.9)
    optimizer = bridge.wrap(both.native)
    ours = lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=60)
    theirs = lr_scheduler.OneCycleLR(both.torch, 0.02, total_steps=60)
    for _ in range(59):
        both.set_grads()
        optimizer.step()
        both.torch.step()
        ours.step()
        theirs.step()

    assert both.error() < TOLERANCE


@pytest.mark.parametrize(
    ("key", "value"), [("weight_decay", 0.1), ("momentum", 0.5), ("nesterov", True)]
)
@pytest.mark.parametrize("lrs", [(0.01,), THREE], ids=["one group", "three groups"])
def test_a_hyperparameter_written_takes_effect_at_the_next_step(
    xp: Framework, key: str, value: Any, lrs: Sequence[float]
) -> None:
    both = pair(xp, "SGD", lrs, momentum=0.9, weight_decay=0.3)
    optimizer = bridge.wrap(both.native)
    for step in range(20):
        both.set_grads()
        if step == 5:
            optimizer.param_groups[-1][key] = value
            both.torch.param_groups[-1][key] = value
        optimizer.step()
        both.torch.step()

    assert optimizer.param_groups[-1][key] == value
    assert both.error() < TOLERANCE


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
@pytest.mark.parametrize("lrs", [(0.01,), THREE], ids=["one group", "three groups"])
def test_weight_decay_can_be_turned_on_and_off(
    xp: Framework, name: str, lrs: Sequence[float]
) -> None:
    both = pair(xp, name, lrs, weight_decay=0.5)
    optimizer = bridge.wrap(both.native)
    for decay in (0.5, 0.0, 0.25, 0.0):
        for opt in (optimizer, both.torch):
            opt.param_groups[-1]["weight_decay"] = decay
        for _ in range(5):
            both.set_grads()
            optimizer.step()
            both.torch.step()

    assert both.error() < TOLERANCE


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
@pytest.mark.parametrize("lrs", [(0.01,), THREE], ids=["one group", "three groups"])
def test_training_resumes_from_a_state_dict(
    xp: Framework, name: str, options: dict[str, Any], lrs: Sequence[float]
) -> None:
    both = pair(xp, name, lrs, **options)
    optimizer = bridge.wrap(both.native)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.9)
    theirs = lr_scheduler.ExponentialLR(both.torch, 0.9)
    for _ in range(10):
        both.set_grads()
        optimizer.step()
        both.torch.step()
        scheduler.step()
        theirs.step()
    saved = optimizer.state_dict()
    optimizer.param_groups[0]["lr"] = 123.0
    with _fresh_names(xp):
        resumed = bridge.wrap(build(xp, name, both.params, lrs, **options))
        resumed.load_state_dict(saved)
        both.set_grads()
        resumed.step()
        both.torch.step()
    for _ in range(5):
        both.set_grads()
        resumed.step()
        both.torch.step()

    assert [g["lr"] for g in resumed.param_groups] == theirs.get_last_lr()
    assert [g["initial_lr"] for g in resumed.param_groups] == [
        g["initial_lr"] for g in both.torch.param_groups
    ]
    assert both.error() < TOLERANCE


def _fresh_names(xp: Framework) -> Any:
    """In Paddle a second optimizer over the same parameters finds its state by other names."""
    if xp.name == "paddle":
        return xp.module.utils.unique_name.guard()
    return xp.module.no_grad()


def test_a_group_can_be_added(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1, 0.01), momentum=0.9)
    extra = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)
    optimizer.param_groups[0]["lr"] = 0.02
    for opt, params in ((optimizer, extra.params[0]), (both.torch, extra.torch_params[0])):
        opt.add_param_group({"params": params, "lr": 0.005, "weight_decay": 0.1, "name": "late"})
    both.torch.param_groups[0]["lr"] = 0.02
    for _ in range(10):
        both.set_grads()
        extra.set_grads()
        optimizer.step()
        both.torch.step()

    assert optimizer.param_groups[2]["name"] == "late"
    assert both.error() < TOLERANCE
    assert extra.error() < TOLERANCE
