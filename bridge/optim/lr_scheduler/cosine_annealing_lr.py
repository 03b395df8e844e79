"""CosineAnnealingLR: half a cosine down to eta_min, and up again.

torch computes it step by step from the current learning rate, so that other schedules may change
it too; rounding makes it drift from the closed form by about 1e-16 a step. Follows
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._values import paired, read_values

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def cosine_height(epoch: float, period: float) -> float:
    """Return twice the share of the way that is left between eta_min and the initial rate.

    >>> cosine_height(0, period=10), cosine_height(10, period=10)
    (2.0, 0.0)
    """
    return 1 + math.cos(math.pi * epoch / period)


def cosine_lr(base_lr: Value, eta_min: float, height: float) -> Value:
    """Return the learning rate at a height of the cosine.

    >>> cosine_lr(0.8, eta_min=0.0, height=1.0)
    0.4
    """
    return eta_min + (base_lr - eta_min) * height / 2


class CosineAnnealingLR(LRScheduler):
    """Anneal the learning rate to eta_min in T_max steps along a cosine.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = CosineAnnealingLR(optimizer, T_max=2)
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.4
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        T_max: int,
        eta_min: float = 0.0,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Move the current learning rates one step along the cosine."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        epoch, period, eta_min = self.last_epoch, self.T_max, self.eta_min
        if self._is_initial:
            return read_values(groups, "lr")
        if self._step_count == 1 and epoch > 0:
            return self._get_closed_form_lr()
        if (epoch - 1 - period) % (2 * period) == 0:
            # At the lowest point the ratio below would divide by zero.
            rise = 1 - math.cos(math.pi / period)
            return [
                group["lr"] + (base_lr - eta_min) * rise / 2
                for base_lr, group in paired(self.base_lrs, groups)
            ]
        # The height now over the height before, without calls: they cost more than the cosines.
        before = 1 + math.cos(math.pi * (epoch - 1) / period)
        ratio = (1 + math.cos(math.pi * epoch / period)) / before
        return [ratio * (group["lr"] - eta_min) + eta_min for group in groups]

    def _get_closed_form_lr(self) -> list[Value]:
        height = cosine_height(self.last_epoch, self.T_max)
        return [cosine_lr(base_lr, self.eta_min, height) for base_lr in self.base_lrs]
