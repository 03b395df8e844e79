"""SWALR: go from any schedule's learning rate to a fixed one, for averaging weights.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.swa_utils.SWALR.html; as in torch the
class is found in `swa_utils`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._values import one_per_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def _linear(t: float) -> float:
    return t


def _cosine(t: float) -> float:
    return (1 - math.cos(math.pi * t)) / 2


_ANNEALS: dict[str, Callable[[float], float]] = {"cos": _cosine, "linear": _linear}


class SWALR(LRScheduler):
    """Bring each group's learning rate to `swa_lr` within `anneal_epochs`, and leave it there.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = SWALR(optimizer, swa_lr=0.4, anneal_epochs=2, anneal_strategy="linear")
    >>> for _ in range(3):
    ...     scheduler.step()
    ...     print([round(lr, 6) for lr in scheduler.get_last_lr()])
    [0.6]
    [0.4]
    [0.4]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        swa_lr: Value,
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        check_optimizer(optimizer)
        groups = optimizer.param_groups
        for value, group in zip(one_per_group("swa_lr", groups, swa_lr), groups, strict=True):
            group["swa_lr"] = value
        if anneal_strategy not in _ANNEALS:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Go on from the current learning rates, which another schedule may have changed."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        return [
            group["swa_lr"] * now + _start(group["lr"], group["swa_lr"], before) * (1 - now)
            for group in self.optimizer.param_groups
        ]

    def _share(self, step: int) -> float:
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return _ANNEALS[self._anneal_strategy](t)


def _start(lr: Value, swa_lr: Value, share: float) -> Value:
    """Find where the way began that has led `share` of it to `lr`."""
    return swa_lr if share == 1 else (lr - share * swa_lr) / (1 - share)
