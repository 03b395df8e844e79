"""NaturalExpDecay and InverseTimeDecay: decay by a function of time.

Follows
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/NaturalExpDecay_en.html
and https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/InverseTimeDecay_en.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def natural_exp_factor(epoch: int, gamma: float) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> round(natural_exp_factor(2, gamma=0.5), 6)
    0.367879
    """
    return math.exp(-1 * gamma * epoch)


class NaturalExpDecay(ByEpoch):
    """Decay by exp(-gamma) at every epoch.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = NaturalExpDecay(optimizer, gamma=0.5)
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.485225
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        gamma: float,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if gamma <= 0:
            raise ValueError(f"gamma must be positive for a decay.\nReceived: gamma={gamma}")
        self.gamma = gamma
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        return base_lr * natural_exp_factor(epoch, self.gamma)


class InverseTimeDecay(ByEpoch):
    """Divide by 1 + gamma * epoch.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = InverseTimeDecay(optimizer, gamma=1.0)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.4]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        gamma: float,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        return base_lr / (1 + self.gamma * epoch)
