"""bridge.wrap: groups, steps, gradients, hooks and errors as torch has them.

On torch, where `wrap` returns the optimizer itself, the same tests say that what they ask for is
what torch does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge.errors import UnsupportedError
from bridge.optim import lr_scheduler
from tests.natives import pair

if TYPE_CHECKING:
    from tests.frameworks import Framework


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
    expected = np.asarray(before, "f8") * 0.8
    np.testing.assert_allclose(np.asarray(xp.numpy(weight), "f8"), expected, rtol=1e-6)


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


@pytest.mark.only_backend("paddle", "oneflow")
def test_an_option_that_the_class_would_ignore_is_refused(xp: Framework) -> None:
    group = bridge.wrap(pair(xp, "SGD", (0.1,)).native).param_groups[0]
    group["do_bias_correction"] = True

    with pytest.raises(UnsupportedError, match="SGD has no 'do_bias_correction'"):
        group["do_bias_correction"] = False


def test_the_wrong_order_of_steps_is_warned_about(xp: Framework) -> None:
    scheduler = lr_scheduler.StepLR(bridge.wrap(pair(xp, "SGD", (0.1,)).native), 3)

    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_a_state_of_other_groups_is_refused_as_by_torch(xp: Framework) -> None:
    saved = bridge.wrap(pair(xp, "SGD", (0.1, 0.2)).native).state_dict()
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1,)).native)

    with pytest.raises(ValueError, match="different number of parameter groups"):
        optimizer.load_state_dict(saved)


def test_an_added_group_takes_the_lr_that_the_optimizer_was_built_with(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1, 0.01)).native)
    optimizer.param_groups[0]["lr"] = 0.5
    optimizer.add_param_group({"params": pair(xp, "SGD", (0.1,)).params[0]})

    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.01, 0.1]


def test_a_parameter_of_another_group_is_refused_as_by_torch(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1, 0.01))

    with pytest.raises(ValueError, match=r"^some parameters appear in more than one"):
        bridge.wrap(both.native).add_param_group({"params": both.params[0]})


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


@pytest.mark.only_backend("paddle", "oneflow")
def test_the_native_methods_stay_reachable(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1,)).native)
    names = {"paddle": "get_lr", "oneflow": "clip_grad"}

    assert callable(getattr(optimizer, names[xp.name]))
    assert not hasattr(optimizer, "no_such_method")
