"""bridge.lower: the native optimizer goes on as bridge's, that is torch's, would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

import bridge
from bridge import optim
from bridge.equivalents import OPTIMIZERS
from bridge.errors import UnsupportedError
from tests.natives import Pair, pair

if TYPE_CHECKING:
    from tests.frameworks import Framework

# Of each tensor's largest entry: grade p.
SAME_PARAMS = 1e-5
CASES = [
    pytest.param(name, options, id=f"{name} {options}")
    for name, options in [
        ("SGD", {}),
        ("SGD", {"weight_decay": 0.01}),
        ("SGD", {"momentum": 0.9, "weight_decay": 0.01}),
        ("SGD", {"momentum": 0.9, "nesterov": True}),
        ("Adam", {}),
        ("Adam", {"betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.01}),
        ("Adam", {"amsgrad": True}),
        ("AdamW", {}),
        ("AdamW", {"weight_decay": 0.1, "amsgrad": True}),
        ("Adagrad", {}),
        ("Adagrad", {"initial_accumulator_value": 0.1, "weight_decay": 0.01}),
        ("Adadelta", {"rho": 0.8, "weight_decay": 0.01}),
        ("NAdam", {}),
        ("NAdam", {"momentum_decay": 1e-3, "weight_decay": 0.01}),
        ("RAdam", {}),
        ("RAdam", {"betas": (0.8, 0.95), "weight_decay": 0.01}),
        ("Rprop", {}),
        ("Rprop", {"etas": (0.4, 1.3), "step_sizes": (1e-4, 1.0)}),
    ]
]


def ours(both: Pair, name: str, **options: Any) -> Any:
    """Build bridge's optimizer in place of the native one."""
    groups = [
        {"params": params, "lr": group["lr"]}
        for params, group in zip(both.params, both.torch.param_groups, strict=True)
    ]
    return getattr(optim, name)(groups, **options)


def run(both: Pair, optimizer: Any, steps: int) -> None:
    for _ in range(steps):
        both.set_grads()
        optimizer.step()
        both.torch.step()


def has_row(xp: Framework, name: str) -> bool:
    return xp.name == "torch" or any(row.torch == name for row in OPTIMIZERS[xp.name])


@pytest.mark.parametrize("before", [0, 20])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_lowered_optimizer_trains_as_torch_does(
    xp: Framework, name: str, options: dict[str, Any], before: int
) -> None:
    both = pair(xp, name, (0.01,), native=False, **options)
    optimizer = ours(both, name, **options)
    run(both, optimizer, before)
    if not has_row(xp, name):
        with pytest.raises(UnsupportedError, match=f"nothing that equals torch's {name}"):
            bridge.lower(optimizer)
        return
    native = bridge.lower(optimizer)
    run(both, native, 80)

    assert type(native).__module__.startswith(f"{xp.name}.")
    assert both.error() < SAME_PARAMS


@pytest.mark.parametrize("framework", ["paddle", "oneflow"])
def test_every_row_is_lowered(framework: str) -> None:
    tried = {case.values[0] for case in CASES}

    assert {row.torch for row in OPTIMIZERS[framework]} <= tried


@pytest.mark.only_backend("torch", "oneflow")
@pytest.mark.parametrize("name", ["SGD", "AdamW"])
def test_groups_keep_their_options(xp: Framework, name: str) -> None:
    both = pair(xp, name, (0.01, 0.002), native=False)
    optimizer = ours(both, name)
    for opt in (optimizer, both.torch):
        opt.param_groups[1]["weight_decay"] = 0.3
    run(both, optimizer, 5)
    native = bridge.lower(optimizer)
    run(both, native, 20)

    assert [group["lr"] for group in native.param_groups] == [0.01, 0.002]
    assert both.error() < SAME_PARAMS


def test_what_was_written_into_a_group_counts(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,), native=False, momentum=0.9)
    optimizer = ours(both, "SGD", momentum=0.9)
    for opt in (optimizer, both.torch):
        opt.param_groups[0].update(lr=0.03, momentum=0.5, weight_decay=0.1)
    run(both, bridge.lower(optimizer), 20)

    assert both.error() < SAME_PARAMS


def test_the_optimizer_itself_stays_as_it_was(xp: Framework) -> None:
    both = pair(xp, "Adam", (0.01,), native=False)
    optimizer = ours(both, "Adam")
    run(both, optimizer, 3)
    first = both.params[0][0]
    before = xp.numpy(optimizer.state[first]["exp_avg"])
    run(both, bridge.lower(optimizer), 3)

    assert (xp.numpy(optimizer.state[first]["exp_avg"]) == before).all()


def test_a_parameter_without_gradients_so_far_starts_afresh(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,), native=False, momentum=0.9)
    optimizer = ours(both, "SGD", momentum=0.9)
    for _ in range(5):
        both.set_grads(missing=lambda _i, j: j == 1)
        optimizer.step()
        both.torch.step()
    run(both, bridge.lower(optimizer), 20)

    assert both.error() < SAME_PARAMS


REFUSED = [
    ("SGD", {"maximize": True}, "`maximize` is False; here it is True"),
    ("SGD", {"momentum": 0.9, "dampening": 0.5}, "`dampening` is 0; here it is 0.5"),
    ("RMSprop", {}, "nothing that equals torch's RMSprop"),
    ("Adamax", {}, "nothing that equals torch's Adamax"),
    ("ASGD", {}, "nothing that equals torch's ASGD"),
    ("Adagrad", {"lr_decay": 0.1}, "`lr_decay` is 0; here it is 0.1"),
    ("Adam", {"decoupled_weight_decay": True}, "`decoupled_weight_decay` is False"),
]


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.parametrize(("name", "options", "why"), REFUSED)
def test_what_would_train_differently_is_refused_with_the_reason(
    xp: Framework, name: str, options: dict[str, Any], why: str
) -> None:
    optimizer = ours(pair(xp, name, (0.1,), native=False, **options), name, **options)

    with pytest.raises(UnsupportedError, match=why):
        bridge.lower(optimizer)


GROUPED = [
    pytest.param(name, options, of_one, id=f"{name} {of_one}")
    for name, options, of_one in [
        ("SGD", {}, {}),
        ("SGD", {"weight_decay": 0.1}, {"weight_decay": 0.0}),
        ("SGD", {}, {"momentum": 0.9, "nesterov": True}),
        ("SGD", {"momentum": 0.9, "weight_decay": 0.1}, {"weight_decay": 0, "momentum": 0.5}),
        ("Adam", {"weight_decay": 0.1}, {"weight_decay": 0, "betas": (0.8, 0.9), "eps": 1e-3}),
        ("AdamW", {}, {"weight_decay": 0.3, "betas": (0.8, 0.9), "eps": 1e-3}),
        ("Adagrad", {}, {"weight_decay": 0.3, "eps": 1e-3}),
        ("Adadelta", {}, {"weight_decay": 0.3, "rho": 0.5, "eps": 1e-3}),
        ("NAdam", {}, {"weight_decay": 0.3, "betas": (0.8, 0.9), "momentum_decay": 0.1}),
        ("RAdam", {}, {"weight_decay": 0.3, "betas": (0.8, 0.9), "eps": 1e-3}),
    ]
]


@pytest.mark.parametrize("before", [0, 20])
@pytest.mark.parametrize(("name", "options", "of_one"), GROUPED)
def test_groups_are_lowered_with_options_of_their_own(
    xp: Framework, name: str, options: dict[str, Any], of_one: dict[str, Any], before: int
) -> None:
    both = pair(xp, name, (0.01, 0.002), native=False, **options)
    optimizer = ours(both, name, **options)
    for opt in (optimizer, both.torch):
        opt.param_groups[1].update(of_one)
    run(both, optimizer, before)
    if not has_row(xp, name):
        with pytest.raises(UnsupportedError, match=f"nothing that equals torch's {name}"):
            bridge.lower(optimizer)
        return
    run(both, bridge.lower(optimizer), 80)

    assert both.error() < SAME_PARAMS


OF_ALL = [
    ("Adam", {"amsgrad": True}, "paddle.optimizer.Adam has no `amsgrad` for a single group"),
    ("Adagrad", {"initial_accumulator_value": 1.0}, "`initial_accumulator_value` for a single"),
    ("Rprop", {}, "only if its parameters are one flat group"),
]


@pytest.mark.only_backend("paddle")
@pytest.mark.parametrize(("name", "of_one", "why"), OF_ALL)
def test_an_option_that_paddle_has_for_all_groups_alone_is_refused(
    xp: Framework, name: str, of_one: dict[str, Any], why: str
) -> None:
    optimizer = ours(pair(xp, name, (0.1, 0.2), native=False), name)
    optimizer.param_groups[1].update(of_one)

    with pytest.raises(UnsupportedError, match=why):
        bridge.lower(optimizer)


@pytest.mark.only_backend("paddle")
def test_a_first_group_at_rest_has_no_factors(xp: Framework) -> None:
    optimizer = ours(pair(xp, "SGD", (0.0, 0.2), native=False), "SGD")

    with pytest.raises(UnsupportedError, match="cannot scale a learning rate of 0"):
        bridge.lower(optimizer)


@pytest.mark.only_backend("paddle")
def test_a_parameter_with_options_of_its_own_is_refused_on_paddle(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,), native=False)
    both.params[0][1].optimize_attr["learning_rate"] = 0.5

    with pytest.raises(UnsupportedError, match="by their own ParamAttr"):
        bridge.lower(ours(both, "SGD"))


@pytest.mark.only_backend("oneflow")
def test_adam_with_a_parameter_that_came_late_is_refused_on_oneflow(xp: Framework) -> None:
    both = pair(xp, "Adam", (0.1,), native=False)
    optimizer = ours(both, "Adam")
    both.set_grads(missing=lambda _i, j: j == 1)
    optimizer.step()

    with pytest.raises(UnsupportedError, match="nothing freezes parameters or adds groups"):
        bridge.lower(optimizer)


@pytest.mark.only_backend("oneflow")
def test_the_clipping_of_a_group_goes_over_to_oneflow(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,), native=False)
    optimizer = ours(both, "SGD")
    optimizer.param_groups[0].update(clip_grad_max_norm=0.5, clip_grad_norm_type=2.0)
    native = bridge.lower(optimizer)
    both.set_grads()
    native.clip_grad()
    norm = sum(float((xp.numpy(param.grad) ** 2).sum()) for param in both.params[0]) ** 0.5

    assert norm == pytest.approx(0.5, rel=1e-4)


def test_parameters_with_names_are_lowered_too(xp: Framework) -> None:
    both = pair(xp, "Adam", (0.01,), native=False)
    names = ["weight", "bias"]
    optimizer = optim.Adam(list(zip(names, both.params[0], strict=True)), lr=0.01)
    run(both, optimizer, 5)
    run(both, bridge.lower(optimizer), 20)

    assert both.error() < SAME_PARAMS


@pytest.mark.only_backend("paddle", "oneflow")
def test_narrow_parameters_are_refused(xp: Framework) -> None:
    narrow = xp.module.ones([3], dtype=xp.module.bfloat16)
    xp.require_grad(narrow)

    with pytest.raises(UnsupportedError, match="in float32 and float64; here is"):
        bridge.lower(optim.SGD([narrow], lr=0.1))


def test_a_class_of_ones_own_is_refused(xp: Framework) -> None:
    class Mine(optim.SGD):
        pass

    optimizer = Mine(pair(xp, "SGD", (0.1,), native=False).params[0], lr=0.1)

    with pytest.raises(UnsupportedError, match="Mine cannot be lowered"):
        bridge.lower(optimizer)


def test_a_native_optimizer_is_refused(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))

    with pytest.raises(TypeError, match=r"^lower takes an optimizer of bridge.optim, got"):
        bridge.lower(both.native)


@pytest.mark.only_backend("torch")
def test_on_torch_the_class_is_torchs_own(xp: Framework) -> None:
    optimizer = optim.SGD(pair(xp, "SGD", (0.1,)).params[0], lr=0.1)

    assert type(bridge.lower(optimizer)) is torch.optim.SGD
    assert type(optimizer) is not torch.optim.SGD
