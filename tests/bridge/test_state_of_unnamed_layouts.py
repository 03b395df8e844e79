"""Matrices of Paddle whose names do not tell whether they are a Linear's: never silently wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import StateMismatchError
from tests.frameworks import Framework

if TYPE_CHECKING:
    from pathlib import Path

_OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("Adam", {"lr": 0.1}),
    ("Adafactor", {"lr": 0.1}),
]
_each_optimizer = pytest.mark.parametrize(("name", "options"), _OPTIONS)
_on_paddle = pytest.mark.only_backend("paddle")


def _linear(xp: Framework, size: int) -> Any:
    """Make a Linear whose weight has a name that the user gave, where the framework has names."""
    if xp.name != "paddle":
        return xp.module.nn.Linear(3, size)
    attribute = xp.module.ParamAttr(name=xp.module.utils.unique_name.generate("mine"))
    return xp.module.nn.Linear(3, size, weight_attr=attribute)


def _derived(xp: Framework, size: int) -> Any:
    """Make one of a class of the user's own."""
    return type("Head", (xp.module.nn.Linear,), {})(3, size)


def _build(xp: Framework, size: int, name: str, options: Any, layer: Any = _linear) -> Any:
    net = layer(xp, size)
    return net, getattr(optim, name)(net.parameters(), **options)


def _train(xp: Framework, net: Any, opt: Any, steps: range) -> Any:
    """Return the weight as torch lays it out."""
    for step in steps:
        for param, shape in ((net.weight, (net.bias.shape[0], 3)), (net.bias, net.bias.shape)):
            grad = np.random.default_rng(step).standard_normal(shape).astype("f4")
            is_turned = xp.name == "paddle" and grad.ndim == 2
            xp.set_grad(param, np.ascontiguousarray(grad.T) if is_turned else grad)
        opt.step()
    weight = xp.numpy(net.weight)
    return weight.T if xp.name == "paddle" else weight


@_on_paddle
@_each_optimizer
@pytest.mark.parametrize("layer", [_linear, _derived])
@pytest.mark.parametrize("order", [1, -1], ids=["from torch", "to torch"])
def test_the_shapes_tell_where_they_differ(
    xp: Framework, order: int, layer: Any, name: str, options: dict[str, Any]
) -> None:
    here, there = (Framework("torch"), xp)[::order]
    net, opt = _build(here, 5, name, options, layer)
    moved, follows = _build(there, 5, name, options, layer)
    _train(here, net, opt, range(5))
    bridge.move_state(params=(net, moved))
    follows.load_state_dict(opt.state_dict())

    expected = _train(here, net, opt, range(5, 10))
    assert _train(there, moved, follows, range(5, 10)) == pytest.approx(expected, abs=1e-5)


@_on_paddle
@_each_optimizer
@pytest.mark.parametrize("layer", [_linear, _derived])
@pytest.mark.parametrize("order", [1, -1], ids=["from torch", "to torch"])
def test_a_square_one_is_refused_and_moves_with_its_layer(
    xp: Framework, order: int, layer: Any, name: str, options: dict[str, Any]
) -> None:
    here, there = (Framework("torch"), xp)[::order]
    net, opt = _build(here, 3, name, options, layer)
    moved, follows = _build(there, 3, name, options, layer)
    _train(here, net, opt, range(5))
    with pytest.raises(ValueError, match=r"does not tell how parameter 0, \[3, 3\], lies in it"):
        follows.load_state_dict(opt.state_dict())
    bridge.move_state(params=(net, moved), optimizer=(opt, follows))

    expected = _train(here, net, opt, range(5, 10))
    assert _train(there, moved, follows, range(5, 10)) == pytest.approx(expected, abs=1e-5)


@_on_paddle
@_each_optimizer
@pytest.mark.parametrize("layer", [_linear, _derived])
@pytest.mark.parametrize("size", [3, 5])
def test_on_paddle_itself_it_stays_as_it_is(
    xp: Framework, size: int, layer: Any, name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    net, opt = _build(xp, size, name, options, layer)
    _train(xp, net, opt, range(5))
    bridge.save(path, optimizer=opt)
    follows = [_build(xp, size, name, options, layer)[1] for _ in range(2)]
    follows[0].load_state_dict(opt.state_dict())
    bridge.load(path, optimizer=follows[1])
    expected = list(opt.state.values())

    for each in follows:
        for ours, theirs in zip(each.state.values(), expected, strict=True):
            for key in ours.keys() - {"step"}:
                assert (xp.numpy(ours[key]) == xp.numpy(theirs[key])).all()


@_on_paddle
def test_a_file_of_the_optimizer_alone_is_refused_elsewhere(xp: Framework, tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    net, opt = _build(xp, 3, "Adam", {})
    _train(xp, net, opt, range(1))
    bridge.save(path, optimizer=opt)
    _, follows = _build(Framework("torch"), 3, "Adam", {})

    with pytest.raises(ValueError, match="does not tell how parameter 0"):
        bridge.load(path, optimizer=follows)
    assert not follows.state


@_on_paddle
def test_the_vectors_of_lbfgs_are_refused_whatever_the_shape(xp: Framework) -> None:
    net, opt = _build(xp, 5, "LBFGS", {})

    def closure() -> Any:
        opt.zero_grad()
        loss = (net(xp.tensor(np.ones((2, 3), "f4"))) ** 2).sum()
        loss.backward()
        return loss

    opt.step(closure)
    _, follows = _build(Framework("torch"), 5, "LBFGS", {})

    with pytest.raises(ValueError, match="does not tell how parameter 0"):
        follows.load_state_dict(opt.state_dict())


@_on_paddle
def test_a_matrix_without_a_layer_lies_as_in_torch(xp: Framework) -> None:
    torch = Framework("torch")
    start = np.eye(3, dtype="f4")
    source, here = (optim.Adam([f.param(start)]) for f in (torch, xp))
    torch.set_grad(source.param_groups[0]["params"][0], np.arange(9, dtype="f4").reshape(3, 3))
    source.step()
    here.load_state_dict(source.state_dict())
    (ours,), (theirs,) = here.state.values(), source.state.values()

    assert xp.numpy(ours["exp_avg"]) == pytest.approx(torch.numpy(theirs["exp_avg"]))


@_on_paddle
@pytest.mark.parametrize("order", [1, -1], ids=["from torch", "to torch"])
def test_a_square_parameter_without_its_layer_is_refused_until_told(
    xp: Framework, order: int
) -> None:
    here, there = (Framework("torch"), xp)[::order]
    net, moved = _linear(here, 3), _linear(there, 3)
    pairs = {"w": net.weight}, {"w": moved.weight}
    with pytest.raises(StateMismatchError, match=r"nothing tells how w, \[3, 3\], lies: .*\nHint"):
        bridge.move_state(params=pairs)
    bridge.move_state(params=pairs, transposed=["w"])

    assert (there.numpy(moved.weight) == here.numpy(net.weight).T).all()


@_on_paddle
def test_a_square_parameter_without_its_layer_stays_as_it_is_on_paddle(
    xp: Framework, tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    net, other = _linear(xp, 3), _linear(xp, 3)
    bridge.save(path, params={"w": net.weight})
    bridge.load(path, params={"w": other.weight})

    assert (xp.numpy(other.weight) == xp.numpy(net.weight)).all()
