"""CosineDecayLR: half a cosine down to a share of the initial rate, which stays.

Follows https://oneflow.readthedocs.io/en/v0.9.0/generated/oneflow.optim.lr_scheduler.CosineDecayLR.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def cosine_decay_factor(epoch: int, decay_steps: int, alpha: float) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> cosine_decay_factor(0, decay_steps=4, alpha=0.5), cosine_decay_factor(9, 4, alpha=0.5)
    (1.0, 0.5)
    """
    if epoch >= decay_steps:
        return alpha
    return (1 - alpha) * (0.5 * (1 + math.cos(math.pi * epoch / decay_steps))) + alpha


class CosineDecayLR(ByEpoch):
    """Anneal to alpha times the initial learning rate in decay_steps, and stay there.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = CosineDecayLR(optimizer, decay_steps=2, alpha=0.5)
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.6
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        decay_steps: int,
        alpha: float = 0.0,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if decay_steps <= 0:
            raise ValueError(f"decay_steps must be greater than zero, but got {decay_steps}")
        self.decay_steps = decay_steps
        self.alpha = alpha
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        return base_lr * cosine_decay_factor(epoch, self.decay_steps, self.alpha)
