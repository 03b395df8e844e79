"""The frameworks' own optimizers hand over to ours in mid-run, and ours to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import CheckpointError, StateMismatchError, UnsupportedError
from tests.frameworks import Framework
from tests.natives import build

if TYPE_CHECKING:
    from pathlib import Path

LR = 0.05
_RANDOM = np.random.default_rng(5)
SHAPES = [(4, 3), (3,)]
START = [_RANDOM.standard_normal(shape).astype("f4") for shape in SHAPES]
GRADS = [[_RANDOM.standard_normal(s).astype("f4") + 0.2 for s in SHAPES] for _ in range(40)]

# OneFlow's own Adam corrects for the exact betas, but takes 1 - beta in float32.
ROUNDED = {"betas": (float(np.float32(0.9)), float(np.float32(0.999)))}

# Our class and options, and the frameworks' own ones that step alike, with what options.
# Their RMSprop adds its eps under the root.
SAME: list[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]] = [
    ("SGD", {"momentum": 0.9, "weight_decay": 0.1}, {"torch": {}, "paddle": {}, "oneflow": {}}),
    ("SGD", {"momentum": 0.9, "nesterov": True}, {"torch": {}, "paddle": {}, "oneflow": {}}),
    ("SGD", {}, {"torch": {}, "paddle": {}, "oneflow": {}}),
    ("Adam", {"weight_decay": 0.1}, {"torch": {}, "paddle": {}, "oneflow": ROUNDED}),
    ("Adam", {"amsgrad": True}, {"torch": {}, "paddle": {}, "oneflow": ROUNDED}),
    ("AdamW", {"weight_decay": 0.1}, {"torch": {}, "paddle": {}, "oneflow": ROUNDED}),
    ("Adagrad", {}, {"torch": {}, "paddle": {"eps": 1e-10}, "oneflow": {"eps": 1e-10}}),
    ("Adadelta", {"rho": 0.9}, {"torch": {}, "paddle": {"eps": 1e-6}, "oneflow": {}}),
    (
        "RMSprop",
        {"alpha": 0.9, "eps": 1e-8},
        {"torch": {}, "paddle": {"eps": 1e-16}, "oneflow": {"eps": 1e-16}},
    ),
    (
        "RMSprop",
        {"alpha": 0.9, "eps": 1e-8, "centered": True},
        {"torch": {}, "paddle": {"eps": 1e-16}, "oneflow": {"eps": 1e-16}},
    ),
    (
        "RMSprop",
        {"alpha": 0.9, "eps": 1e-8, "momentum": 0.5, "centered": True},
        {"torch": {}, "paddle": {"eps": 1e-16}},
    ),
    ("Adamax", {"betas": (0.9, 0.99)}, {"torch": {}, "paddle": {}}),
    ("NAdam", {}, {"torch": {}, "paddle": {}}),
    ("RAdam", {}, {"torch": {}, "paddle": {}}),
    (
        "Rprop",
        {},
        {"torch": {}, "paddle": {"learning_rate_range": (1e-6, 50.0)}},
    ),
    ("ASGD", {"t0": 5}, {"torch": {}}),
    ("Adafactor", {}, {"torch": {}}),
    ("LAMB", {"weight_decay": 0.1, "adam_w_mode": False}, {"oneflow": {}}),
]
ROWS = [
    pytest.param(
        name,
        options,
        own,
        id=f"{framework} {name} {options}",
        marks=pytest.mark.only_backend(framework),
    )
    for name, options, natives in SAME
    for framework, own in natives.items()
]
SMALL = 2e-6  # both sides have kernels that round in their own way for the whole run


def params(xp: Framework) -> list[Any]:
    return [xp.param(array) for array in START]


def native_of(
    xp: Framework, name: str, options: dict[str, Any], own: dict[str, Any], given: list[Any]
) -> Any:
    return build(xp, name, [given], [LR], **{**options, **own})


def train(xp: Framework, given: list[Any], opt: Any, steps: range) -> list[Any]:
    for step in steps:
        for param, grad in zip(given, GRADS[step], strict=True):
            xp.set_grad(param, grad)
        opt.step()
    return [xp.numpy(param) for param in given]


def error(found: list[Any], expected: list[Any]) -> float:
    return max(
        float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(("name", "options", "own"), ROWS)
def test_ours_goes_on_from_a_native_state(
    xp: Framework, name: str, options: dict[str, Any], own: dict[str, Any]
) -> None:
    given = params(xp)
    native = native_of(xp, name, options, own, given)
    after = [xp.param(array) for array in train(xp, given, native, range(20))]
    ours = getattr(optim, name)(after, lr=LR, **options)
    bridge.load_native(ours, native.state_dict())

    found = train(xp, after, ours, range(20, 40))

    assert error(found, train(xp, given, native, range(20, 40))) <= SMALL


@pytest.mark.parametrize(("name", "options", "own"), ROWS)
def test_a_native_optimizer_goes_on_from_our_state(
    xp: Framework, name: str, options: dict[str, Any], own: dict[str, Any]
) -> None:
    given = params(xp)
    ours = getattr(optim, name)(given, lr=LR, **options)
    after = [xp.param(array) for array in train(xp, given, ours, range(20))]
    native = native_of(xp, name, options, own, after)
    take_over(xp, native, bridge.export_native(ours), dict(zip(given, after, strict=True)))

    found = train(xp, after, native, range(20, 40))

    assert error(found, train(xp, given, ours, range(20, 40))) <= SMALL


def take_over(xp: Framework, native: Any, exported: dict[str, Any], params: dict[Any, Any]) -> None:
    """Load what is of the first parameters into a native optimizer over the second ones."""
    if xp.name != "paddle":
        native.load_state_dict(exported)
        return
    # Paddle's entries go by the names of the parameters, which are others here.
    for old, new in params.items():
        exported = {key.replace(f"{old.name}_", f"{new.name}_"): v for key, v in exported.items()}
    native.set_state_dict(exported)


@pytest.mark.parametrize("name", ["ASGD", "Adafactor", "LAMB", "Lion", "Muon", "Adamax", "NAdam"])
def test_what_a_framework_has_no_class_for_is_refused(xp: Framework, name: str) -> None:
    ours = getattr(optim, name)([xp.param(START[0])])
    has = {
        "torch": {"ASGD", "Adafactor", "Muon", "Adamax", "NAdam"},
        "paddle": {"LAMB", "Adamax", "NAdam"},
        "oneflow": {"LAMB"},
    }[xp.name]

    if name in has:
        assert bridge.export_native(ours)
    else:
        with pytest.raises(UnsupportedError, match=f" {name}"):
            bridge.export_native(ours)


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("SGD", {"maximize": True}, "OneFlow's SGD ignores maximize"),
        ("RMSprop", {"momentum": 0.9}, "OneFlow's RMSprop has no momentum"),
        ("Adam", {"decoupled_weight_decay": True}, "OneFlow's Adam has no decoupled decay"),
    ],
)
@pytest.mark.only_backend("oneflow")
def test_what_oneflow_would_do_otherwise_is_refused(
    xp: Framework, name: str, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnsupportedError, match=reason):
        bridge.export_native(getattr(optim, name)(params(xp), **options))


@pytest.mark.only_backend("oneflow")
def test_oneflow_has_one_count_of_steps(xp: Framework) -> None:
    given = params(xp)
    ours = optim.Adam(given)
    xp.set_grad(given[0], GRADS[0][0])
    ours.step()
    train(xp, given, ours, range(1))

    with pytest.raises(UnsupportedError, match=r"these have taken \[1, 2\]"):
        bridge.export_native(ours)


def test_nothing_exported_or_loaded_is_shared(xp: Framework) -> None:
    given, others = params(xp), params(xp)
    ours, later = optim.Adam(given, lr=LR), optim.Adam(others, lr=LR)
    train(xp, given, ours, range(3))
    exported = bridge.export_native(ours)
    before = xp.numpy(ours.state[given[0]]["exp_avg"])
    bridge.load_native(later, exported)
    train(xp, others, later, range(3, 6))

    assert (xp.numpy(ours.state[given[0]]["exp_avg"]) == before).all()
    bridge.load_native(later, exported)
    assert (xp.numpy(later.state[others[0]]["exp_avg"]) == before).all()
    assert int(later.state[others[0]]["step"]) == 3


def test_torchs_own_state_loads_anywhere(xp: Framework) -> None:
    torch = Framework("torch")
    given = params(torch)
    native = torch.module.optim.NAdam(given, lr=LR)
    after = [xp.param(array) for array in train(torch, given, native, range(20))]
    ours = optim.NAdam(after, lr=0.7)
    bridge.load_native(ours, native.state_dict())

    found = train(xp, after, ours, range(20, 40))

    assert error(found, train(torch, given, native, range(20, 40))) <= 1e-6


# What follows is about Paddle's files, which any framework's optimizer of ours can take.


@pytest.fixture
def paddle() -> Framework:
    return Framework("paddle")


def test_a_pdopt_of_a_model_loads_anywhere(
    xp: Framework, paddle: Framework, tmp_path: Path
) -> None:
    linear, theirs = paddle.module.nn.Linear(3, 3), xp.module.nn.Linear(3, 3)
    schedule = paddle.module.optimizer.lr.StepDecay(LR, step_size=15)
    native = paddle.module.optimizer.Adam(schedule, parameters=linear.parameters())
    grads = [[np.outer(g[1], g[1]) + g[0][:3], g[1]] for g in GRADS]
    for step in range(20):
        for param, grad in zip(linear.parameters(), grads[step], strict=True):
            paddle.set_grad(param, grad)
        native.step()
        schedule.step()
    paddle.module.save(native.state_dict(), str(tmp_path / "model.pdopt"))
    ours = optim.Adam(theirs.parameters(), lr=LR)
    scheduler = optim.lr_scheduler.StepLR(ours, step_size=15)
    checkpoint = paddle.module.load(str(tmp_path / "model.pdopt"))
    bridge.load_native(ours, checkpoint, scheduler=scheduler)
    moment = paddle.numpy(checkpoint[f"{linear.weight.name}_moment1_0"])
    found = xp.numpy(ours.state[theirs.weight]["exp_avg"])

    assert found == pytest.approx(moment if xp.name == "paddle" else moment.T, rel=1e-6)
    assert int(ours.state[theirs.bias]["step"]) == 20
    assert scheduler.last_epoch == 20
    assert ours.param_groups[0]["lr"] == pytest.approx(LR / 10)


@pytest.mark.parametrize("steps", [1, 20, 500, 3000])
def test_the_powers_tell_the_steps(paddle: Framework, steps: int) -> None:
    param = paddle.param(START[1])
    native = paddle.module.optimizer.Adam(1e-4, parameters=[param])
    for _ in range(steps):
        paddle.set_grad(param, GRADS[0][1])
        native.step()
    ours = optim.Adam([paddle.param(START[1])])
    bridge.load_native(ours, native.state_dict())
    (state,) = ours.state.values()

    assert state["step"] == steps


def test_a_second_native_optimizer_loads_under_a_guard(paddle: Framework) -> None:
    given = params(paddle)
    first = paddle.module.optimizer.Adam(LR, parameters=given)
    train(paddle, given, first, range(3))
    ours = optim.Adam(given, lr=LR)
    bridge.load_native(ours, first.state_dict())
    second = paddle.module.optimizer.Adam(LR, parameters=given)
    second.set_state_dict(bridge.export_native(ours))
    with paddle.module.utils.unique_name.guard():
        train(paddle, given, second, range(3, 4))

    power = second.state_dict()[f"{given[0].name}_beta1_pow_acc_0"]
    assert paddle.numpy(power) == pytest.approx(0.9**5)


def test_steps_that_paddle_does_not_tell_have_to_be_given(paddle: Framework) -> None:
    given = params(paddle)
    native = paddle.module.optimizer.Adagrad(LR, parameters=given)
    train(paddle, given, native, range(3))
    ours = optim.Adagrad(params(paddle), lr_decay=0.1)

    with pytest.raises(UnsupportedError, match=r"Hint: give load_native\(..., step=...\)"):
        bridge.load_native(ours, native.state_dict())
    bridge.load_native(ours, native.state_dict(), step=3)
    assert [state["step"] for state in ours.state.values()] == [3, 3]


def test_a_pdopt_that_does_not_fit_is_refused(xp: Framework, paddle: Framework) -> None:
    given = params(paddle)
    native = paddle.module.optimizer.Adam(LR, parameters=given)
    train(paddle, given, native, range(3))
    checkpoint = native.state_dict()
    ours = optim.Adam(params(xp), lr=0.7)

    with pytest.raises(StateMismatchError, match=r"is not of paddle.optimizer.Momentum"):
        bridge.load_native(optim.SGD(params(xp), momentum=0.9), checkpoint)
    with pytest.raises(StateMismatchError, match=r"is of 2 parameters .* has 1 trainable"):
        bridge.load_native(optim.Adam(params(xp)[:1]), checkpoint)
    with pytest.raises(StateMismatchError, match="has no moment2_max of"):
        bridge.load_native(optim.Adam(params(xp), amsgrad=True), checkpoint)
    with pytest.raises(ValueError, match="loaded state dict holds exp_avg of parameter 0"):
        bridge.load_native(optim.Adam([xp.param(START[0].T.copy()), params(xp)[1]]), checkpoint)
    with pytest.raises(UnsupportedError, match="master weights"):
        bridge.load_native(ours, {**checkpoint, "master_weights": {"w": 1}})
    assert ours.param_groups[0]["lr"] == 0.7
    assert not ours.state


@pytest.mark.parametrize("checkpoint", [3, [], "x.pdopt", {0: 1}], ids=str)
def test_a_checkpoint_is_a_dict(paddle: Framework, checkpoint: Any) -> None:
    with pytest.raises(CheckpointError, match="checkpoint must be what an optimizer's state_dict"):
        bridge.load_native(optim.SGD(params(paddle)), checkpoint)
    with pytest.raises(TypeError, match=r"optimizer must be one of bridge.optim"):
        bridge.load_native(checkpoint, {})


_MEANS = {"LAMB": "exp_avg_sq", "RMSprop": "square_avg", "RAdam": "exp_avg_sq"}


@pytest.mark.parametrize(("name", "options", "own"), ROWS)
def test_a_native_mean_is_torchs_but_for_the_rounding_that_is_noted(
    xp: Framework, name: str, options: dict[str, Any], own: dict[str, Any]
) -> None:
    torch, key = Framework("torch"), _MEANS.get(name, "exp_avg_sq")
    given, exact = params(xp), [torch.param(array.astype("f8")) for array in START]
    native = native_of(xp, name, options, own, given)
    train(xp, given, native, range(20))
    ours = getattr(optim, name)(given, lr=LR, **options)
    bridge.load_native(ours, native.state_dict(), step=20)
    # OneFlow's brings its betas along.
    betas = {key: ours.param_groups[0][key] for key in ours.param_groups[0].keys() & {"betas"}}
    reference = getattr(optim, name)(exact, lr=LR, **{**options, **betas})
    for grads in GRADS[:20]:
        for param, grad in zip(exact, grads, strict=True):
            torch.set_grad(param, grad.astype("f8"))
        reference.step()
    noted = ours.state_dict().get("scaled", {})
    for place, (mine, theirs) in enumerate(zip(given, exact, strict=True)):
        if key in reference.state[theirs]:
            scale = noted.get(place, {}).get(key, 1.0)
            expected = torch.numpy(reference.state[theirs][key]) * scale

            assert xp.numpy(ours.state[mine][key]) == pytest.approx(expected, rel=3e-6)


@pytest.mark.only_backend("paddle")
def test_a_square_weight_with_a_name_of_ones_own_is_refused_elsewhere(xp: Framework) -> None:
    name = xp.module.utils.unique_name.generate("mine")
    net = xp.module.nn.Linear(3, 3, weight_attr=xp.module.ParamAttr(name=name), bias_attr=False)
    native = xp.module.optimizer.Adam(0.1, parameters=net.parameters())
    xp.set_grad(net.weight, np.ones((3, 3), "f4"))
    native.step()
    torch, here = Framework("torch"), optim.Adam(net.parameters(), lr=0.1)
    bridge.load_native(here, native.state_dict())

    assert here.state[net.weight]["step"] == 1
    with pytest.raises(ValueError, match="does not tell how parameter 0"):
        bridge.load_native(optim.Adam([torch.param(np.ones((3, 3), "f4"))]), native.state_dict())
