"""Our optimizers take torch's arguments: same names, kinds and defaults, in the same order."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any

import pytest
import torch

from bridge import optim

_NAMES = ["SGD", "Adam", "AdamW"]
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


def test_every_default_reaches_the_groups() -> None:
    opt = optim.SGD([torch.nn.Parameter(torch.ones(2))])
    expected = {
        p.name: p.default
        for p in signature(optim.SGD).parameters.values()
        if p.default is not Parameter.empty
    }

    assert opt.defaults == expected
