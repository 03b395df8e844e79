"""CosineAnnealingWarmbootingLR: a cosine that boots again at given epochs, lower each time.

The class that YOLO training scripts carry with them, as in `examples/warmboot.py`; its cosine is
that of https://arxiv.org/abs/1608.03983.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def boot_stretches(epochs: int, steps: Sequence[int], warmup_epoch: int) -> list[int]:
    """Return where the stretches of the training begin, and where the last one ends.

    >>> boot_stretches(30, steps=[20, 10, 40], warmup_epoch=2)
    [2, 10, 20, 30]
    """
    boots = [step for step in sorted(steps) if warmup_epoch < step < epochs]
    return [warmup_epoch, *boots, epochs]


def boot_position(epoch: int, stretches: Sequence[int]) -> tuple[int, int, int]:
    """Return the boot that an epoch belongs to, the epochs since, and that stretch's length.

    >>> boot_position(12, [2, 10, 20, 30])
    (1, 2, 10)
    """
    boot = 0
    while boot < len(stretches) - 2 and epoch >= stretches[boot + 1]:
        boot += 1
    return boot, max(epoch - stretches[boot], 0), stretches[boot + 1] - stretches[boot]


def cosine_share(since: float, length: float) -> float:
    """Return what a cosine leaves of its amplitude.

    >>> cosine_share(0, 10), cosine_share(10, 10)
    (1.0, 0.0)
    """
    return (1 + math.cos(math.pi * since / length)) / 2


class CosineAnnealingWarmbootingLR(LRScheduler):
    """Anneal along a cosine, boot again at the epochs in steps, and never go below eta_min.

    Unlike torch's classes it takes no step when it is built: call `step` at the start of each
    epoch, and `step_batch` before each batch while warming up.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        epochs: how many epochs the training has.
        eta_min: the floor, as a share of the initial learning rate.
        steps: the epochs to boot again at, in any order.
        step_scale: the amplitude of each boot relative to the one before.
        lf: an own curve in place of the cosine: of the epochs since the boot, and their number.
        batchs: how many batches an epoch has, for the warm-up.
        warmup_epoch: how many epochs the warm-up takes.
        epoch_scale: above 1, each cosine is left before its end.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = CosineAnnealingWarmbootingLR(optimizer, epochs=4, steps=[2], step_scale=0.5)
    >>> [round(scheduler.step(), 6) for _ in range(4)]
    [0.8, 0.4, 0.4, 0.2]
    """

    last_batch: int

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        epochs: int = 0,
        eta_min: float = 0.05,
        steps: Sequence[int] = (),
        step_scale: float = 0.8,
        lf: Callable[[int, float], float] | None = None,
        batchs: int = 0,
        warmup_epoch: int = 0,
        epoch_scale: float = 1.0,
        *,
        verbose: bool = False,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.verbose = verbose
        self.eta_min = eta_min
        self.step_scale = step_scale
        self.epoch_scale = epoch_scale
        self.lf = lf
        self.warmup_iters = batchs * warmup_epoch
        self.steps = boot_stretches(epochs, steps, warmup_epoch)
        self.base_lrs = read_values(optimizer.param_groups, "lr")
        self._keep_initial_lr(is_resumed=False)
        self._begin()

    def step(self, epoch: int | None = None) -> Any:
        """Set and return the learning rate of the next epoch, or of the one that is given."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._set_lr(self.get_lr(), epoch)
        return self._last_lr[0]

    def step_batch(self) -> Any:
        """Set and return the next learning rate of the warm-up; None when that is over."""
        self.last_batch += 1
        if self.last_batch >= self.warmup_iters:
            return None
        rate = (self.last_batch + 1) / self.warmup_iters
        self._set_lr([base_lr * rate for base_lr in self.base_lrs], None)
        return self._last_lr[0]

    def get_lr(self) -> list[Value]:
        """Evaluate the curve at this epoch for every group."""
        boot, since, length = boot_position(self.last_epoch, self.steps)
        gap = length * self.epoch_scale
        curve = self.lf or cosine_share
        factor = max(self.step_scale**boot * curve(since, gap), self.eta_min)
        return [base_lr * factor for base_lr in self.base_lrs]

    def state_dict(self) -> dict[str, Any]:
        """Return the state; the own curve stays with the schedule."""
        return {key: value for key, value in super().state_dict().items() if key != "lf"}

    def _begin(self) -> None:
        self.last_epoch = -1
        self.last_batch = -1
        self._last_lr = read_values(self.optimizer.param_groups, "lr")

    def _advance(self, steps: int) -> None:
        if steps:
            self.step(steps - 1)
