"""SparseAdam: torch's own on torch, refused elsewhere with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from bridge import optim
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from tests.frameworks import Framework


def _embedding() -> torch.nn.Embedding:
    torch.manual_seed(0)
    return torch.nn.Embedding(5, 3, sparse=True)


def test_on_torch_it_is_torchs() -> None:
    mine, torchs = _embedding(), _embedding()
    ours = optim.SparseAdam(mine.parameters(), lr=0.1, betas=(0.8, 0.99), maximize=True)
    theirs = torch.optim.SparseAdam(torchs.parameters(), lr=0.1, betas=(0.8, 0.99), maximize=True)
    for rows in ([0, 2], [2, 2], [4]):
        for layer, opt in ((mine, ours), (torchs, theirs)):
            opt.zero_grad()
            (layer(torch.tensor(rows)) ** 2).sum().backward()
            opt.step()

    assert isinstance(ours, torch.optim.SparseAdam)
    assert torch.equal(mine.weight, torchs.weight)


@pytest.mark.only_backend("paddle", "oneflow")
def test_elsewhere_it_is_refused_with_the_reason(xp: Framework) -> None:
    expected = rf"(?s)torch's sparse gradients, and the parameters are {xp.name}'s.*Hint: .*Adam"

    with pytest.raises(UnsupportedError, match=expected):
        optim.SparseAdam([xp.param(np.ones(2))])
