"""Where torch.optim raises, so do we: the same type of exception and the same first line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from torch.optim.optimizer import required as torchs_required

from bridge import optim
from bridge.backends._protocol import required as ours_required
from bridge.errors import MixedBackendsError, UnknownTensorError
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

_ONES = np.ones(3, "f4")


def _two(xp: Framework) -> list[Any]:
    return [xp.param(_ones) for _ones in (_ONES, _ONES)]


def _add_twice(xp: Framework, opt: Any) -> Any:
    params = _two(xp)
    made = opt.SGD(params)
    made.add_param_group({"params": params[:1]})


def _add_named(xp: Framework, opt: Any) -> Any:
    opt.SGD(_two(xp)).add_param_group({"params": [("w", xp.param(_ONES))]})


def _load_fewer_groups(xp: Framework, opt: Any) -> Any:
    saved = opt.SGD(_two(xp)).state_dict()
    opt.SGD([{"params": [p]} for p in _two(xp)]).load_state_dict(saved)


def _load_smaller_group(xp: Framework, opt: Any) -> Any:
    saved = opt.SGD(_two(xp)).state_dict()
    opt.SGD(_two(xp)[:1]).load_state_dict(saved)


def _switch_amsgrad_on(xp: Framework, opt: Any) -> Any:
    params = _two(xp)
    made = opt.Adam(params)
    for param in params:
        xp.set_grad(param, _ONES)
    made.step()
    made.param_groups[0]["amsgrad"] = True
    made.step()


def _step_muon(xp: Framework, opt: Any, **options: Any) -> Any:
    param = xp.param(np.ones((2, 3), "f4"))
    made = opt.Muon([param], **options)
    xp.set_grad(param, np.ones((2, 3), "f4"))
    made.step()


def _bare_step(xp: Framework, opt: Any) -> Any:
    opt.Optimizer(_two(xp), {}).step()


def _required_option(xp: Framework, opt: Any) -> Any:
    opt.Optimizer(_two(xp), {"lr": ours_required if opt is optim else torchs_required})


def _one_tensor(xp: Framework, opt: Any) -> Any:
    opt.SGD(xp.param(_ONES))


MISUSES: list[tuple[str, Callable[[Framework, Any], Any]]] = [
    ("no parameters", lambda xp, opt: opt.SGD([])),  # noqa: ARG005 - the same call for every row
    ("an exhausted iterator", lambda xp, opt: opt.SGD(iter(()))),  # noqa: ARG005
    ("a list of numbers", lambda xp, opt: opt.SGD([1.5])),  # noqa: ARG005
    ("arrays", lambda xp, opt: opt.SGD([_ONES])),  # noqa: ARG005
    ("a number", lambda xp, opt: opt.SGD(3)),  # noqa: ARG005
    ("a layer", lambda xp, opt: opt.SGD(xp.module.nn.Linear(2, 3))),
    ("a set in a group", lambda xp, opt: opt.SGD([{"params": set(_two(xp))}])),
    ("a group without params", lambda xp, opt: opt.SGD([{"weights": _two(xp)}])),
    ("a number after groups", lambda xp, opt: opt.SGD([{"params": _two(xp)}, 3])),
    ("a group after tensors", lambda xp, opt: opt.SGD([*_two(xp), {"params": _two(xp)}])),
    ("a result of computing", lambda xp, opt: opt.SGD([xp.param(_ONES) * 2])),
    ("names for some", lambda xp, opt: opt.SGD([("w", xp.param(_ONES)), xp.param(_ONES)])),
    ("one parameter in two groups", _add_twice),
    ("names in one group only", _add_named),
    ("a required option missing", _required_option),
    ("negative lr", lambda xp, opt: opt.SGD(_two(xp), lr=-0.1)),
    ("negative momentum", lambda xp, opt: opt.SGD(_two(xp), momentum=-0.5)),
    ("negative decay", lambda xp, opt: opt.SGD(_two(xp), weight_decay=-0.5)),
    ("nesterov alone", lambda xp, opt: opt.SGD(_two(xp), nesterov=True)),
    (
        "nesterov dampened",
        lambda xp, opt: opt.SGD(_two(xp), momentum=0.9, nesterov=True, dampening=0.1),
    ),
    ("fused and foreach", lambda xp, opt: opt.SGD(_two(xp), fused=True, foreach=True)),
    (
        "fused and differentiable",
        lambda xp, opt: opt.Adam(_two(xp), fused=True, differentiable=True),
    ),
    ("lr of two entries", lambda xp, opt: opt.SGD(_two(xp), lr=xp.tensor(np.ones(2, "f4")))),
    (
        "lr a tensor with foreach",
        lambda xp, opt: opt.Adam(_two(xp), lr=xp.tensor(np.asarray(0.1, "f4")), foreach=True),
    ),
    ("lr nan", lambda xp, opt: opt.Adam(_two(xp), lr=float("nan"))),
    ("negative eps", lambda xp, opt: opt.Adam(_two(xp), eps=-1e-8)),
    ("beta1 of one", lambda xp, opt: opt.Adam(_two(xp), betas=(1.0, 0.999))),
    ("beta2 below zero", lambda xp, opt: opt.AdamW(_two(xp), betas=(0.9, -0.1))),
    ("an int as beta", lambda xp, opt: opt.Adam(_two(xp), betas=(0, 0.999))),
    ("negative decay of Adam", lambda xp, opt: opt.Adam(_two(xp), weight_decay=-1)),
    ("beta2_decay above zero", lambda xp, opt: opt.Adafactor(_two(xp), beta2_decay=0.8)),
    ("negative lr of Adafactor", lambda xp, opt: opt.Adafactor(_two(xp), lr=-1.0)),
    ("negative eps1", lambda xp, opt: opt.Adafactor(_two(xp), eps=(-1e-3, 1e-3))),
    ("negative eps2", lambda xp, opt: opt.Adafactor(_two(xp), eps=(None, -1e-3))),
    ("a threshold below one", lambda xp, opt: opt.Adafactor(_two(xp), d=0.5)),
    ("negative decay of Adafactor", lambda xp, opt: opt.Adafactor(_two(xp), weight_decay=-1.0)),
    ("vectors for Muon", lambda xp, opt: opt.Muon(_two(xp))),
    ("negative lr of Muon", lambda xp, opt: opt.Muon(_two(xp), lr=-1.0)),
    ("negative momentum of Muon", lambda xp, opt: opt.Muon(_two(xp), momentum=-1.0)),
    ("negative decay of Muon", lambda xp, opt: opt.Muon(_two(xp), weight_decay=-1.0)),
    ("an unknown adjustment", lambda xp, opt: opt.Muon(_two(xp), adjust_lr_fn="rms")),
    ("two coefficients", lambda xp, opt: _step_muon(xp, opt, ns_coefficients=(3.0, -4.0))),
    ("too many iterations", lambda xp, opt: _step_muon(xp, opt, ns_steps=100)),
    ("lr zero of SparseAdam", lambda xp, opt: opt.SparseAdam(_two(xp), lr=0.0)),
    ("eps zero of SparseAdam", lambda xp, opt: opt.SparseAdam(_two(xp), eps=0.0)),
    ("beta1 of one for SparseAdam", lambda xp, opt: opt.SparseAdam(_two(xp), betas=(1.0, 0.9))),
    ("an unknown option", lambda xp, opt: opt.SGD(_two(xp), learning_rate=0.1)),
    ("a state of fewer groups", _load_fewer_groups),
    ("a state of another size", _load_smaller_group),
    ("amsgrad after the first step", _switch_amsgrad_on),
    ("a step of nobody's", _bare_step),
    (
        "a group that is none",
        lambda xp, opt: opt.SGD(_two(xp)).add_param_group([xp.param(_ONES)]),
    ),
]


def _caught(xp: Framework, opt: Any, misuse: Callable[[Framework, Any], Any]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which, is what we ask
        misuse(xp, opt)
    return caught.value


@pytest.mark.parametrize(("name", "misuse"), MISUSES, ids=[name for name, _ in MISUSES])
def test_misuse_raises_as_torch_does(
    xp: Framework, name: str, misuse: Callable[[Framework, Any], Any]
) -> None:
    del name
    torch = Framework("torch")
    torchs, ours = _caught(torch, torch.module.optim, misuse), _caught(xp, optim, misuse)

    assert isinstance(ours, type(torchs))
    assert str(ours).split("\n")[0] == str(torchs).split("\n")[0]


def test_one_tensor_is_no_list(xp: Framework) -> None:
    expected = (
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
    )

    with pytest.raises(TypeError, match=expected):
        optim.SGD(xp.param(_ONES))


@pytest.mark.only_backend("torch")
def test_one_tensor_of_torch_is_named_as_torch_names_it(xp: Framework) -> None:
    ours, torchs = (_caught(xp, opt, _one_tensor) for opt in (optim, xp.module.optim))

    assert str(ours).split("\n")[0] == str(torchs)


def test_a_model_instead_of_its_parameters_gets_a_hint(xp: Framework) -> None:
    with pytest.raises(TypeError, match=r"Hint: pass model.parameters\(\), not the model"):
        optim.SGD(xp.module.nn.Linear(2, 3))


def test_layers_instead_of_parameters_get_a_hint(xp: Framework) -> None:
    nn = xp.module.nn

    with pytest.raises(UnknownTensorError, match=r"(?s)one of the params is.*model.parameters\(\)"):
        optim.SGD(nn.Sequential(nn.Linear(2, 3), nn.Tanh()))


def test_two_frameworks_in_one_optimizer_are_refused() -> None:
    params = [Framework("torch").param(_ONES), Framework("paddle").param(_ONES)]

    with pytest.raises(MixedBackendsError, match="one framework, got paddle and torch"):
        optim.SGD(params)


def test_a_group_of_another_framework_is_refused(xp: Framework) -> None:
    opt = optim.SGD(_two(xp))
    other = {"torch": "paddle"}.get(xp.name, "torch")

    with pytest.raises(TypeError):
        opt.add_param_group({"params": [Framework(other).param(_ONES)]})


_OF_REALS = [
    *["Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "ASGD"],
    *["LAMB", "Lion", "Muon", "NAdam", "RAdam", "RMSprop", "Rprop"],
]


@pytest.mark.parametrize("name", _OF_REALS)
def test_complex_parameters_are_refused_off_torch(name: str) -> None:
    paddle = Framework("paddle")
    param = paddle.module.to_tensor(np.ones((2, 2), "c8"), stop_gradient=False)
    paddle.set_grad(param, np.ones((2, 2), "c8"))

    with pytest.raises(NotImplementedError, match=f"{name} does not support complex parameters"):
        getattr(optim, name)([param]).step()


def _embedding(xp: Framework) -> Any:
    return xp.module.nn.Embedding(5, 2, sparse=True)


@pytest.mark.xfail_backend("oneflow", reason="its Embedding has no sparse gradients")
def test_adam_refuses_sparse_gradients(xp: Framework) -> None:
    layer = _embedding(xp)
    opt = optim.Adam(layer.parameters())
    layer(xp.tensor(np.array([1, 3]))).sum().backward()

    with pytest.raises(RuntimeError, match="Adam does not support sparse gradients, please cons"):
        opt.step()


@pytest.mark.xfail_backend("torch", reason="torch's SGD takes sparse gradients")
@pytest.mark.xfail_backend("oneflow", reason="its Embedding has no sparse gradients")
def test_sgd_refuses_sparse_gradients_before_it_touches_them(xp: Framework) -> None:
    layer = _embedding(xp)
    before = xp.numpy(layer.weight)
    opt = optim.SGD(layer.parameters(), momentum=0.9)
    layer(xp.tensor(np.array([1, 3]))).sum().backward()

    with pytest.raises(NotImplementedError, match="make the layer with sparse=False"):
        opt.step()
    assert (xp.numpy(layer.weight) == before).all()
