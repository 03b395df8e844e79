"""WarmupCosineLR: up along a line, then down a cosine to a floor.

What most training scripts write by hand. The cosine is that of SGDR without restarts,
https://arxiv.org/abs/1608.03983; the warm-up that of https://arxiv.org/abs/1706.02677, section 2.2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def warmup_cosine_factor(
    epoch: int, warmup_steps: int, total_steps: int, start_factor: float, min_factor: float
) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> warmup_cosine_factor(5, 10, 20, start_factor=0.0, min_factor=0.1)
    0.5
    >>> warmup_cosine_factor(25, 10, 20, start_factor=0.0, min_factor=0.1)
    0.1
    """
    if epoch < warmup_steps:
        return start_factor + (1 - start_factor) * epoch / warmup_steps
    if epoch >= total_steps:
        return min_factor
    share = (epoch - warmup_steps) / (total_steps - warmup_steps)
    return min_factor + (1 - min_factor) * 0.5 * (1 + math.cos(math.pi * share))


class WarmupCosineLR(ByEpoch):
    """Warm up for warmup_steps, anneal until total_steps, and stay at min_factor.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = WarmupCosineLR(optimizer, warmup_steps=2, total_steps=6, min_factor=0.25)
    >>> for step in (0, 1, 2, 4, 6, 9):
    ...     scheduler.resume(step)
    ...     print(round(scheduler.get_last_lr()[0], 6))
    0.0
    0.4
    0.8
    0.5
    0.2
    0.2
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        warmup_steps: int,
        total_steps: int,
        min_factor: float = 0.0,
        start_factor: float = 0.0,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if not 0 <= warmup_steps <= total_steps:
            raise ValueError(
                "Expected 0 <= warmup_steps <= total_steps, "
                f"but got warmup_steps={warmup_steps} and total_steps={total_steps}"
            )
        self.warmup_steps = warmup_steps
        self.total_steps = total_steps
        self.min_factor = min_factor
        self.start_factor = start_factor
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        spans = self.warmup_steps, self.total_steps
        return base_lr * warmup_cosine_factor(epoch, *spans, self.start_factor, self.min_factor)
