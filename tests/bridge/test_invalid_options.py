"""Each optimizer checks its options as torch's does: same exception, same message, same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_OPTION: dict[str, tuple[list[str], list[Any]]] = {
    "lr": (
        ["Adadelta", "Adagrad", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop"],
        [-0.1, float("nan")],
    ),
    "weight_decay": (
        ["Adadelta", "Adagrad", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop"],
        [-1, float("nan")],
    ),
    "eps": (["Adadelta", "Adagrad", "Adamax", "NAdam", "RAdam", "RMSprop"], [-1e-9]),
    "betas": (["Adamax", "NAdam", "RAdam"], [(1.0, 0.9), (0.9, 1.0), (-0.1, 0.9)]),
    "rho": (["Adadelta"], [1.1, -0.1, float("nan")]),
    "lr_decay": (["Adagrad"], [-0.1]),
    "initial_accumulator_value": (["Adagrad"], [-0.1]),
    "momentum_decay": (["NAdam"], [-0.1]),
    "momentum": (["RMSprop"], [-0.1]),
    "alpha": (["RMSprop"], [-0.1]),
    "etas": (["Rprop"], [(0.5, 0.9), (0.0, 1.2), (1.1, 1.2)]),
    "unknown": (["Adadelta", "Rprop"], [0.1]),
}
"""Option -> which optimizers check it, and what they refuse."""

_SEVERAL: list[tuple[str, dict[str, Any]]] = [
    ("Adadelta", {"weight_decay": -1, "eps": -1, "rho": -1}),
    ("Adagrad", {"eps": -1, "initial_accumulator_value": -1, "lr_decay": -1}),
    ("Adagrad", {"fused": True, "foreach": True}),
    ("Adagrad", {"fused": True, "differentiable": True}),
    ("Adamax", {"weight_decay": -1, "betas": (1.0, 1.0)}),
    ("ASGD", {"weight_decay": -1, "lr": -1}),
    ("NAdam", {"momentum_decay": -1, "weight_decay": -1}),
    ("RAdam", {"betas": (0.9, 1.0), "eps": -1}),
    ("RMSprop", {"alpha": -1, "weight_decay": -1, "momentum": -1}),
    ("Rprop", {"etas": (1.5, 1.2), "lr": -1}),
    ("Adam", {"betas": (0.9,)}),
    ("NAdam", {"betas": 0.9}),
    ("AdamW", {"eps": None}),
    ("Adafactor", {"lr": "0.1"}),
    ("Muon", {"adjust_lr_fn": ["original"]}),
]


def _mistakes() -> Iterator[tuple[str, dict[str, Any]]]:
    for option, (names, values) in _BY_OPTION.items():
        yield from ((name, {option: value}) for name in names for value in values)
    yield from _SEVERAL


def _caught(framework: Framework, module: Any, name: str, options: dict[str, Any]) -> Exception:
    params = [framework.param(np.ones((2, 2), "f4"))]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which, is what we ask
        getattr(module, name)(params, **options)
    return caught.value


@pytest.mark.parametrize(("name", "options"), list(_mistakes()))
def test_invalid_options_raise_as_in_torch(
    xp: Framework, name: str, options: dict[str, Any]
) -> None:
    torch = Framework("torch")
    theirs = _caught(torch, torch.module.optim, name, options)
    ours = _caught(xp, optim, name, options)

    assert type(ours) is type(theirs)
    assert str(ours).split("\n")[0] == str(theirs).split("\n")[0]


@pytest.mark.parametrize("step_sizes", [(1e-6,), (1e-6, 1.0, 50.0), 50.0])
def test_what_is_no_pair_of_step_sizes_raises_at_the_step(xp: Framework, step_sizes: Any) -> None:
    param = xp.param(np.ones((2, 2), "f4"))
    opt = optim.Rprop([param], step_sizes=step_sizes)
    xp.set_grad(param, np.ones((2, 2), "f4"))

    with pytest.raises((TypeError, ValueError)):
        opt.step()
