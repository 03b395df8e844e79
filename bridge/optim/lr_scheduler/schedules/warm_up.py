"""WarmUpLR and LinearWarmup: OneFlow's and Paddle's warm-up in front of any schedule.

Follows https://oneflow.readthedocs.io/en/v0.9.0/generated/oneflow.optim.lr_scheduler.WarmUpLR.html
and
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/LinearWarmup_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bridge.optim.lr_scheduler._values import one_per_group, read_values
from bridge.optim.lr_scheduler.schedules._warm_up import WarmUp

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._base import LRScheduler
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def on_the_way(start: Value, end: Value, epoch: int, steps: int) -> Value:
    """Return what lies between start and end after some of the steps.

    >>> on_the_way(0.0, 1.0, epoch=1, steps=4)
    0.25
    """
    return (end - start) * epoch / steps + start


class WarmUpLR(WarmUp):
    """Warm up from warmup_factor of the learning rate, then follow a schedule; OneFlow's class.

    Args:
        scheduler_or_optimizer: what follows: a scheduler, or an optimizer for a constant rate.
        warmup_factor: the first learning rate, as a share of the initial one.
        warmup_iters: how many steps the warm-up takes.
        warmup_method: "linear" or "constant".
        warmup_prefix: whether the schedule begins when the warm-up ends. Otherwise it runs from
            the start, and a linear warm-up leads to where it stands by then.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import ExponentialLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> decay = ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler = WarmUpLR(decay, warmup_factor=0.5, warmup_iters=2, warmup_prefix=True)
    >>> for step in range(5):
    ...     scheduler.resume(step)
    ...     print(round(scheduler.get_last_lr()[0], 6))
    0.4
    0.6
    0.8
    0.4
    0.2
    """

    def __init__(
        self,
        scheduler_or_optimizer: LRScheduler | GroupedOptimizer,
        warmup_factor: float = 1.0 / 3,
        warmup_iters: int = 5,
        warmup_method: Literal["linear", "constant"] = "linear",
        warmup_prefix: bool = False,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if warmup_method not in {"linear", "constant"}:
            raise ValueError(
                f"'warmup_method' must be 'linear' or 'constant', but got {warmup_method}"
            )
        self.warmup_factor = warmup_factor
        self.warmup_iters = warmup_iters
        self.warmup_method = warmup_method
        self.warmup_prefix = warmup_prefix
        self._is_delayed = warmup_prefix
        self._warmed_lrs: list[Value] | None = None
        super().__init__(
            scheduler_or_optimizer, warmup_iters, last_epoch, last_step=last_step, verbose=verbose
        )

    def _warm_at(self, epoch: int) -> list[Value]:
        if self._warmed_lrs is None:
            self._warmed_lrs = self._lrs_after_warm_up()
        lrs = []
        for base_lr, end in zip(self.base_lrs, self._warmed_lrs, strict=True):
            start = base_lr * self.warmup_factor
            is_constant = self.warmup_method == "constant"
            lrs.append(start if is_constant else on_the_way(start, end, epoch, self.warmup_iters))
        return lrs

    def _lrs_after_warm_up(self) -> list[Value]:
        if self._is_delayed or not self._schedulers:
            return self.base_lrs
        scheduler = self._schedulers[0]
        scheduler.resume(self.warmup_iters)
        lrs = read_values(self.optimizer.param_groups, "lr")
        scheduler.restart()
        return lrs


class LinearWarmup(WarmUp):
    """Go from start_lr to end_lr along a line, then follow a schedule; Paddle's class.

    Args:
        optimizer_or_scheduler: what follows: a scheduler, or an optimizer for a constant rate.
        warmup_steps: how many steps the warm-up takes.
        start_lr: the first learning rate, one for all groups or one for each.
        end_lr: where the line leads; the schedule need not begin there.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = LinearWarmup(optimizer, warmup_steps=2, start_lr=0.0, end_lr=0.5)
    >>> for step in range(3):
    ...     scheduler.resume(step)
    ...     print(scheduler.get_last_lr()[0])
    0.0
    0.25
    0.8
    """

    def __init__(
        self,
        optimizer_or_scheduler: LRScheduler | GroupedOptimizer,
        warmup_steps: int,
        start_lr: float | list[float],
        end_lr: float | list[float],
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if not isinstance(warmup_steps, int) or warmup_steps <= 0:
            raise ValueError(f"Expected positive integer warmup_steps, but got {warmup_steps}")
        self.warmup_steps = warmup_steps
        self.start_lr = start_lr
        self.end_lr = end_lr
        super().__init__(
            optimizer_or_scheduler, warmup_steps, last_epoch, last_step=last_step, verbose=verbose
        )

    def _warm_at(self, epoch: int) -> list[Value]:
        groups = self.optimizer.param_groups
        starts = one_per_group("start_lr", groups, self.start_lr)
        ends = one_per_group("end_lr", groups, self.end_lr)
        pairs = zip(starts, ends, strict=True)
        return [on_the_way(start, end, epoch, self.warmup_steps) for start, end in pairs]
