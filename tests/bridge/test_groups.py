"""param_groups: what an optimizer takes, what it shows, and that what is written takes effect."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim

if TYPE_CHECKING:
    from tests.frameworks import Framework

_ONES = np.ones(3, "f4")


def _step(xp: Framework, opt: Any, grad: float = 1.0) -> None:
    for group in opt.param_groups:
        for param in group["params"]:
            xp.set_grad(param, np.full_like(xp.numpy(param), grad))
    opt.step()


def _params(xp: Framework, count: int) -> list[Any]:
    return [xp.param(_ONES) for _ in range(count)]


def test_an_iterator_is_read_once(xp: Framework) -> None:
    params = _params(xp, 3)
    opt = optim.SGD(iter(params), lr=0.1)

    assert [id(p) for p in opt.param_groups[0]["params"]] == [id(p) for p in params]


def test_iterators_in_groups_are_read_once(xp: Framework) -> None:
    params = _params(xp, 3)
    opt = optim.SGD(({"params": iter([p])} for p in params), lr=0.1)

    assert [len(group["params"]) for group in opt.param_groups] == [1, 1, 1]


def test_a_group_may_hold_one_tensor(xp: Framework) -> None:
    opt = optim.SGD([{"params": xp.param(_ONES)}], lr=0.1)

    assert len(opt.param_groups[0]["params"]) == 1


def test_names_are_kept_beside_the_parameters(xp: Framework) -> None:
    params = _params(xp, 2)
    opt = optim.SGD(zip(["w", "b"], params, strict=True), lr=0.1)

    assert opt.param_groups[0]["param_names"] == ["w", "b"]
    assert opt.param_groups[0]["params"][1] is params[1]


def test_a_layers_named_parameters_are_taken(xp: Framework) -> None:
    opt = optim.SGD(xp.module.nn.Linear(2, 3).named_parameters(), lr=0.1)

    assert opt.param_groups[0]["param_names"] == ["weight", "bias"]


def test_the_callers_groups_stay_as_they_were(xp: Framework) -> None:
    params = _params(xp, 2)
    given = [{"params": params, "lr": 0.5}]
    optim.SGD(given, lr=0.1)

    assert list(given[0]) == ["params", "lr"]
    assert given[0]["params"] is params


def test_groups_take_what_they_lack_from_the_defaults(xp: Framework) -> None:
    first, second = _params(xp, 2)
    opt = optim.SGD([{"params": [first], "lr": 0.5}, {"params": [second]}], lr=0.1, momentum=0.9)

    assert [(g["lr"], g["momentum"]) for g in opt.param_groups] == [(0.5, 0.9), (0.1, 0.9)]


def test_unknown_keys_of_a_group_are_kept(xp: Framework) -> None:
    opt = optim.SGD([{"params": _params(xp, 1), "name": "head"}], lr=0.1)

    assert opt.param_groups[0]["name"] == "head"


def test_what_oneflows_options_say_anyway_is_taken(xp: Framework) -> None:
    opt = optim.AdamW([{"params": _params(xp, 1), "do_bias_correction": True}])
    lamb = optim.LAMB([{"params": _params(xp, 1), "do_bias_correction": False}])

    assert opt.param_groups[0]["do_bias_correction"] is True
    assert lamb.param_groups[0]["do_bias_correction"] is False


def test_a_written_lr_takes_effect_at_the_next_step(xp: Framework) -> None:
    (param,) = _params(xp, 1)
    opt = optim.SGD([param], lr=0.5)
    opt.param_groups[0]["lr"] = 0.25
    _step(xp, opt)

    assert xp.numpy(param) == pytest.approx(_ONES - 0.25)


def test_an_added_group_is_stepped(xp: Framework) -> None:
    first, second = _params(xp, 2)
    opt = optim.SGD([first], lr=0.5)
    opt.add_param_group({"params": [second], "lr": 0.25})
    _step(xp, opt)

    assert xp.numpy(first) == pytest.approx(_ONES - 0.5)
    assert xp.numpy(second) == pytest.approx(_ONES - 0.25)


def test_an_empty_group_is_allowed_beside_others(xp: Framework) -> None:
    opt = optim.SGD([{"params": []}, {"params": _params(xp, 1)}], lr=0.5)
    _step(xp, opt)

    assert [len(group["params"]) for group in opt.param_groups] == [0, 1]


def test_a_parameter_given_twice_warns(xp: Framework) -> None:
    (param,) = _params(xp, 1)

    with pytest.warns(UserWarning, match="duplicate parameters"):
        optim.SGD([param, param], lr=0.5)


def test_equal_parameters_are_not_duplicates(xp: Framework) -> None:
    opt = optim.SGD(_params(xp, 2), lr=0.5)  # a warning would be an error here

    assert len(opt.param_groups[0]["params"]) == 2


def test_a_frozen_parameter_is_left_alone(xp: Framework) -> None:
    frozen, free = xp.param(_ONES, requires_grad=False), xp.param(_ONES)
    opt = optim.SGD([frozen, free], lr=0.5)
    xp.set_grad(free, _ONES)
    opt.step()

    assert (xp.numpy(frozen) == _ONES).all()
    assert (xp.numpy(free) == _ONES - 0.5).all()


def test_a_step_without_any_gradient_changes_nothing(xp: Framework) -> None:
    (param,) = _params(xp, 1)
    optim.AdamW([param]).step()

    assert (xp.numpy(param) == _ONES).all()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_lr_may_be_a_tensor(xp: Framework, dtype: str) -> None:
    (param,) = _params(xp, 1)
    opt = optim.SGD([param], lr=xp.tensor(np.asarray(0.25, dtype)))
    _step(xp, opt)

    assert xp.numpy(param) == pytest.approx(_ONES - 0.25)


def test_zero_grad_takes_gradients_away(xp: Framework) -> None:
    (param,) = _params(xp, 1)
    xp.set_grad(param, _ONES)
    optim.SGD([param]).zero_grad()

    assert param.grad is None


def test_a_gradient_that_is_kept_elsewhere_stays_what_it_is(xp: Framework) -> None:
    param, kept = xp.param(np.ones(2)), xp.tensor(np.full(2, 3.0))
    param.grad = kept
    optim.SGD([param]).zero_grad()

    assert xp.numpy(kept).tolist() == [3.0, 3.0]


def test_zero_grad_can_keep_zeros(xp: Framework) -> None:
    (param,) = _params(xp, 1)
    xp.set_grad(param, _ONES)
    optim.SGD([param]).zero_grad(set_to_none=False)

    assert (xp.numpy(param.grad) == 0).all()


def test_zeros_kept_as_gradients_let_momentum_go_on(xp: Framework) -> None:
    (param,) = _params(xp, 1)
    opt = optim.SGD([param], lr=1.0, momentum=0.5)
    _step(xp, opt)
    opt.zero_grad(set_to_none=False)
    opt.step()

    assert xp.numpy(param) == pytest.approx(_ONES - 1 - 0.5)


def test_the_closure_computes_gradients_and_its_loss_is_returned(xp: Framework) -> None:
    (param,) = _params(xp, 1)
    opt = optim.SGD([param], lr=0.5)

    def closure() -> Any:
        opt.zero_grad()
        loss = (param * param).sum()
        loss.backward()
        return loss

    loss = opt.step(closure)

    assert xp.numpy(loss) == 3.0
    assert xp.numpy(param) == pytest.approx(_ONES - 1.0)


def test_float32_and_float64_go_together(xp: Framework) -> None:
    narrow, wide = xp.param(_ONES), xp.param(_ONES.astype("f8"))
    opt = optim.Adam([narrow, wide], lr=0.1)
    _step(xp, opt)

    assert xp.numpy(narrow) == pytest.approx(_ONES - 0.1)
    assert xp.numpy(wide) == pytest.approx(_ONES - 0.1)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_repr_equals_torchs(xp: Framework, name: str) -> None:
    import torch

    ours = getattr(optim, name)([{"params": _params(xp, 1)}, {"params": _params(xp, 1), "lr": 0.5}])
    groups = [{"params": [torch.ones(1)]}, {"params": [torch.ones(1)], "lr": 0.5}]

    assert repr(ours) == repr(getattr(torch.optim, name)(groups))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_training_leaves_nothing_on_the_parameters(xp: Framework, name: str) -> None:
    (param,) = _params(xp, 1)
    before = dir(param), copy.deepcopy(getattr(param, "__dict__", {}))
    opt = getattr(optim, name)([{"params": [param], "lr": 0.5, "weight_decay": 0.1}])
    _step(xp, opt)

    assert (dir(param), getattr(param, "__dict__", {})) == before


@pytest.mark.parametrize(
    ("name", "options"), [("SGD", {}), ("SGD", {"momentum": 0.9}), ("Adam", {}), ("AdamW", {})]
)
def test_a_transposed_view_is_stepped_in_place(
    xp: Framework, name: str, options: dict[str, Any]
) -> None:
    matrix = xp.tensor(np.full((2, 3), 9, "f4"))
    view = matrix.t().detach()
    xp.require_grad(view)
    plain = xp.param(np.full((3, 2), 9, "f4"))
    opt = getattr(optim, name)([view, plain], lr=0.5, **options)
    _step(xp, opt)
    _step(xp, opt, 0.5)

    assert xp.numpy(view) == pytest.approx(xp.numpy(plain), rel=1e-6)
    assert xp.numpy(matrix) == pytest.approx(xp.numpy(plain).T, rel=1e-6)


@pytest.mark.only_backend("torch", "oneflow")
@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}], ids=str)
def test_what_a_parameter_becomes_between_two_steps_counts(
    xp: Framework, options: dict[str, Any]
) -> None:
    start = np.arange(6, dtype="f4").reshape(2, 3)
    param = xp.param(start)
    opt = optim.SGD([param], lr=0.1, **options)
    _step(xp, opt, 0.0)
    param.data = xp.tensor(start).t()
    opt.state.clear()
    _step(xp, opt)
    stepped_by_view = xp.numpy(param)
    param.data = xp.tensor(start.astype("f8"))
    opt.state.clear()
    _step(xp, opt)

    assert stepped_by_view == pytest.approx(start.T - 0.1)
    # In float32 the rate would be 1e-9 off.
    assert xp.numpy(param) == pytest.approx(start.astype("f8") - 0.1, rel=0, abs=1e-12)


def test_a_transposed_gradient_is_read_right(xp: Framework) -> None:
    grad = np.arange(6, dtype="f4").reshape(3, 2)
    param = xp.param(np.zeros((2, 3), "f4"))
    param.grad = xp.tensor(grad).t()
    optim.SGD([param], lr=0.5, momentum=0.9).step()

    assert (xp.numpy(param) == -0.5 * grad.T).all()
