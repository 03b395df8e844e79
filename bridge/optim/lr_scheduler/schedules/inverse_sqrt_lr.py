"""InverseSqrtLR: up along a line, then down by the inverse square root, without an end.

Follows https://arxiv.org/abs/1706.03762, section 5.3, scaled as in
https://huggingface.co/docs/transformers/main_classes/optimizer_schedules
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def inverse_sqrt_factor(epoch: int, warmup_steps: int, timescale: int) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> inverse_sqrt_factor(2, 4, timescale=4), inverse_sqrt_factor(16, 4, timescale=4)
    (0.5, 0.5)
    """
    if epoch < warmup_steps:
        return epoch / max(1, warmup_steps)
    return 1.0 / math.sqrt((epoch + timescale - warmup_steps) / timescale)


class InverseSqrtLR(ByEpoch):
    """Warm up, then divide by the square root of the steps in units of timescale.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        warmup_steps: how many steps the warm-up takes.
        timescale: after three times as many further steps it is one half; warmup_steps if None,
            and 10000 without warm-up.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = InverseSqrtLR(optimizer, warmup_steps=4)
    >>> scheduler.resume(16)
    >>> scheduler.get_last_lr()
    [0.4]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        warmup_steps: int,
        timescale: int | None = None,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.warmup_steps = warmup_steps
        self.timescale = timescale or warmup_steps or 10_000
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        return base_lr * inverse_sqrt_factor(epoch, self.warmup_steps, self.timescale)
