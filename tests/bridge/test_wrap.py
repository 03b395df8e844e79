"""bridge.wrap: torch's param_groups over the optimizers that Paddle and OneFlow build.

On torch, where `wrap` returns the optimizer itself, the same tests say that what they ask for is
what torch does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge.errors import UnsupportedError
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


def test_groups_look_like_torchs(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1, 0.01), momentum=0.9)
    group = bridge.wrap(both.native).param_groups[0]
    group["name"] = "backbone"

    assert {"params", "lr", "momentum", "weight_decay", "nesterov", "name"} <= set(group.keys())
    assert dict(group)["lr"] == group.get("lr") == 0.1
    assert len(group) == len(list(group)) == len(dict(group.items()))
    assert group.get("absent", 3) == 3
    assert group.setdefault("initial_lr", 0.1) == group["initial_lr"] == 0.1
    assert "initial_lr" in group
    assert "absent" not in group
    assert repr(group).startswith("{'params': [")
    assert all(a is b for a, b in zip(group["params"], both.params[0], strict=True))


def test_own_keys_can_be_deleted(xp: Framework) -> None:
    group = bridge.wrap(pair(xp, "SGD", (0.1,)).native).param_groups[0]
    group.update(name="head", initial_lr=0.1)
    del group["name"]

    assert "name" not in group
    assert group["initial_lr"] == 0.1


def test_the_optimizer_prints_like_torchs(xp: Framework) -> None:
    text = repr(bridge.wrap(pair(xp, "SGD", (0.5, 0.25)).native))

    assert text.splitlines()[1] == "Parameter Group 0"
    assert "    lr: 0.5" in text.splitlines()
    assert "    lr: 0.25" in text.splitlines()


def test_wrapping_twice_gives_the_same_object(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1,)).native
    optimizer = bridge.wrap(native)

    assert bridge.wrap(native) is optimizer
    assert bridge.wrap(optimizer) is optimizer


def test_zero_grad_drops_gradients(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)
    both.set_grads()
    optimizer.zero_grad()

    assert all(param.grad is None for param in both.params[0])


def test_zero_grad_can_leave_zeros(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)
    both.set_grads(missing=lambda _i, j: j == 1)
    optimizer.zero_grad(set_to_none=False)
    first, second = both.params[0]

    assert not np.any(xp.numpy(first.grad))
    assert second.grad is None


def test_step_runs_a_closure_with_gradients_on(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)
    weight = both.params[0][1]
    before = xp.numpy(weight)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (weight * weight).sum()
        loss.backward()
        return loss.detach()

    with xp.module.no_grad():
        loss = optimizer.step(closure)

    np.testing.assert_allclose(float(loss), (before**2).sum(), rtol=1e-6)
    np.testing.assert_allclose(xp.numpy(weight), before * 0.8, rtol=1e-6)


def test_step_hooks_run_around_the_step(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)
    seen = []
    optimizer.register_step_pre_hook(lambda *_: seen.append("pre"))
    handle = optimizer.register_step_post_hook(lambda opt, *_: seen.append(opt))
    both.set_grads()
    optimizer.step()
    handle.remove()
    optimizer.step()

    assert seen == ["pre", optimizer, "pre"]


def test_the_wrong_order_of_steps_is_warned_about(xp: Framework) -> None:
    scheduler = lr_scheduler.StepLR(bridge.wrap(pair(xp, "SGD", (0.1,)).native), 3)

    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


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


def test_a_state_of_other_groups_is_refused_as_by_torch(xp: Framework) -> None:
    saved = bridge.wrap(pair(xp, "SGD", (0.1, 0.2)).native).state_dict()
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1,)).native)

    with pytest.raises(ValueError, match="different number of parameter groups"):
        optimizer.load_state_dict(saved)


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


def test_an_added_group_takes_the_lr_that_the_optimizer_was_built_with(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1, 0.01)).native)
    optimizer.param_groups[0]["lr"] = 0.5
    optimizer.add_param_group({"params": pair(xp, "SGD", (0.1,)).params[0]})

    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.01, 0.1]


def test_a_parameter_of_another_group_is_refused_as_by_torch(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1, 0.01))

    with pytest.raises(ValueError, match=r"^some parameters appear in more than one"):
        bridge.wrap(both.native).add_param_group({"params": both.params[0]})


def test_the_native_methods_stay_reachable(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)

    assert optimizer.unwrap() is both.native if xp.name != "torch" else optimizer is both.native


def test_what_is_no_optimizer_is_refused(xp: Framework) -> None:
    with pytest.raises(
        TypeError, match=r"^wrap takes an optimizer of paddle.optimizer or oneflow.optim, got \w+\."
    ):
        bridge.wrap(pair(xp, "SGD", (0.1,)).params[0][0])


def test_an_optimizer_of_bridge_is_returned_as_it_is(xp: Framework) -> None:
    optimizer = bridge.optim.SGD(pair(xp, "SGD", (0.1,)).params[0], lr=0.1)

    assert bridge.wrap(optimizer) is optimizer


@pytest.mark.only_backend("paddle", "oneflow")
def test_lr_must_be_a_number(xp: Framework) -> None:
    group = bridge.wrap(pair(xp, "SGD", (0.1,)).native).param_groups[0]

    with pytest.raises(TypeError, match="must be a number, got str"):
        group["lr"] = "0.1"


@pytest.mark.only_backend("paddle", "oneflow")
def test_what_belongs_to_the_optimizer_cannot_be_taken_away(xp: Framework) -> None:
    group = bridge.wrap(pair(xp, "SGD", (0.1,)).native).param_groups[0]

    with pytest.raises(UnsupportedError, match="cannot be deleted"):
        del group["lr"]
    with pytest.raises(UnsupportedError, match="cannot be replaced"):
        group["params"] = []


@pytest.mark.only_backend("paddle", "oneflow")
def test_a_hyperparameter_that_the_class_lacks_is_refused(xp: Framework) -> None:
    group = bridge.wrap(pair(xp, "Adam", (0.1,)).native).param_groups[0]
    group["maximize"] = False

    with pytest.raises(UnsupportedError, match="has no 'maximize'"):
        group["maximize"] = True


@pytest.mark.only_backend("paddle", "oneflow")
def test_unwrap_gives_the_native_optimizer_back(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1,)).native

    assert bridge.wrap(native).unwrap() is native
    assert bridge.wrap(native).native is native


@pytest.mark.only_backend("oneflow")
def test_a_native_write_on_oneflow_is_seen(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1, 0.2)).native
    group = bridge.wrap(native).param_groups[1]
    native.param_groups[1]["lr"] = 0.7

    assert group["lr"] == 0.7


@pytest.mark.only_backend("oneflow")
def test_the_native_repr_on_oneflow_leaves_no_tensors_in_the_state(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1,)).native
    optimizer = bridge.wrap(native)
    assert "params" in repr(native.param_groups[0])

    assert list(optimizer.param_groups[0]).count("params") == 1
    assert "params" not in optimizer.state_dict()["param_groups"][0]["_options"]


@pytest.mark.only_backend("oneflow")
def test_a_state_dict_on_oneflow_keeps_the_lr_of_its_time(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1,)).native)
    saved = optimizer.state_dict()
    optimizer.param_groups[0]["lr"] = 5.0

    assert saved["param_groups"][0]["_options"]["lr"] == 0.1


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("SGD", "maximize", True),
        ("Adam", "do_bias_correction", False),
        ("RMSprop", "momentum", 0.9),
    ],
)
def test_writes_that_oneflow_gets_wrong_are_refused(
    xp: Framework, name: str, key: str, value: Any
) -> None:
    group = bridge.wrap(pair(xp, name, (0.1,)).native).param_groups[0]

    with pytest.raises(UnsupportedError, match=key):
        group[key] = value


@pytest.mark.only_backend("oneflow")
def test_a_later_group_of_adagrad_on_oneflow_is_refused(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "Adagrad", (0.1,)).native)

    with pytest.raises(UnsupportedError, match="added later"):
        optimizer.add_param_group({"params": pair(xp, "SGD", (0.1,)).params[0]})
