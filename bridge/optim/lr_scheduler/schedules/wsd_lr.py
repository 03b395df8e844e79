"""WSDLR: warm-up, a long stable stretch, and a short decay.

Follows https://arxiv.org/abs/2404.06395, section 4, and for the decay by 1 - sqrt
https://arxiv.org/abs/2405.18392, section 4.2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value

# From the share of the stretch that is done to what is left of the amplitude.
DECAYS: dict[str, Callable[[float], float]] = {
    "linear": lambda share: 1.0 - share,
    "cosine": lambda share: 0.5 * (1.0 + math.cos(math.pi * share)),
    "1-sqrt": lambda share: 1.0 - math.sqrt(share),
}


def wsd_factor(epoch: int, spans: tuple[int, int, int], decay: str, min_factor: float) -> float:
    """Return what the initial learning rate is multiplied by, for the three stretches' lengths.

    >>> [wsd_factor(epoch, (2, 4, 4), "1-sqrt", min_factor=0.0) for epoch in (1, 3, 7, 10)]
    [0.5, 1.0, 0.5, 0.0]
    """
    warmup, stable, length = spans
    if epoch < warmup:
        return epoch / warmup
    done = epoch - warmup - stable
    if done < 0:
        return 1.0
    left = DECAYS[decay](done / length) if done < length else 0.0
    return left * (1.0 - min_factor) + min_factor


class WSDLR(ByEpoch):
    """Warm up along a line, hold, and decay by "linear", "cosine" or "1-sqrt".

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = WSDLR(optimizer, warmup_steps=2, stable_steps=2, decay_steps=2, decay="linear")
    >>> for step in (0, 1, 2, 4, 5, 6):
    ...     scheduler.resume(step)
    ...     print(scheduler.get_last_lr()[0])
    0.0
    0.4
    0.8
    0.8
    0.4
    0.0
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        warmup_steps: int,
        stable_steps: int,
        decay_steps: int,
        decay: Literal["linear", "cosine", "1-sqrt"] = "1-sqrt",
        min_factor: float = 0.0,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if decay not in DECAYS:
            raise ValueError(f"decay must be one of {', '.join(DECAYS)}, but got {decay}")
        self.warmup_steps = warmup_steps
        self.stable_steps = stable_steps
        self.decay_steps = decay_steps
        self.decay = decay
        self.min_factor = min_factor
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        spans = self.warmup_steps, self.stable_steps, self.decay_steps
        return base_lr * wsd_factor(epoch, spans, self.decay, self.min_factor)
