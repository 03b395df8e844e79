"""LRScheduler: numbers out of numbers, written into an optimizer's parameter groups.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LRScheduler.html
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.optim.lr_scheduler._config import Configurable
from bridge.optim.lr_scheduler._optimizer import check_optimizer, order_warning, watch_steps
from bridge.optim.lr_scheduler._resume import Resumable
from bridge.optim.lr_scheduler._values import (
    copied,
    raise_unpaired,
    read_values,
    write_value,
)
from bridge.optim.lr_scheduler._verbose import print_lr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated "
    "where possible. Call `scheduler.step()` without it; with it, the schedule is evaluated "
    "at that epoch from the initial learning rates, where it has such a form."
)
OUTSIDE_STEP = (
    "To get the last learning rate computed by the scheduler, please use `get_last_lr()`."
)


class LRScheduler(Configurable, Resumable):
    """Adjust the learning rate of every parameter group, one `step` at a time.

    A subclass overrides `get_lr`. Building a schedule takes its first step, which sets the
    learning rate for the first `optimizer.step()`.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> class Halving(LRScheduler):
    ...     def get_lr(self):
    ...         return [base_lr * 0.5**self.last_epoch for base_lr in self.base_lrs]
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = Halving(optimizer)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.4]
    """

    _unsaved: ClassVar[frozenset[str]] = frozenset({"optimizer", "verbose", "_step_watch"})
    _get_lr_called_within_step: bool = False
    _is_initial: bool = False
    verbose: bool = False
    optimizer: GroupedOptimizer
    base_lrs: list[Value]
    last_epoch: int
    _step_count: int
    _last_lr: list[Value]

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        check_optimizer(optimizer)
        last_epoch = one_last_epoch(last_epoch, last_step)
        self.optimizer = optimizer
        self.verbose = verbose
        self._keep_initial_lr(is_resumed=last_epoch != -1)
        self.base_lrs = read_values(optimizer.param_groups, "initial_lr")
        self.last_epoch = last_epoch
        self._step_watch = watch_steps(optimizer)
        self._initial_step()

    @property
    def last_step(self) -> int:
        """Another name of `last_epoch`."""
        return self.last_epoch

    @last_step.setter
    def last_step(self, value: int) -> None:
        self.last_epoch = value

    def get_last_lr(self) -> list[Value]:
        """Return the learning rates that the last step set, one for each group."""
        return self._last_lr

    def get_lr(self) -> list[Value]:
        """Compute the next learning rates, one for each group; subclasses override it."""
        raise NotImplementedError(
            f"{type(self).__name__} has no learning rates of its own to compute.\n"
            "Hint: override get_lr; ChainedScheduler and SequentialLR cannot be a later "
            "member of a SequentialLR."
        )

    def step(self, epoch: int | None = None) -> None:
        """Set the next learning rates; call it after `optimizer.step()`.

        Args:
            epoch: deprecated by torch; evaluate the schedule there instead.
        """
        if self._step_count == 1:
            warning = order_warning(self._step_watch, self.optimizer)
            if warning is not None:
                warnings.warn(warning, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimizer, under torch's keys."""
        return {key: value for key, value in self.__dict__.items() if key not in self._unsaved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state that `state_dict` returned, ours or that of torch's class."""
        self.__dict__.update(state_dict)

    def _keep_initial_lr(self, *, is_resumed: bool) -> None:
        for index, group in enumerate(self.optimizer.param_groups):
            if not is_resumed:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{index}] "
                    "when resuming scheduler with last_epoch >= 0.\n"
                    "Hint: load the optimizer's state first, or leave last_epoch at -1."
                )

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def _update_lr(self, epoch: int | None = None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                values = getattr(self, "_get_closed_form_lr", self.get_lr)()
        finally:
            self._get_lr_called_within_step = False
        self._set_lr(values, epoch)

    def _set_lr(self, values: list[Value], epoch: float | None) -> None:
        """Write one learning rate into each group, and remember them."""
        last_lr: list[Value] = []
        groups = self.optimizer.param_groups
        if len(groups) != len(values):
            raise_unpaired(groups, values)
        for value in values:
            # Every step of every schedule comes by here, and a zip costs as much as the rest of it.
            group = groups[len(last_lr)]
            if type(value) is float and type(group["lr"]) is float:
                group["lr"] = value
                last_lr.append(value)
            else:
                write_value(group, "lr", value)
                last_lr.append(copied(group["lr"]))
        self._last_lr = last_lr
        if self.verbose:
            print_lr(last_lr, epoch)

    def _warn_outside_step(self) -> None:
        # Every get_lr asks by itself whether to: a call for that is a tenth of a step.
        warnings.warn(OUTSIDE_STEP, UserWarning, stacklevel=3)


class _LRScheduler(LRScheduler):
    """LRScheduler under the name it had in torch 1."""


def one_last_epoch(last_epoch: int, last_step: int | None) -> int:
    """Settle the two names of one argument."""
    if last_step is None:
        return last_epoch
    if last_epoch not in (-1, last_step):
        raise TypeError(
            f"last_epoch and last_step are two names of one argument, "
            f"got last_epoch={last_epoch} and last_step={last_step}.\nHint: pass one of them."
        )
    return last_step
