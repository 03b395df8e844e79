"""docs/differences.md, OneFlow's own optimizers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.differences.steps import one, stepped

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("oneflow")


def test_sgd_ignores_maximize(xp: Framework) -> None:
    param = one(xp)
    with pytest.warns(FutureWarning, match="Momentum > 0"):
        optimizer = xp.module.optim.SGD([param], lr=0.1, maximize=True)

    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 - 0.1)


def test_maximize_with_momentum_turns_the_decay_round(xp: Framework) -> None:
    param = one(xp)
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.5, "maximize": True}
    with pytest.warns(FutureWarning, match="Momentum > 0"):
        optimizer = xp.module.optim.SGD([param], **options)

    # torch steps by 0.1 * (-1 + 0.5)
    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 + 0.1 * (1 + 0.5))


def test_dampening_damps_the_first_step_too(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optim.SGD([param], lr=0.1, momentum=0.9, dampening=0.5)

    # torch steps by the whole 0.1
    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 - 0.1 * 0.5)


def test_adam_counts_steps_once_for_all(xp: Framework) -> None:
    param, late = one(xp, 0.0), one(xp, 0.0)
    optimizer = xp.module.optim.Adam([param, late], lr=0.1)
    stepped(xp, optimizer, param, 1.0, 1.0)
    xp.set_grad(late, np.array([1.0], "f4"))
    optimizer.step()

    # torch: its first step is -0.1
    assert float(xp.numpy(late)[0]) == pytest.approx(-0.0639, abs=1e-3)


def test_rmsprop_takes_eps_into_the_root(xp: Framework) -> None:
    param = one(xp, 0.0)
    optimizer = xp.module.optim.RMSprop([param], lr=1.0, alpha=0.0, eps=1e-4)

    # torch steps by 0.01 / (0.01 + 1e-4)
    assert stepped(xp, optimizer, param, 0.01) == pytest.approx(-0.01 / (1e-4 + 1e-4) ** 0.5)


def test_rmsprop_ignores_a_groups_momentum(xp: Framework) -> None:
    param = one(xp, 0.0)
    groups = [{"params": [param], "momentum": 0.9}]
    optimizer = xp.module.optim.RMSprop(groups, lr=1.0, alpha=0.0)

    assert stepped(xp, optimizer, param, 1.0, 1.0) == pytest.approx(-2.0, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("AdamW", {"weight_decay": 0.0}),
        ("RMSprop", {"lr": 0.001}),
        ("Adagrad", {"lr": 0.001}),
    ],
)
def test_defaults(xp: Framework, name: str, defaults: dict[str, float]) -> None:
    optimizer = getattr(xp.module.optim, name)([one(xp)])

    assert {key: optimizer.param_groups[0][key] for key in defaults} == defaults


def test_zero_grad_leaves_zeros_and_momentum_goes_on(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optim.SGD([param], lr=0.1, momentum=0.9)
    stepped(xp, optimizer, param, 1.0)
    optimizer.zero_grad()
    optimizer.step()

    assert float(xp.numpy(param)[0]) == pytest.approx(1 - 0.1 - 0.09)


def test_a_parameter_that_is_not_contiguous_is_not_stepped(xp: Framework) -> None:
    param = xp.module.nn.Parameter(xp.tensor(np.ones((2, 3), "f4")).transpose(0, 1))
    optimizer = xp.module.optim.SGD([param], lr=0.1)
    xp.set_grad(param, np.ones((3, 2), "f4"))
    optimizer.step()

    assert not param.is_contiguous()
    np.testing.assert_array_equal(xp.numpy(param), 1.0)


def test_lamb_leaves_the_decay_out_of_the_length(xp: Framework) -> None:
    param = one(xp, 1.0)
    optimizer = xp.module.optim.LAMB(
        [param], lr=0.1, betas=(0.0, 0.0), eps=0.0, weight_decay=1.0, do_bias_correction=False
    )

    # the paper: a step as long as 0.1 of the parameter; here 1 / 1 times the update and the decay
    assert stepped(xp, optimizer, param, 1.0) == pytest.approx(1 - 0.1 * 2, rel=1e-4)


def test_the_closure_of_step_runs_without_gradients(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optim.SGD([param], lr=0.1)

    def closure() -> Any:
        loss = param.sum()
        assert not loss.requires_grad
        return loss

    assert float(optimizer.step(closure)) == 1.0


def test_a_state_dict_goes_on_changing(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optim.SGD([param], lr=0.1)
    saved = optimizer.state_dict()
    optimizer.param_groups[0]["lr"] = 0.01

    assert saved["param_groups"][0]["_options"]["lr"] == 0.01


def test_clipping_with_one_of_its_options_does_nothing(xp: Framework) -> None:
    param = one(xp)
    groups = [{"params": [param], "clip_grad_max_norm": 0.5}]
    optimizer = xp.module.optim.SGD(groups, lr=0.1)
    xp.set_grad(param, np.array([1.0], "f4"))
    with pytest.warns(UserWarning, match="clip_grad_norm_type"):
        optimizer.clip_grad()

    assert float(xp.numpy(param.grad)[0]) == 1.0


def test_numpy_shares_memory(xp: Framework) -> None:
    param = one(xp)
    kept = param.detach().numpy()
    stepped(xp, xp.module.optim.SGD([param], lr=0.1), param, 1.0)

    assert kept[0] == pytest.approx(0.9)


def test_a_frozen_parameter_with_a_gradient_is_stepped(xp: Framework) -> None:
    param = one(xp)
    optimizer = xp.module.optim.SGD([param], lr=0.1)
    xp.set_grad(param, np.array([1.0], "f4"))
    param.requires_grad_(False)
    optimizer.step()

    assert float(xp.numpy(param)[0]) == pytest.approx(0.9)
