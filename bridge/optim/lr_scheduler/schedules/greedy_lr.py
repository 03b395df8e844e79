"""transformers' GreedyLR: raise the learning rate while a metric improves, lower it when it stops.

Follows transformers/optimization.py and https://arxiv.org/abs/2512.14527
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, SupportsFloat

from bridge.optim.lr_scheduler._values import as_float, read_values, write_value
from bridge.optim.lr_scheduler._verbose import epoch_text
from bridge.optim.lr_scheduler.reduce_lr_on_plateau import ReduceLROnPlateau

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


class GreedyLR(ReduceLROnPlateau):
    """Divide the learning rate by factor after patience good epochs, multiply it after bad ones.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        mode: "min" if a lower metric is better, "max" if a higher one is.
        factor: less than 1.
        patience: how many good, or bad, epochs in a row change nothing.
        threshold: by how much the metric must improve to count as progress.
        threshold_mode: "rel", a share of the best metric, or "abs".
        cooldown: for how many epochs after a reduction none is counted.
        warmup: for how many epochs after a raise none is counted.
        min_lr: the lowest learning rate, one for all groups or one for each.
        max_lr: the highest, likewise.
        eps: changes that are not larger than this are left out.
        verbose: print every change.
        smooth: judge by the mean of the last metrics.
        window_size: of how many.
        reset_start: after how many reductions at min_lr it starts over from the first rates.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.4}])
    >>> scheduler = GreedyLR(optimizer, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr())
    [0.4]
    [0.8]
    [0.8]
    [0.4]
    """

    num_good_epochs: int
    warmup_counter: int
    resets_in: int
    window: list[float]
    window_sum: float

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.95,
        patience: int = 10,
        threshold: float = 1e-6,
        threshold_mode: Literal["rel", "abs"] = "abs",
        cooldown: int = 0,
        warmup: int = 0,
        min_lr: list[float] | float = 1e-3,
        max_lr: list[float] | float = 1.0,
        eps: float = 1e-8,
        verbose: bool = False,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int = 500,
    ) -> None:
        self.warmup = warmup
        self.smooth = smooth
        self.window_size = window_size
        self.reset_start = reset_start
        super().__init__(
            optimizer,
            mode,
            factor,
            patience,
            threshold,
            threshold_mode,
            cooldown,
            min_lr,
            eps,
            verbose=verbose,
        )
        count = len(optimizer.param_groups)
        if isinstance(max_lr, list | tuple) and len(max_lr) != count:
            raise ValueError(f"expected {count} max_lrs, got {len(max_lr)}")
        self.max_lr = list(max_lr) if isinstance(max_lr, list | tuple) else max_lr
        self.init_lrs = list(self._last_lr)

    def step(  # type: ignore[override]  # as of the class it derives from
        self, metrics: SupportsFloat, epoch: int | None = None
    ) -> None:
        """Take the epoch's metric, and change the learning rates if patience is at its end."""
        current = self._smoothed(as_float(metrics)) if self.smooth else as_float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = self.num_good_epochs = 0
        elif self.warmup_counter > 0:
            self.warmup_counter -= 1
            self.num_bad_epochs = self.num_good_epochs = 0
        else:
            self._judge(current)
        self._last_lr = read_values(self.optimizer.param_groups, "lr")

    def _judge(self, current: float) -> None:
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs, self.num_good_epochs = 0, self.num_good_epochs + 1
        else:
            self.num_bad_epochs, self.num_good_epochs = self.num_bad_epochs + 1, 0
        if self.num_good_epochs > self.patience:
            self._increase_lr(self.last_epoch)
            self.warmup_counter = self.warmup
            self.num_good_epochs = 0
        elif self.num_bad_epochs > self.patience:
            self._reduce_lr(self.last_epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _smoothed(self, metric: float) -> float:
        # transformers keeps a running sum, whose rounding shows in the last bits.
        self.window.append(metric)
        self.window_sum += metric
        if len(self.window) > self.window_size:
            self.window_sum -= self.window.pop(0)
        return self.window_sum / len(self.window)

    def _reduce_lr(self, epoch: int) -> None:
        super()._reduce_lr(epoch)
        lrs = read_values(self.optimizer.param_groups, "lr")
        if all(as_float(lr) <= low for lr, low in zip(lrs, self.min_lrs, strict=True)):
            self.resets_in -= 1
            if self.resets_in <= 0:
                self._start_over()

    def _increase_lr(self, epoch: int) -> None:
        groups = self.optimizer.param_groups
        highest = self.max_lr if isinstance(self.max_lr, list) else [self.max_lr] * len(groups)
        for index, (group, max_lr) in enumerate(zip(groups, highest, strict=True)):
            old_lr = as_float(group["lr"])
            new_lr = min(old_lr / self.factor, max_lr)
            if new_lr - old_lr > self.eps:
                write_value(group, "lr", new_lr)
                if self.verbose:
                    print(  # noqa: T201 - asked for
                        f"Epoch {epoch_text(epoch)}: "
                        f"increasing learning rate of group {index} to {new_lr:.4e}."
                    )
        self.resets_in = self.reset_start

    def _start_over(self) -> None:
        # A group that was added later has no first rate: its own stays.
        for group, lr in zip(self.optimizer.param_groups, self.init_lrs, strict=False):
            write_value(group, "lr", lr)
        self._reset()

    def _reset(self) -> None:
        super()._reset()
        self.num_good_epochs = 0
        self.warmup_counter = 0
        self.resets_in = self.reset_start
        self.window = []
        self.window_sum = 0.0

    def _initial_lrs(self) -> list[Value]:
        return self.init_lrs
