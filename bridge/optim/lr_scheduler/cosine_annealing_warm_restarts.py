"""CosineAnnealingWarmRestarts: half a cosine down, again and again, each T_mult times longer.

Follows
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._base import LRScheduler, one_last_epoch
from bridge.optim.lr_scheduler._resume import is_of_this_package
from bridge.optim.lr_scheduler.cosine_annealing_lr import cosine_height

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def counted_position(steps: int, T_0: int, T_mult: int) -> tuple[int, int]:
    """Return what `restart_position` does, counted cycle by cycle: no logarithm, no rounding.

    >>> counted_position(121, T_0=1, T_mult=3), restart_position(121, T_0=1, T_mult=3)
    ((0, 243), (81.0, 81))
    """
    if T_mult == 1:
        return steps % T_0, T_0
    position, length = steps, T_0
    while position >= length:
        position -= length
        length *= T_mult
    return position, length


def restart_position(epoch: float, T_0: int, T_mult: int) -> tuple[float, int]:
    """Return how far into its cycle an epoch lies, and how long that cycle is.

    The logarithm rounds down at some restarts of T_mult 3 and 10 (the first at epoch 121 * T_0),
    where the end of the cycle before is returned, as in torch.

    >>> restart_position(12, T_0=10, T_mult=2)
    (2.0, 20)
    """
    if epoch < T_0:
        return epoch, T_0
    if T_mult == 1:
        return epoch % T_0, T_0
    cycle = int(math.log(epoch / T_0 * (T_mult - 1) + 1, T_mult))
    return epoch - T_0 * (T_mult**cycle - 1) / (T_mult - 1), T_0 * T_mult**cycle


class CosineAnnealingWarmRestarts(LRScheduler):
    """Anneal along a cosine, and start again from the initial learning rate.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2)
    >>> for _ in range(3):
    ...     print(round(scheduler.get_last_lr()[0], 6))
    ...     scheduler.step()
    0.8
    0.4
    0.8
    """

    T_cur: float

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise ValueError(  # noqa: TRY004 - torch's type
                f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}"
            )
        last_epoch = one_last_epoch(last_epoch, last_step)
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur = last_epoch
        super().__init__(optimizer, last_epoch, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Evaluate the cosine at T_cur of T_i."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        height, eta_min = cosine_height(self.T_cur, self.T_i), self.eta_min
        return [eta_min + (base_lr - eta_min) * height / 2 for base_lr in self.base_lrs]

    def _advance(self, steps: int) -> None:
        if steps and is_of_this_package(type(self)):
            # One step short, so that the last one is taken as any other.
            self.last_epoch = steps - 1
            self.T_cur, self.T_i = counted_position(steps - 1, self.T_0, self.T_mult)
            self.step()
        else:
            super()._advance(steps)

    def step(self, epoch: float | None = None) -> None:
        """Set the next learning rates, or those of a possibly fractional epoch.

        >>> from types import SimpleNamespace
        >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
        >>> scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> scheduler.step(2.5)
        >>> scheduler.T_cur, scheduler.last_epoch
        (0.5, 2)
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        else:
            self.T_cur, self.T_i = restart_position(epoch, self.T_0, self.T_mult)
        self.last_epoch = math.floor(epoch)
        self._get_lr_called_within_step = True
        try:
            values = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set_lr(values, epoch)
