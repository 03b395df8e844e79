"""Our optimizers take torch's arguments: same names, kinds and defaults, in the same order."""

from __future__ import annotations

from inspect import isclass, signature
from typing import Any

import numpy as np
import pytest
import torch

from bridge import optim
from tests.frameworks import Framework

_NAMES = [name for name in dir(torch.optim) if isclass(getattr(torch.optim, name))]
_METHODS = ["step", "zero_grad", "add_param_group", "state_dict", "load_state_dict"]
_HOOKS = [name for name in dir(torch.optim.Optimizer) if name.startswith("register_")]


def _shape(function: Any) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in signature(function).parameters.values()]


@pytest.mark.parametrize("name", _NAMES)
def test_constructors_equal_torchs(name: str) -> None:
    assert _shape(getattr(optim, name)) == _shape(getattr(torch.optim, name))


@pytest.mark.parametrize("name", [*_METHODS, *_HOOKS])
def test_methods_equal_torchs(name: str) -> None:
    ours, torchs = getattr(optim.Optimizer, name), getattr(torch.optim.Optimizer, name)

    assert _shape(ours) == _shape(torchs)


@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"Optimizer", "SparseAdam"}))
def test_off_torch_the_defaults_are_the_same(name: str) -> None:
    paddle = Framework("paddle")
    ours = getattr(optim, name)([paddle.param(np.ones((2, 2), "f4"))])
    torchs = getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(2, 2))])

    assert ours.defaults == torchs.defaults
    assert ours.param_groups[0].keys() == torchs.param_groups[0].keys()
