"""Going back to the start of a schedule, and to any step of it, without an optimizer's state.

torch has no way that does it for every class: `last_epoch=` asks for the learning rate of that
epoch in the groups already, and a `state_dict` needs the optimizer's beside it. Its values are
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LRScheduler.html
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._optimizer import REPLACED, WRONG_ORDER
from bridge.optim.lr_scheduler._values import write_value
from bridge.optim.lr_scheduler._verbose import print_lr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


class Resumable:
    """`restart` and `resume`, on the few methods in which the classes differ."""

    optimizer: GroupedOptimizer
    last_epoch: int
    base_lrs: list[Value]
    verbose: bool = False
    _step_count: int
    _get_lr_called_within_step: bool

    def restart(self) -> None:
        """Go back to where building the schedule on a fresh optimizer left groups and schedule.

        >>> from types import SimpleNamespace
        >>> from bridge.optim.lr_scheduler import ExponentialLR
        >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
        >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler.step()
        >>> scheduler.restart()
        >>> optimizer.param_groups[0]["lr"], scheduler.last_epoch
        (0.8, 0)
        """
        # A group that was added later has no start to go back to: its learning rate stays.
        for group, lr in zip(self.optimizer.param_groups, self._initial_lrs(), strict=False):
            write_value(group, "lr", lr)
        self._begin()

    def resume(self, step: int) -> None:
        """Go exactly where that many steps from the start lead, bit for bit.

        Learning rates, momenta and the schedule's own state are those of a run that was never
        interrupted; no optimizer state is needed, and it does not matter where the schedule
        stands. Schedules that follow from the epoch jump there, the others repeat the steps that
        change something. It takes one schedule for itself: several that are stepped side by side
        belong into a ChainedScheduler.

        >>> from types import SimpleNamespace
        >>> from bridge.optim.lr_scheduler import ExponentialLR
        >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
        >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler.resume(3)
        >>> optimizer.param_groups[0]["lr"], scheduler.last_epoch
        (0.1, 3)
        """
        check_step(step)
        with quiet(self):
            self.restart()
            self._advance(step)

    def step(self) -> None:
        raise NotImplementedError

    def get_lr(self) -> list[Value]:
        raise NotImplementedError

    def _set_lr(self, values: list[Value], epoch: float | None) -> None:
        raise NotImplementedError

    def _initial_step(self) -> None:
        raise NotImplementedError

    def _initial_lrs(self) -> list[Value]:
        return self.base_lrs

    def _begin(self) -> None:
        """Take the first step anew, from the learning rates that are in the groups.

        A subclass that keeps a state of its own sets it back here.
        """
        self.last_epoch = -1
        self._initial_step()

    def _turns(self, steps: int) -> Iterable[int] | None:
        """Return the epochs whose steps change something; None where each has to be taken."""
        del steps
        return None

    def _advance(self, steps: int) -> None:
        turns = self._turns(steps) if is_of_this_package(type(self)) else None
        if turns is None:
            for _ in range(steps):
                self.step()
            return
        self._step_count += steps
        self._get_lr_called_within_step = True
        try:
            for epoch in turns:
                self.last_epoch = epoch
                self._set_lr(self.get_lr(), None)
        finally:
            self._get_lr_called_within_step = False
        self.last_epoch = steps


def only_last(steps: int) -> Iterable[int]:
    """Return the turns of a schedule that follows from the epoch alone."""
    return (steps,) if steps else ()


def check_step(step: int) -> None:
    if not isinstance(step, int) or step < 0:
        raise ValueError(f"Expected non-negative integer step, but got {step}")


@contextmanager
def quiet(scheduler: Any) -> Iterator[None]:
    """Repeat steps without a word on each, and report where they lead."""
    loud = [each for each in _all_of(scheduler) if getattr(each, "verbose", False)]
    for each in loud:
        each.verbose = False
    try:
        with warnings.catch_warnings():
            for message in (REPLACED, WRONG_ORDER):
                warnings.filterwarnings(
                    "ignore", message[:40].replace("(", r"\(").replace(")", r"\)")
                )
            yield
    finally:
        for each in loud:
            each.verbose = True
    if scheduler.verbose:
        print_lr(scheduler.get_last_lr())


def _all_of(scheduler: Any) -> Iterator[Any]:
    yield scheduler
    for member in getattr(scheduler, "_schedulers", ()):
        yield from _all_of(member)


def is_of_this_package(kind: type) -> bool:
    """Say whether a step does what this package wrote, and not what a user's subclass does."""
    methods = (getattr(kind, name) for name in ("step", "get_lr", "_update_lr", "_set_lr"))
    return all(method.__module__.startswith(f"{__package__}.") for method in methods)
