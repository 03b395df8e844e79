"""bridge.wrap on Paddle alone: where the learning rates are kept, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge.errors import UnsupportedError
from tests.natives import build, pair

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("paddle")


def test_one_group_keeps_its_lr_in_the_optimizer(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    bridge.wrap(both.native).param_groups[0]["lr"] = 0.03

    assert both.native.get_lr() == 0.03
    assert [p.optimize_attr["learning_rate"] for p in both.params[0]] == [1.0, 1.0]


def test_a_native_write_is_seen(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1,), momentum=0.9).native
    group = bridge.wrap(native).param_groups[0]
    native.set_lr(0.7)
    native._momentum = 0.5

    assert group["lr"] == 0.7
    assert group["momentum"] == 0.5


def test_several_groups_keep_their_lr_on_the_parameters(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1, 0.03))
    groups = bridge.wrap(both.native).param_groups
    groups[1]["lr"] = 0.7

    assert both.native.get_lr() == 1.0
    assert [group["lr"] for group in groups] == [0.1, 0.7]
    assert both.params[1][0].optimize_attr["learning_rate"] == 0.7


def test_set_lr_multiplies_several_groups(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.5, 0.25))
    groups = bridge.wrap(both.native).param_groups
    groups[1]["lr"] = 0.125
    both.native.set_lr(0.5)

    assert [group["lr"] for group in groups] == [0.25, 0.0625]


def test_a_wrapped_optimizer_is_left_as_it_was_until_something_is_written(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.5, 0.25))
    groups = bridge.wrap(both.native).param_groups

    assert [group["lr"] for group in groups] == [0.5, 0.25]
    assert both.native.get_lr() == 0.5
    assert both.params[1][0].optimize_attr["learning_rate"] == 0.5


def test_the_lr_of_several_groups_is_exact_in_float32(xp: Framework) -> None:
    first, second = xp.param(np.zeros(3, "f4")), xp.param(np.zeros(3, "f4"))
    native = xp.module.optimizer.SGD(0.1, parameters=[{"params": [first]}, {"params": [second]}])
    bridge.wrap(native).param_groups[1]["lr"] = 0.03
    xp.set_grad(second, np.ones(3, "f4"))
    native.step()

    # Paddle's own product of 0.1 and a multiplier of 0.3 is the next float32.
    np.testing.assert_array_equal(xp.numpy(second), np.full(3, -0.03, "f4"))


def test_a_native_step_uses_what_was_written(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.3,))
    bridge.wrap(both.native).param_groups[0]["lr"] = 0.0
    start = xp.numpy(both.params[0][0])
    both.set_grads()
    both.native.step()

    np.testing.assert_array_equal(xp.numpy(both.params[0][0]), start)


def test_unwrap_takes_the_traces_off_the_parameters(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.5, 0.25))
    optimizer = bridge.wrap(both.native)
    optimizer.param_groups[1]["lr"] = 0.01
    optimizer.param_groups[1]["weight_decay"] = 0.3
    optimizer.unwrap()

    assert both.native.get_lr() == 0.5
    assert both.params[1][0].optimize_attr["learning_rate"] == 0.5
    assert both.params[1][0].regularizer is None


def test_the_parameters_own_factor_stays_in_a_plain_list(xp: Framework) -> None:
    first, second = pair(xp, "SGD", (0.1,)).params[0]
    second.optimize_attr["learning_rate"] = 0.5
    native = xp.module.optimizer.SGD(0.1, parameters=[first, second])
    group = bridge.wrap(native).param_groups[0]
    group["lr"] = 0.25
    start = xp.numpy(second)
    xp.set_grad(second, np.ones(3, "f4"))
    native.step()

    assert group["lr"] == 0.25
    np.testing.assert_array_equal(xp.numpy(second), start - np.float32(0.125))


def test_an_lr_ruled_by_a_native_schedule_can_be_read_only(xp: Framework) -> None:
    schedule = xp.module.optimizer.lr.StepDecay(0.5, step_size=1, gamma=0.5)
    params = pair(xp, "SGD", (0.1,)).params[0]
    group = bridge.wrap(xp.module.optimizer.SGD(schedule, parameters=params)).param_groups[0]
    schedule.step()

    assert group["lr"] == 0.25
    with pytest.raises(UnsupportedError, match=r"StepDecay.*\nHint: build the SGD with a float"):
        group["lr"] = 0.1


def test_rprop_refuses_a_later_lr(xp: Framework) -> None:
    params = pair(xp, "SGD", (0.1,)).params[0]
    group = bridge.wrap(xp.module.optimizer.Rprop(0.01, parameters=params)).param_groups[0]

    assert group["lr"] == 0.01
    with pytest.raises(UnsupportedError, match="Rprop takes its step sizes from its constructor"):
        group["lr"] = 0.1


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda inner, incubate: incubate.LookAhead(inner), "wrap its inner_optimizer"),
        (
            lambda inner, incubate: incubate.ModelAverage(
                0.15, parameters=inner._parameter_list, min_average_window=2, max_average_window=9
            ),
            "swa_utils",
        ),
    ],
    ids=["LookAhead", "ModelAverage"],
)
def test_what_is_built_on_optimizers_is_refused_with_what_to_do(
    xp: Framework, make: Any, hint: str
) -> None:
    params = pair(xp, "SGD", (0.1,)).params[0]
    inner = xp.module.optimizer.SGD(0.1, parameters=params)

    with pytest.raises(UnsupportedError, match=rf"\nHint: .*{hint}"):
        bridge.wrap(make(inner, xp.module.incubate))


@pytest.mark.filterwarnings("ignore:Op `.*` is executed through `append_op`:DeprecationWarning")
def test_inside_a_look_ahead_the_inner_optimizer_is_driven(xp: Framework) -> None:
    params = pair(xp, "SGD", (0.1,)).params[0]
    ahead = xp.module.incubate.LookAhead(xp.module.optimizer.SGD(0.1, parameters=params), k=1000)
    bridge.wrap(ahead.inner_optimizer).param_groups[0]["lr"] = 0.5
    before: Any = xp.numpy(params[0])
    xp.set_grad(params[0], np.ones_like(before))
    ahead.step()

    assert xp.numpy(params[0]) == pytest.approx(before - 0.5)


def test_a_tensor_as_a_groups_learning_rate_is_refused(xp: Framework) -> None:
    params = pair(xp, "SGD", (0.1,)).params[0]
    groups = [{"params": params, "learning_rate": xp.module.to_tensor(0.1)}]

    with pytest.raises(UnsupportedError, match="learning_rate of group 0 must be a float"):
        bridge.wrap(xp.module.optimizer.SGD(0.1, parameters=groups))


def test_a_group_cannot_be_added_to_a_plain_list(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1,)).native)

    with pytest.raises(UnsupportedError, match="built from a plain list"):
        optimizer.add_param_group({"params": pair(xp, "SGD", (0.1,)).params[0]})


@pytest.mark.parametrize(
    "name", ["SGD", "Momentum", "Adam", "AdamW", "RMSProp", "Adagrad", "NAdam"]
)
def test_every_class_can_take_a_later_group(xp: Framework, name: str) -> None:
    params = pair(xp, "SGD", (0.1, 0.1)).params
    native = getattr(xp.module.optimizer, name)(0.1, parameters=[{"params": params[0]}])
    optimizer = bridge.wrap(native)
    optimizer.add_param_group({"params": params[1], "lr": 0.0, "weight_decay": 0.0})
    start = xp.numpy(params[1][0])
    for param in (*params[0], *params[1]):
        xp.set_grad(param, np.ones(param.shape, "f4"))
    optimizer.step()

    np.testing.assert_array_equal(xp.numpy(params[1][0]), start)


@pytest.mark.parametrize(("before", "after"), [(0.9, 0.0), (0.0, 0.9)])
def test_switching_momentum_in_the_middle_of_a_run_is_refused(
    xp: Framework, before: float, after: float
) -> None:
    both = pair(xp, "SGD", (0.1,), momentum=before)
    optimizer = bridge.wrap(both.native)
    both.set_grads()
    optimizer.step()

    with pytest.raises(UnsupportedError, match="torch keeps the velocity"):
        optimizer.param_groups[0]["momentum"] = after


def test_other_betas_are_refused_where_the_bias_correction_would_be_wrong(xp: Framework) -> None:
    both = pair(xp, "NAdam", (0.1,))
    optimizer = bridge.wrap(both.native)
    optimizer.param_groups[0]["betas"] = (0.8, 0.99)
    both.set_grads()
    optimizer.step()
    optimizer.param_groups[0]["betas"] = (0.8, 0.99)

    with pytest.raises(UnsupportedError, match="bias correction"):
        optimizer.param_groups[0]["betas"] = (0.9, 0.99)


def test_amsgrad_is_fixed(xp: Framework) -> None:
    group = bridge.wrap(pair(xp, "Adam", (0.1,), amsgrad=True).native).param_groups[0]
    group["amsgrad"] = True

    with pytest.raises(UnsupportedError, match="fixes it for all groups"):
        group["amsgrad"] = False


def test_betas_written_after_loading_a_state_correct_the_bias_as_torch_does(xp: Framework) -> None:
    both = pair(xp, "Adam", (0.01, 0.02))
    optimizer = bridge.wrap(both.native)
    for _ in range(5):
        both.set_grads()
        optimizer.step()
        both.torch.step()
    with xp.module.utils.unique_name.guard():
        resumed = bridge.wrap(build(xp, "Adam", both.params, (0.01, 0.02)))
        resumed.load_state_dict(optimizer.state_dict())
        for opt in (resumed, both.torch):
            opt.param_groups[1]["betas"] = (0.6, 0.95)
        both.set_grads()
        resumed.step()
        both.torch.step()
    for _ in range(5):
        both.set_grads()
        resumed.step()
        both.torch.step()

    assert both.error() < 1e-5


def test_betas_written_with_a_parameter_that_comes_late_are_right_for_each(xp: Framework) -> None:
    both = pair(xp, "Adam", (0.01,))
    optimizer = bridge.wrap(both.native)

    def is_late(_group: int, place: int) -> bool:
        return place == 1 and step < 7

    for step in range(20):
        both.set_grads(missing=is_late)
        for opt in (optimizer, both.torch):
            opt.param_groups[0]["betas"] = (0.95 - 0.01 * step, 0.999)
        optimizer.step()
        both.torch.step()

    assert both.error() < 1e-5


def test_a_gradient_missing_with_use_multi_tensor_is_refused(xp: Framework) -> None:
    params = pair(xp, "SGD", (0.1,)).params[0]
    native = xp.module.optimizer.Adam(0.1, parameters=params, use_multi_tensor=True)
    optimizer = bridge.wrap(native)
    for param in params:
        xp.set_grad(param, np.ones(param.shape, "f4"))
    optimizer.step()
    xp.set_grad(params[0], None)

    with pytest.raises(UnsupportedError, match="to the wrong ones"):
        optimizer.step()


def test_a_users_subclass_is_known_by_its_base(xp: Framework) -> None:
    class Mine(xp.module.optimizer.Momentum):  # type: ignore[misc,name-defined] # made at run time
        pass

    native = Mine(0.1, 0.8, parameters=pair(xp, "SGD", (0.1,)).params[0])

    assert bridge.wrap(native).param_groups[0]["momentum"] == 0.8


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("SGD", {"lr": 0.1, "weight_decay": 0.0}),
        ("Momentum", {"lr": 0.1, "momentum": 0.9, "nesterov": False, "weight_decay": 0.0}),
        (
            "AdamW",
            {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01, "amsgrad": False},
        ),
        (
            "RMSProp",
            {
                "lr": 0.1,
                "alpha": 0.95,
                "eps": 1e-6,
                "momentum": 0.0,
                "centered": False,
                "weight_decay": 0.0,
            },
        ),
    ],
)
def test_defaults_have_torchs_names(xp: Framework, name: str, defaults: dict[str, Any]) -> None:
    params = pair(xp, "SGD", (0.1,)).params[0]
    optimizer = bridge.wrap(getattr(xp.module.optimizer, name)(0.1, parameters=params))

    assert optimizer.defaults == defaults
    assert {key: optimizer.param_groups[0][key] for key in defaults} == defaults
