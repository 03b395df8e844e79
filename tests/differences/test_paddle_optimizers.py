"""docs/differences.md, Paddle's own optimizers."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.differences.steps import one, stepped

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("paddle")


def test_a_groups_learning_rate_is_a_factor(xp: Framework) -> None:
    param = one(xp)
    groups = [{"params": [param], "learning_rate": 0.1}]
    optimizer = xp.module.optimizer.SGD(0.5, parameters=groups)

    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 - 0.1 * 0.5)


def test_a_groups_lr_is_ignored(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optimizer.SGD(0.5, parameters=[{"params": [param], "lr": 5.0}])

    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 - 0.5)


def test_a_groups_options_stay_on_the_parameter(xp: Framework) -> None:
    param = one(xp)
    groups = [{"params": [param], "learning_rate": 0.1}]
    xp.module.optimizer.SGD(0.5, parameters=groups)
    another = xp.module.optimizer.SGD(1.0, parameters=[param])

    assert stepped(xp, another, param, 1.0) == pytest.approx(1 - 0.1)


def test_a_groups_option_written_later_is_ignored(xp: Framework) -> None:
    param = one(xp)
    groups = [{"params": [param], "learning_rate": 1.0}]
    optimizer = xp.module.optimizer.SGD(0.5, parameters=groups)
    optimizer._param_groups[0]["learning_rate"] = 0.0

    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 - 0.5)


def test_the_global_norm_is_clipped_group_by_group(xp: Framework) -> None:
    params = [one(xp, 0.0), one(xp, 0.0)]
    clip = xp.module.nn.ClipGradByGlobalNorm(1.0)
    groups = [{"params": [param]} for param in params]
    optimizer = xp.module.optimizer.SGD(1.0, parameters=groups, grad_clip=clip)
    xp.set_grad(params[0], np.array([3.0], "f4"))
    xp.set_grad(params[1], np.array([4.0], "f4"))
    optimizer.step()

    assert [float(xp.numpy(param)[0]) for param in params] == pytest.approx([-1.0, -1.0])


def test_clear_grad_leaves_zeros_and_momentum_goes_on(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optimizer.Momentum(0.1, 0.9, parameters=[param])
    stepped(xp, optimizer, param, 1.0)
    optimizer.clear_grad()

    assert float(xp.numpy(param.grad)[0]) == 0.0
    optimizer.step()
    assert float(xp.numpy(param)[0]) == pytest.approx(1 - 0.1 - 0.09)


def test_a_frozen_parameter_with_a_gradient_is_not_stepped(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optimizer.SGD(0.1, parameters=[param])
    param.stop_gradient = True

    assert stepped(xp, optimizer, param, 1.0) == 1.0


@pytest.mark.parametrize(
    ("name", "needed", "defaults"),
    [
        ("Adagrad", {"learning_rate": 0.01}, {"_epsilon": 1e-6}),
        ("Adadelta", {}, {"_learning_rate": 0.001, "_rho": 0.95}),
        ("Adamax", {}, {"_learning_rate": 0.001}),
        ("RMSProp", {"learning_rate": 0.01}, {"_epsilon": 1e-6, "_rho": 0.95}),
        ("Momentum", {}, {"_momentum": 0.9}),
        ("ASGD", {}, {"_learning_rate": 0.001}),
    ],
)
def test_defaults(
    xp: Framework, name: str, needed: dict[str, float], defaults: dict[str, float]
) -> None:
    optimizer = getattr(xp.module.optimizer, name)(**needed, parameters=[one(xp)])

    assert {key: getattr(optimizer, key) for key in defaults} == defaults


def test_rmsprop_takes_eps_into_the_root(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optimizer.RMSProp(1.0, rho=0.0, epsilon=1e-4, parameters=[param])

    # torch steps by 0.01 / (0.01 + 1e-4)
    assert stepped(xp, optimizer, param, 0.01) == pytest.approx(-0.01 / (1e-4 + 1e-4) ** 0.5)


def test_rmsprops_momentum_holds_the_learning_rate(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optimizer.RMSProp(
        1.0, rho=0.0, epsilon=1e-12, momentum=0.5, parameters=[param]
    )
    first = stepped(xp, optimizer, param, 1.0)
    optimizer.set_lr(0.0)

    # torch, without a learning rate, would stand still
    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(first - 0.5, rel=1e-5)


def test_adamax_adds_eps_to_the_old_norm(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optimizer.Adamax(
        1.0, beta1=0.0, beta2=0.5, epsilon=1.0, parameters=[param]
    )

    # torch divides by max(0, 2 + eps), which is 3
    assert stepped(xp, optimizer, param, 2.0) == pytest.approx(-2.0 / 2.0)


def test_asgd_averages_gradients_and_not_parameters(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optimizer.ASGD(1.0, batch_num=2, parameters=[param])

    # the mean of the last two gradients; torch steps each gradient, and decays the rate
    assert stepped(xp, optimizer, param, 1.0, 3.0) == pytest.approx(-1.0 - 2.0)


def test_lamb_has_no_trust_ratio_without_decay(xp: Framework) -> None:
    ends = []
    for always_adapt in (False, True):
        param = one(xp, 8.0)
        optimizer = xp.module.optimizer.Lamb(
            0.1, lamb_weight_decay=0.0, parameters=[param], always_adapt=always_adapt
        )
        ends.append(stepped(xp, optimizer, param, 1.0))

    # the paper: the step is as long as 0.1 of the parameter
    assert ends == pytest.approx([8 - 0.1, 8 - 0.8], rel=1e-4)


def test_adams_beta_cannot_be_written(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optimizer.Adam(0.1, beta1=0.9, parameters=[param])
    stepped(xp, optimizer, param, 1.0)
    optimizer._beta1 = 0.5
    end = stepped(xp, optimizer, param, 0.0)

    mean, square = 0.5 * 0.1, 0.999 * 0.001
    torchs = -0.1 - 0.1 * (mean / (1 - 0.5**2)) / (square / (1 - 0.999**2)) ** 0.5
    assert abs(end - torchs) > 0.02


def test_rprop_takes_its_first_rate_at_construction(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optimizer.Rprop(0.1, parameters=[param])
    optimizer.set_lr(0.01)

    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(-0.1)


def test_lbfgs_ignores_set_lr(xp: Framework) -> None:
    param = one(xp, 1.0)
    optimizer = xp.module.optimizer.LBFGS(1.0, max_iter=1, parameters=[param])
    optimizer.set_lr(0.0)

    def closure() -> Any:
        loss = (param**2).sum()
        param.clear_gradient()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert float(xp.numpy(param)[0]) != 1.0


def test_the_state_has_no_hyperparameters(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optimizer.Momentum(0.1, 0.9, parameters=[param])
    stepped(xp, optimizer, param, 1.0)

    assert list(optimizer.state_dict()) == [f"{param.name}_velocity_0"]


def test_an_int_is_no_learning_rate(xp: Framework) -> None:
    with pytest.raises(TypeError):
        xp.module.optimizer.SGD(learning_rate=1, parameters=[one(xp)])


@pytest.mark.parametrize("name", ["SGD", "Momentum", "Adam", "RMSProp"])
def test_step_takes_no_closure(xp: Framework, name: str) -> None:
    optimizer = getattr(xp.module.optimizer, name)(0.1, parameters=[one(xp)])

    with pytest.raises(TypeError):
        optimizer.step(lambda: None)


@pytest.mark.parametrize("name", ["maximize", "dampening"])
def test_sgd_has_no_such_argument(xp: Framework, name: str) -> None:
    for optimizer in (xp.module.optimizer.SGD, xp.module.optimizer.Momentum):
        assert name not in inspect.signature(optimizer).parameters
