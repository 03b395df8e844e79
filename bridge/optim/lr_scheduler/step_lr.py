"""StepLR and MultiStepLR: multiply by gamma at certain epochs.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.StepLR.html and
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.MultiStepLR.html
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


def step_factor(epoch: int, step_size: int, gamma: float) -> float:
    """Return what the initial learning rate is multiplied by.

    >>> step_factor(59, step_size=30, gamma=0.5)
    0.5
    """
    return gamma ** (epoch // step_size)


def multi_step_factor(epoch: int, milestones: Sequence[float], gamma: float) -> float:
    """Return what the initial learning rate is multiplied by, for sorted milestones.

    >>> multi_step_factor(80, milestones=[30, 80], gamma=0.5)
    0.25
    """
    return gamma ** bisect_right(milestones, epoch)


class StepLR(LRScheduler):
    """Multiply the learning rate by gamma every step_size epochs.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(3):
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.8]
    [0.4]
    [0.4]
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        step_size: int,
        gamma: float = 0.1,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Decay the current learning rates if this epoch is a multiple of step_size."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
            return read_values(groups, "lr")
        gamma = self.gamma
        return [group["lr"] * gamma for group in groups]

    def _turns(self, steps: int) -> Iterable[int]:
        return (epoch for epoch in range(1, steps + 1) if epoch % self.step_size == 0)

    def _get_closed_form_lr(self) -> list[Value]:
        factor = step_factor(self.last_epoch, self.step_size, self.gamma)
        return [base_lr * factor for base_lr in self.base_lrs]


class MultiStepLR(LRScheduler):
    """Multiply the learning rate by gamma at each of the milestones.

    A milestone given twice counts twice. One that no epoch ever equals never fires, as in torch.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5)
    >>> for _ in range(3):
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.4]
    [0.4]
    [0.2]
    """

    milestones: Counter[float]

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Decay the current learning rates if this epoch is a milestone."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self.last_epoch not in self.milestones:
            return read_values(groups, "lr")
        factor = self.gamma ** self.milestones[self.last_epoch]
        return [group["lr"] * factor for group in groups]

    def _turns(self, steps: int) -> Iterable[int]:
        return sorted(int(epoch) for epoch in self.milestones if epoch in range(1, steps + 1))

    def state_dict(self) -> dict[str, Any]:
        """Return the state; the milestones as a plain dict, since Paddle saves no Counter."""
        return {**super().state_dict(), "milestones": dict(self.milestones)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state; milestones that JSON turned into strings become numbers again."""
        super().load_state_dict(state_dict)
        self.milestones = Counter(
            {_number(epoch): count for epoch, count in self.milestones.items()}
        )

    def _get_closed_form_lr(self) -> list[Value]:
        milestones = sorted(self.milestones.elements())
        factor = multi_step_factor(self.last_epoch, milestones, self.gamma)
        return [base_lr * factor for base_lr in self.base_lrs]


def _number(epoch: float | str) -> float:
    if not isinstance(epoch, str):
        return epoch
    return int(epoch) if epoch.lstrip("-").isdigit() else float(epoch)
