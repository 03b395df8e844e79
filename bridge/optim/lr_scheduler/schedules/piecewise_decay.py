"""PiecewiseDecay: given learning rates between given epochs.

Follows https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/PiecewiseDecay_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def piecewise_value(epoch: int, boundaries: Sequence[float], values: Sequence[float]) -> float:
    """Return the value before the first boundary that the epoch has not reached, or the last one.

    >>> piecewise_value(3, boundaries=[3, 6], values=[1.0, 0.5, 0.1])
    0.5
    """
    pairs = zip(boundaries, values, strict=False)
    return next((value for boundary, value in pairs if epoch < boundary), values[-1])


class PiecewiseDecay(ByEpoch):
    """Set the learning rate of every group to the value of the epoch's stretch.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = PiecewiseDecay(optimizer, boundaries=[1], values=[0.5, 0.1])
    >>> scheduler.get_last_lr()
    [0.5]
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.1]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        boundaries: Sequence[float],
        values: Sequence[float],
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if len(boundaries) == 0:
            raise ValueError("The boundaries cannot be empty.")
        if len(values) <= len(boundaries):
            raise ValueError(
                "The values have one more element than boundaries.\n"
                f"Received: {len(values)} values and {len(boundaries)} boundaries."
            )
        self.boundaries = boundaries
        self.values = values
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        del base_lr
        return piecewise_value(epoch, self.boundaries, self.values)
