"""PolynomialDecay and PolynomialDecayLR: down to an end rate along a power, once or in cycles.

The first is Paddle's, the second OneFlow's `PolynomialLR`, whose name is torch's here. They differ
in the cycle's first step alone. Follows
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/PolynomialDecay_en.html
and https://oneflow.readthedocs.io/en/v0.9.0/generated/oneflow.optim.lr_scheduler.PolynomialLR.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def polynomial_decayed(lr: Value, end_lr: float, share: float, power: float) -> Value:
    """Return the learning rate where a share of the way is done.

    >>> polynomial_decayed(1.0, end_lr=0.5, share=0.5, power=2.0)
    0.625
    """
    return (lr - end_lr) * (1 - share) ** power + end_lr


def cycle_length(epoch: int, decay_steps: int) -> int:
    """Return the first multiple of decay_steps that is not before the epoch, at least one.

    >>> cycle_length(0, decay_steps=10), cycle_length(10, 10), cycle_length(11, 10)
    (10, 10, 20)
    """
    return decay_steps * max(math.ceil(epoch / decay_steps), 1)


class PolynomialDecay(ByEpoch):
    """Bring the learning rate to end_lr within decay_steps; Paddle's class of that name.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        decay_steps: how many steps the decay takes.
        end_lr: the learning rate at its end, the same for all groups.
        power: the exponent of the remaining share.
        cycle: at the end, start again a little lower, with decay_steps more each time.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}])
    >>> scheduler = PolynomialDecay(optimizer, decay_steps=4, end_lr=0.5)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.875]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        decay_steps: int,
        end_lr: float = 1e-4,
        power: float = 1.0,
        cycle: bool = False,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if decay_steps <= 0:
            raise ValueError(f"Expected positive integer decay_steps, but got {decay_steps}")
        self.decay_steps = decay_steps
        self.end_lr = end_lr
        self.power = power
        self.cycle = cycle
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        if self.cycle:
            share = epoch / cycle_length(epoch, self.decay_steps)
        else:
            share = min(epoch, self.decay_steps) / self.decay_steps
        return polynomial_decayed(base_lr, self.end_lr, share, self.power)


class PolynomialDecayLR(ByEpoch):
    """Bring the learning rate to end_learning_rate within decay_batch; OneFlow's `PolynomialLR`.

    With `cycle`, the first step has the learning rate of the second one, as in OneFlow.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        decay_batch: how many steps the decay takes.
        end_learning_rate: the learning rate at its end, the same for all groups.
        power: the exponent of the remaining share.
        cycle: at the end, start again a little lower, with decay_batch more each time.
        last_epoch: the index to go on from; -1 starts afresh.
        steps: another name of `decay_batch`, of older OneFlow.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}])
    >>> scheduler = PolynomialDecayLR(optimizer, decay_batch=4, end_learning_rate=0.0, cycle=True)
    >>> scheduler.get_last_lr()
    [0.75]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        decay_batch: int | None = None,
        end_learning_rate: float = 1e-4,
        power: float = 1.0,
        cycle: bool = False,
        last_epoch: int = -1,
        *,
        steps: int | None = None,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        given = [value for value in (decay_batch, steps) if value is not None]
        if len(given) != 1:
            raise TypeError(
                "decay_batch and steps are two names of one argument, "
                f"got decay_batch={decay_batch} and steps={steps}.\nHint: pass one of them."
            )
        self.decay_batch = given[0]
        if self.decay_batch <= 0:
            raise ValueError(f"decay_batch must be greater than zero, but got {self.decay_batch}")
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        if self.cycle:
            epoch = max(epoch, 1)
            share = epoch / cycle_length(epoch, self.decay_batch)
        else:
            share = min(epoch, self.decay_batch) / self.decay_batch
        return polynomial_decayed(base_lr, self.end_learning_rate, share, self.power)
