"""What the learning rate finder's tests run on: batches, and a step whose loss is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable

_RANDOM = np.random.default_rng(4)
DATA = _RANDOM.standard_normal((6, 8, 4)).astype("f4")
AIMS = _RANDOM.standard_normal((6, 8, 1)).astype("f4")


def quadratic(lr: float = 0.1) -> tuple[Any, Callable[[], float]]:
    """Return an optimizer, and a step that returns (the lr that it used - 0.3) squared."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr)
    return optimizer, lambda: (optimizer.param_groups[0]["lr"] - 0.3) ** 2
