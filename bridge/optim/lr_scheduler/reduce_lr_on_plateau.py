"""ReduceLROnPlateau: lower the learning rate when a metric no longer improves.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
"""

from __future__ import annotations

import math
import warnings
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, SupportsFloat

from bridge.optim.lr_scheduler._base import EPOCH_DEPRECATION_WARNING, LRScheduler
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._resume import check_step, quiet
from bridge.optim.lr_scheduler._values import as_float, read_values, write_value
from bridge.optim.lr_scheduler._verbose import epoch_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Group, Value

WORST = {"min": math.inf, "max": -math.inf}


class ReduceLROnPlateau(LRScheduler):
    """Multiply the learning rate by factor after more than patience epochs without progress.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        mode: "min" if a lower metric is better, "max" if a higher one is.
        factor: what the learning rate is multiplied by, less than 1.
        patience: how many epochs without progress are tolerated.
        threshold: by how much the metric must improve to count as progress.
        threshold_mode: "rel", a share of the best metric, or "abs".
        cooldown: for how many epochs after a reduction none is counted.
        min_lr: the lowest learning rate, one for all groups or one for each.
        eps: reductions that are not larger than this are left out.
        verbose: print every reduction.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr())
    [0.8]
    [0.8]
    [0.8]
    [0.4]
    """

    __slots__ = ("_start_lrs",)  # not in `__dict__`: where it was built is no state

    _start_lrs: list[Value]
    best: float
    cooldown_counter: int
    num_bad_epochs: int
    mode_worse: float

    # torch's does not call the base's either: no initial step, no initial_lr.
    def __init__(
        self,
        optimizer: GroupedOptimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
        *,
        verbose: bool = False,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"Factor should be < 1.0.\nReceived: factor={factor}")
        check_optimizer(optimizer)
        self.factor = factor
        self.optimizer = optimizer
        self.verbose = verbose
        self._init_min_lrs(min_lr)
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = read_values(optimizer.param_groups, "lr")
        self._start_lrs = self._last_lr
        self._init_is_better(mode, threshold, threshold_mode)
        self._reset()

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs without progress are ignored at the moment."""
        return self.cooldown_counter > 0

    def step(  # type: ignore[override]  # torch's signature: a metric comes first
        self, metrics: SupportsFloat, epoch: int | None = None
    ) -> None:
        """Take the epoch's metric, and reduce the learning rates if patience is at its end."""
        current = metrics if type(metrics) is float else as_float(metrics)
        if epoch is None:
            epoch = self.last_epoch + 1
        else:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self.last_epoch = epoch

        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr(epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        # Read every time: a hand-written learning rate is reported too, as by torch.
        self._last_lr = read_values(self.optimizer.param_groups, "lr")

    def resume(self, step: int, metrics: Iterable[SupportsFloat] = ()) -> None:
        """Go exactly where that many steps from the start lead, which their metrics decide.

        >>> from types import SimpleNamespace
        >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
        >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        >>> scheduler.resume(4, metrics=[3.0, 2.0, 2.0, 2.0])
        >>> scheduler.get_last_lr()
        [0.4]
        """
        check_step(step)
        seen = list(islice(metrics, step))
        if len(seen) < step:
            raise ValueError(
                f"{type(self).__name__} needs the metrics of all {step} steps to resume, "
                f"got {len(seen)}.\nHint: pass metrics=[...], or keep its state_dict."
            )
        with quiet(self):
            self.restart()
            for metric in seen:
                self.step(metric)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state that `state_dict` returned, ours or torch's."""
        super().load_state_dict(state_dict)
        self._init_is_better(self.mode, self.threshold, self.threshold_mode)

    def _init_min_lrs(self, min_lr: list[float] | float) -> None:
        count = len(self.optimizer.param_groups)
        self.default_min_lr: float | None = None
        if isinstance(min_lr, list | tuple):
            if len(min_lr) != count:
                raise ValueError(f"expected {count} min_lrs, got {len(min_lr)}")
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * count

    def _init_is_better(self, mode: str, threshold: float, threshold_mode: str) -> None:
        if mode not in WORST:
            raise ValueError(f"mode {mode} is unknown!\nHint: 'min' and 'max' are known.")
        if threshold_mode not in {"rel", "abs"}:
            raise ValueError(
                f"threshold mode {threshold_mode} is unknown!\nHint: 'rel' and 'abs' are known."
            )
        self.mode_worse = WORST[mode]
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode

    def _initial_lrs(self) -> list[Value]:
        return self._start_lrs

    def _begin(self) -> None:
        self.last_epoch = 0
        self._last_lr = read_values(self.optimizer.param_groups, "lr")
        self._reset()

    def _reset(self) -> None:
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def _is_better(self, a: float, best: float) -> bool:
        is_relative, threshold = self.threshold_mode == "rel", self.threshold
        if self.mode == "min":
            return a < (best * (1.0 - threshold) if is_relative else best - threshold)
        return a > (best * (threshold + 1.0) if is_relative else best + threshold)

    def _reduce_lr(self, epoch: int) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from "
                    f"when `ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due "
                    "to a new param group being added to the optimizer. Please modify the "
                    "`min_lrs` field to match the length of the `optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for index, (group, min_lr) in enumerate(zip(groups, self.min_lrs, strict=True)):
            self._reduce_group(index, group, min_lr, epoch)

    def _reduce_group(self, index: int, group: Group, min_lr: float, epoch: int) -> None:
        old_lr = as_float(group["lr"])
        new_lr = max(old_lr * self.factor, min_lr)
        if old_lr - new_lr > self.eps:
            write_value(group, "lr", new_lr)
            if self.verbose:
                print(  # noqa: T201 - asked for, in the words of torch up to 2.1
                    f"Epoch {epoch_text(epoch)}: "
                    f"reducing learning rate of group {index} to {new_lr:.4e}."
                )
