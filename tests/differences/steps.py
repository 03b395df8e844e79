"""One parameter of one element, and steps of it by gradients that are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tests.frameworks import Framework


def one(xp: Framework, value: float = 1.0) -> Any:
    """Make a float32 parameter of one element."""
    return xp.param(np.array([value], "f4"))


def stepped(xp: Framework, optimizer: Any, param: Any, *grads: float) -> float:
    """Give these gradients one after the other, and return where the parameter ends."""
    for grad in grads:
        xp.set_grad(param, np.array([grad], "f4"))
        optimizer.step()
    return float(xp.numpy(param)[0])
