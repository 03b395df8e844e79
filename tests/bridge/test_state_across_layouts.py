"""States move with the layers they belong to: Paddle's Linear lies the other way round."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import StateMismatchError
from tests.frameworks import Framework

STEPS = 40
OTHERS = pytest.mark.parametrize("other", ["torch", "paddle"])
CONFIGURATIONS = pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"lr": 0.1, "momentum": 0.9}),
        ("Adam", {"lr": 0.05, "amsgrad": True}),
        ("Adafactor", {"lr": 0.05}),
        ("Adagrad", {"lr": 0.05}),
        ("LAMB", {"lr": 0.05, "weight_decay": 0.1}),
    ],
    ids=str,
)

# As torch lays them out; the second weight is square, so that its shape tells nothing.
SHAPES = {
    "0.weight": (4, 3),
    "0.bias": (4,),
    "1.weight": (4,),
    "1.bias": (4,),
    "3.weight": (4, 4),
    "3.bias": (4,),
    "4.weight": (1,),
}
_RANDOM = np.random.default_rng(3)
GRADS = [{n: _RANDOM.standard_normal(s).astype("f4") for n, s in SHAPES.items()} for _ in range(40)]


def model(xp: Framework) -> Any:
    nn = xp.module.nn
    norm = nn.BatchNorm1D if xp.name == "paddle" else nn.BatchNorm1d
    xp.module.manual_seed(0) if xp.name != "paddle" else xp.module.seed(0)
    return nn.Sequential(nn.Linear(3, 4), norm(4), nn.Tanh(), nn.Linear(4, 4), nn.PReLU())


def torchs(xp: Framework, name: str, array: Any) -> Any:
    """Turn what lies as here into what lies as in torch, or back."""
    return array.T if xp.name == "paddle" and name in {"0.weight", "3.weight"} else array


def named(net: Any) -> dict[str, Any]:
    """Name the trained tensors as torch does."""
    trained = [(n, p) for n, p in net.named_parameters() if p.requires_grad]
    return dict(zip(SHAPES, (param for _, param in trained), strict=True))


def train(xp: Framework, net: Any, opt: Any, steps: range) -> dict[str, Any]:
    params = named(net)
    for step in steps:
        for name, param in params.items():
            xp.set_grad(param, np.ascontiguousarray(torchs(xp, name, GRADS[step][name])))
        opt.step()
    return {name: torchs(xp, name, xp.numpy(param)) for name, param in params.items()}


def error(found: dict[str, Any], expected: dict[str, Any]) -> float:
    return max(
        float(np.abs(found[k] - expected[k]).max() / np.abs(expected[k]).max()) for k in expected
    )


def build(xp: Framework, name: str, options: dict[str, Any]) -> tuple[Any, Any]:
    net = model(xp)
    # Everything that parameters() yields, BatchNorm's statistics on Paddle too.
    return net, getattr(optim, name)(net.parameters(), **options)


def start(xp: Framework, other: Framework, name: str, options: dict[str, Any]) -> tuple[Any, ...]:
    """Train from one start: whole on `xp`, half there, nothing yet on the other."""
    stayed, whole = build(xp, name, options)
    before, half = build(xp, name, options)
    bridge.move_state(params=(stayed, before))
    expected = train(xp, stayed, whole, range(STEPS))
    train(xp, before, half, range(STEPS // 2))
    return expected, before, half, *build(other, name, options)


@OTHERS
@CONFIGURATIONS
def test_a_model_goes_on_elsewhere(
    xp: Framework, other: str, name: str, options: dict[str, Any]
) -> None:
    there = Framework(other)
    expected, net, opt, moved_net, moved = start(xp, there, name, options)
    bridge.move_state(params=(net, moved_net), optimizer=(opt, moved))

    assert error(train(there, moved_net, moved, range(20, STEPS)), expected) <= 1e-6


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize("other", ["torch", "paddle"])
@CONFIGURATIONS
def test_a_model_comes_to_oneflow(
    xp: Framework, other: str, name: str, options: dict[str, Any]
) -> None:
    expected, net, opt, moved_net, moved = start(Framework(other), xp, name, options)
    bridge.move_state(params=(net, moved_net), optimizer=(opt, moved))

    assert error(train(xp, moved_net, moved, range(20, STEPS)), expected) <= 1e-6


@OTHERS
@CONFIGURATIONS
def test_a_plain_state_dict_is_enough(
    xp: Framework, other: str, name: str, options: dict[str, Any]
) -> None:
    there = Framework(other)
    expected, net, opt, moved_net, moved = start(xp, there, name, options)
    bridge.move_state(params=(net, moved_net))
    moved.load_state_dict(opt.state_dict())

    assert error(train(there, moved_net, moved, range(20, STEPS)), expected) <= 1e-6


def test_torchs_own_optimizer_hands_over_too(xp: Framework) -> None:
    torch = Framework("torch")
    net = model(torch)
    theirs = torch.module.optim.Adam(net.parameters(), lr=0.05)
    train(torch, net, theirs, range(20))
    moved_net, moved = build(xp, "Adam", {"lr": 0.05})
    bridge.move_state(params=(net, moved_net), optimizer=(theirs, moved))

    after = train(xp, moved_net, moved, range(20, STEPS))

    assert error(after, train(torch, net, theirs, range(20, STEPS))) <= 1e-6


def test_torchs_own_optimizer_takes_over_too(xp: Framework) -> None:
    torch = Framework("torch")
    net, opt = build(xp, "Adam", {"lr": 0.05})
    train(xp, net, opt, range(20))
    moved_net = model(torch)
    theirs = torch.module.optim.Adam(moved_net.parameters(), lr=0.7)
    bridge.move_state(params=(net, moved_net), optimizer=(opt, theirs))

    after = train(torch, moved_net, theirs, range(20, STEPS))

    assert error(after, train(xp, net, opt, range(20, STEPS))) <= 1e-6


@pytest.mark.filterwarnings("ignore:When training, we now always track global mean")  # paddle
@OTHERS
def test_statistics_move_with_the_model(xp: Framework, other: str) -> None:
    there = Framework(other)
    net, moved = model(xp), model(there)
    own = ("_mean", "_variance") if xp.name == "paddle" else ("running_mean", "running_var")
    theirs = ("_mean", "_variance") if other == "paddle" else ("running_mean", "running_var")
    net(xp.tensor(np.linspace(-3, 5, 12, dtype="f4").reshape(4, 3)))
    bridge.move_state(params=(net, moved))

    for here, away in zip(own, theirs, strict=True):
        kept = xp.numpy(getattr(net[1], here))
        assert not np.isin(kept, [0, 1]).any()
        assert (there.numpy(getattr(moved[1], away)) == kept).all()


def test_arrays_load_as_tensors_do(xp: Framework) -> None:
    net, opt = build(xp, "Adam", {"lr": 0.05})
    train(xp, net, opt, range(20))
    saved = opt.state_dict()
    saved["state"] = {
        place: {k: v if isinstance(v, int) else xp.numpy(v) for k, v in entries.items()}
        for place, entries in saved["state"].items()
    }
    moved_net, moved = build(xp, "Adam", {"lr": 0.7})
    bridge.move_state(params=(net, moved_net))
    moved.load_state_dict(saved)

    after = train(xp, moved_net, moved, range(20, STEPS))

    assert error(after, train(xp, net, opt, range(20, STEPS))) == 0


@OTHERS
def test_names_say_which_weights_lie_the_other_way(xp: Framework, other: str) -> None:
    there = Framework(other)
    array = np.arange(9, dtype="f4").reshape(3, 3)
    here, away = {"w": xp.param(array)}, {"w": there.param(array)}
    opt, moved = (optim.SGD(each.values(), momentum=0.9) for each in (here, away))
    xp.set_grad(here["w"], array)
    opt.step()
    bridge.move_state(params=(here, away), optimizer=(opt, moved), transposed=["w"])

    assert (there.numpy(moved.state[away["w"]]["momentum_buffer"]) == array.T).all()
    assert (there.numpy(away["w"]) == xp.numpy(here["w"]).T).all()


def test_names_rule_the_order(xp: Framework) -> None:
    arrays = {"a": np.ones((2, 3), "f4"), "b": np.full((2, 3), 5.0, "f4")}
    here, away = ({name: xp.param(array) for name, array in arrays.items()} for _ in "12")
    opt = optim.SGD(here.items(), momentum=0.9)
    moved = optim.SGD(reversed(away.items()), momentum=0.9)
    for name, param in here.items():
        xp.set_grad(param, arrays[name])
    opt.step()
    moved.load_state_dict(opt.state_dict())

    assert (xp.numpy(moved.state[away["b"]]["momentum_buffer"]) == arrays["b"]).all()
    assert moved.param_groups[0]["param_names"] == ["b", "a"]


def test_a_state_that_cannot_fit_is_refused(xp: Framework) -> None:
    here, away = xp.param(np.ones((2, 3), "f4")), xp.param(np.ones((3, 2), "f4"))
    opt, moved = optim.SGD([here], momentum=0.9), optim.SGD([away], lr=0.7, momentum=0.9)
    xp.set_grad(here, np.ones((2, 3), "f4"))
    opt.step()

    with pytest.raises(ValueError, match=r"momentum_buffer of parameter 0 as \[2, 3\].*\[3, 2\]"):
        moved.load_state_dict(opt.state_dict())
    assert moved.param_groups[0]["lr"] == 0.7


def test_a_loaded_state_is_a_copy(xp: Framework) -> None:
    here, away = (xp.param(np.ones(3, "f4")) for _ in "12")
    opt, moved = (optim.SGD([param], momentum=0.9) for param in (here, away))
    for param in (here, away):
        xp.set_grad(param, np.ones(3, "f4"))
    opt.step()
    bridge.move_state(optimizer=(opt, moved))
    moved.step()

    assert xp.numpy(opt.state[here]["momentum_buffer"]).tolist() == [1, 1, 1]
    assert xp.numpy(moved.state[away]["momentum_buffer"]) == pytest.approx(1.9)


@OTHERS
def test_a_learning_rate_in_a_tensor_moves_as_one(xp: Framework, other: str) -> None:
    there = Framework(other)
    here, away = xp.param(np.ones(3, "f4")), there.param(np.ones(3, "f4"))
    opt = optim.SGD([here], lr=xp.tensor(np.array(0.25, "f4")))
    moved = optim.SGD([away], lr=0.7)
    bridge.move_state(optimizer=(opt, moved))

    assert isinstance(moved.param_groups[0]["lr"], there.module.Tensor)
    assert float(moved.param_groups[0]["lr"]) == 0.25


@OTHERS
def test_the_vectors_of_lbfgs_move(xp: Framework, other: str) -> None:
    there = Framework(other)
    stayed, whole = build_lbfgs(xp)
    net, opt = build_lbfgs(xp)
    moved_net, moved = build_lbfgs(there)
    bridge.move_state(params=(net, stayed))
    descend(xp, stayed, whole, 8)
    descend(xp, net, opt, 4)
    bridge.move_state(params=(net, moved_net), optimizer=(opt, moved))

    after = descend(there, moved_net, moved, 4)

    assert error(after, torchs_weights(xp, stayed)) <= 1e-6


def build_lbfgs(xp: Framework) -> tuple[Any, Any]:
    net = model(xp)
    return net, optim.LBFGS((p for p in net.parameters() if p.requires_grad), lr=0.3, max_iter=2)


def descend(xp: Framework, net: Any, opt: Any, steps: int) -> dict[str, Any]:
    """Bring every weight to one, each along a parabola of its own."""
    params = named(net)

    def closure() -> Any:
        for name, param in params.items():
            factors = torchs(xp, name, np.abs(GRADS[0][name]) + 0.1)
            xp.set_grad(param, np.ascontiguousarray((xp.numpy(param) - 1) * factors))
        return 1.0  # without a line search the loss only ends the search

    for _ in range(steps):
        opt.step(closure)
    return torchs_weights(xp, net)


def torchs_weights(xp: Framework, net: Any) -> dict[str, Any]:
    return {name: torchs(xp, name, xp.numpy(param)) for name, param in named(net).items()}


def test_lbfgs_refuses_vectors_of_other_parameters(xp: Framework) -> None:
    net, opt = build_lbfgs(xp)
    descend(xp, net, opt, 2)
    fewer = optim.LBFGS(list(named(net).values())[:-1])

    with pytest.raises(StateMismatchError, match=r"has 4.weight, the one to load it into has not"):
        bridge.move_state(params=(net, net), optimizer=(opt, fewer))
    statistic = [*named(net).values(), xp.param(np.ones(3, "f4"), requires_grad=False)]
    with pytest.raises(ValueError, match="vectors of 45 numbers, the parameters have 48"):
        optim.LBFGS(statistic).load_state_dict(opt.state_dict())


def test_transposed_names_what_is_there_and_a_matrix(xp: Framework) -> None:
    params = {"w": xp.param(np.ones((2, 3), "f4")), "b": xp.param(np.ones(3, "f4"))}

    with pytest.raises(StateMismatchError, match=r"transposed names x, .*\nAccepted: w, b"):
        bridge.move_state(params=(params, params), transposed=["x"])
    with pytest.raises(StateMismatchError, match="b cannot lie transposed"):
        bridge.move_state(params=(params, params), transposed=["b"])
    with pytest.raises(TypeError, match="give params= too"):
        bridge.move_state(optimizer=(optim.SGD(params.values()),) * 2, transposed=["w"])
