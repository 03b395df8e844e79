"""NoamDecay: the Transformer's schedule, up along a line and down by the inverse root.

Follows
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/NoamDecay_en.html
and https://arxiv.org/abs/1706.03762, section 5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def noam_factor(epoch: int, warmup_steps: int) -> float:
    """Return what the initial learning rate is multiplied by; the model's size scales it further.

    >>> noam_factor(0, warmup_steps=4), noam_factor(4, warmup_steps=4)
    (0.0, 0.5)
    """
    decay = 1 if epoch == 0 else epoch**-0.5
    factor: float = min(decay, warmup_steps**-1.5 * epoch)
    return factor


class NoamDecay(ByEpoch):
    """Scale by d_model ** -0.5 times the smaller of epoch ** -0.5 and a line.

    The optimizer's learning rate is Paddle's `learning_rate`, mostly 1.0. The first one is 0.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}])
    >>> scheduler = NoamDecay(optimizer, d_model=4, warmup_steps=4)
    >>> scheduler.resume(4)
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        d_model: int,
        warmup_steps: int,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        if d_model <= 0:
            raise ValueError(f"d_model should be greater than 0.\nReceived: d_model={d_model}")
        self.d_model = d_model
        self.warmup_steps = warmup_steps
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        return base_lr * self.d_model**-0.5 * noam_factor(epoch, self.warmup_steps)
