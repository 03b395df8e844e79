"""What ChainedScheduler and SequentialLR share: the members, checked, and their states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.optim.lr_scheduler._values import Value


class OfMembers(LRScheduler):
    """A schedule that owns others, bound to one optimizer."""

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """Return the state, with those of the members."""
        states = [scheduler.state_dict() for scheduler in self._schedulers]
        return super().state_dict() | {"_schedulers": states}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state, and give the members theirs."""
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=False):
            scheduler.load_state_dict(state)

    def _initial_lrs(self) -> list[Value]:
        return read_values(self.optimizer.param_groups, "initial_lr")

    def _begin_members(self) -> None:
        for scheduler in self._schedulers:
            if not isinstance(scheduler, LRScheduler):
                kind = type(scheduler)
                raise TypeError(
                    f"{type(self).__name__} can only go to a step of members of bridge, "
                    f"got {kind.__module__}.{kind.__qualname__}.\n"
                    "Hint: build the members from bridge.optim.lr_scheduler too."
                )
            scheduler._begin()  # noqa: SLF001 - a schedule of our own


def is_plateau(scheduler: object) -> bool:
    # By name, so that torch's own class is known as well.
    return any(base.__name__ == "ReduceLROnPlateau" for base in type(scheduler).__mro__)


def check_no_metrics(owner: str, schedulers: Sequence[Any]) -> None:
    """Refuse what cannot be stepped without a metric."""
    for index, scheduler in enumerate(schedulers):
        if is_plateau(scheduler):
            raise ValueError(
                f"{owner} does not support `ReduceLROnPlateau` scheduler as it requires "
                "additional kwargs to be specified when calling `step`, "
                f"but got one at index {index} in the given schedulers sequence."
                "\nHint: MetricSequentialLR takes it, and its metric."
            )


def check_members(
    owner: str, schedulers: Sequence[Any], optimizer: object, *, takes_metrics: bool = False
) -> None:
    """Refuse members that the owner cannot step, or that drive another optimizer."""
    for index, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{owner} at index {index} should have `optimizer` as its attribute.")
        if not takes_metrics:
            check_no_metrics(owner, schedulers[: index + 1])
        if optimizer != scheduler.optimizer:
            raise ValueError(
                f"{owner} expects all schedulers to belong to the same optimizer, but got "
                f"scheduler {type(scheduler).__name__} at index {index} has "
                f"{scheduler.optimizer}, which is different from {type(optimizer).__name__}."
            )
