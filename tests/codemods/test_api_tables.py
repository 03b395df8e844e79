"""The tables themselves: complete, and true of the torch that is installed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from codemods.api import TABLES, torch_members
from codemods.api._model import signature

if TYPE_CHECKING:
    from tests.frameworks import Framework

# Class attributes of Module that are no members of a model.
NO_MEMBERS = {"T_destination", "call_super_init", "dump_patches"}


def _public(owner: type) -> set[str]:
    return {name for name in dir(owner) if not name.startswith("_")}


def test_every_member_of_torch_is_known_by_name() -> None:
    assert _public(torch.Tensor) == torch_members.TENSOR
    assert _public(torch.amp.GradScaler) == torch_members.SCALER
    assert _public(torch.nn.Module) - NO_MEMBERS == torch_members.MODULE


@pytest.mark.parametrize("target", TABLES)
def test_every_row_is_a_name_of_torch(target: str) -> None:
    for name in TABLES[target].names:
        assert _lookup(name) is not None, name


@pytest.mark.only_backend("paddle", "oneflow")
def test_every_row_leads_to_a_name_of_the_framework(xp: Framework) -> None:
    table = TABLES[xp.name]
    for row in table.names.values():
        place, _, name = row.to.rpartition(".")
        # `from place import name` has to work as well, which takes no attribute for a module.
        assert row.is_setting or getattr(import_module(place), name) is not None, row.to
    for row in table.members["tensor"].values():
        if row.is_function:
            assert _lookup(row.to) is not None, row.to


@pytest.mark.only_backend("paddle")
def test_the_initialisers_that_a_note_names_have_torchs_distribution(xp: Framework) -> None:
    paddle = xp.module
    bound = 1 / np.sqrt(400)
    weights = paddle.nn.initializer.KaimingUniform(negative_slope=5**0.5, nonlinearity="leaky_relu")
    biases = paddle.nn.initializer.Uniform(-bound, bound)
    attributes = {"weight_attr": weights, "bias_attr": biases}
    pairs = [
        (paddle.nn.Linear(400, 500, **attributes), torch.nn.Linear(400, 500)),
        (paddle.nn.Conv2D(16, 500, 5, **attributes), torch.nn.Conv2d(16, 500, 5)),
    ]

    for mine, other in [
        (getattr(a, name), getattr(b, name)) for a, b in pairs for name in ("weight", "bias")
    ]:
        drawn, expected = mine.numpy(), other.detach().numpy()
        assert np.abs(drawn).max() <= bound * (1 + 1e-6)
        assert drawn.std() == pytest.approx(expected.std(), rel=0.1)


def test_a_signature_says_how_each_argument_may_be_given() -> None:
    read = signature("a, b=c, /d, ~e, !f, *, g, |, h, [*rest]")

    assert [(p.name, p.word, p.place) for p in read.parameters] == [
        ("a", "a", "both"),
        ("b", "c", "both"),
        ("d", "d", "position"),
        ("e", "e", "both"),
        ("f", "f", "both"),
        ("g", "g", "moved"),
        ("h", "h", "keyword"),
    ]
    assert [p.name for p in read.parameters if p.is_dropped] == ["e"]
    assert [p.name for p in read.parameters if p.is_required] == ["f"]
    assert read.rest == "list"


def _lookup(dotted: str) -> Any:
    root, *path = dotted.split(".")
    found: Any = import_module(root)
    for name in path:
        found = getattr(found, name)
    return found
