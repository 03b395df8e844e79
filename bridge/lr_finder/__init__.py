"""`bridge.LRFinder`: raise the learning rate step by step, and watch the loss.

A model trains at any learning rate of a wide valley; this shows where it is in a minute.
https://arxiv.org/abs/1506.01186, section 3.3; https://github.com/davidtvs/pytorch-lr-finder.
"""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bridge._progress import tracked
from bridge._wrap import wrap
from bridge.errors import RangeTestError
from bridge.lr_finder._history import RangeTest
from bridge.lr_finder._memento import remember
from bridge.lr_finder._named import stateful
from bridge.lr_finder._random import remember_random
from bridge.optim.lr_scheduler._values import as_float, write_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["LRFinder", "RangeTest"]

Mode: TypeAlias = Literal["exp", "linear"]


class LRFinder:
    """A learning rate range test, after which everything is as it was, bit for bit.

    Args:
        optimizer: of torch, Paddle, OneFlow or `bridge.optim`.
        train_step: one whole step of training: zero the gradients, run the model on the next
            batch, `backward`, `optimizer.step()`. It returns the loss, a number or a tensor of one.
        restore: what the step changes beside the optimizer, its parameters, and the objects with a
            `state_dict` that the step names (its model, with running statistics; its scheduler).

    >>> from bridge import optim
    >>> import paddle
    >>> weight = paddle.create_parameter([1], "float32")
    >>> optimizer = optim.SGD([weight], lr=0.1)
    >>> def train_step():
    ...     optimizer.zero_grad()
    ...     loss = ((weight - 3) ** 2).sum()
    ...     loss.backward()
    ...     optimizer.step()
    ...     return loss
    >>> found = LRFinder(optimizer, train_step).range_test(start_lr=1e-4, end_lr=0.1)
    >>> found.lr[0], len(found.loss), optimizer.param_groups[0]["lr"]
    (0.0001, 100, 0.1)
    """

    def __init__(
        self, optimizer: Any, train_step: Callable[[], Any], *, restore: Iterable[Any] = ()
    ) -> None:
        wrap(optimizer)  # refuses what is no optimizer
        if not callable(train_step):
            raise TypeError(
                f"train_step must be a function that takes a step, got {train_step!r}.\n"
                "Hint: pass the function itself, without calling it."
            )
        self._optimizer = optimizer
        self._train_step = train_step
        self._restore = tuple(restore)
        self.history: RangeTest | None = None
        """What the last test measured, also one that was interrupted."""

    def range_test(
        self,
        start_lr: float | None = None,
        end_lr: float = 10.0,
        num_iter: int = 100,
        *,
        step_mode: Mode = "exp",
        smooth_f: float = 0.05,
        diverge_th: float = 5.0,
        progress: bool = True,
    ) -> RangeTest:
        """Train with rising learning rates, and put everything back, whatever happens.

        Every group keeps its ratio to the first one.

        Args:
            start_lr: of the first group; by default, what it has now.
            end_lr: of the first group, at the last step.
            num_iter: how many steps.
            step_mode: "exp" for equal factors from step to step, "linear" for equal differences.
            smooth_f: the share of each new loss in the smoothed one; 0 or 1 for no smoothing.
            diverge_th: stop where the smoothed loss is this many times the best one, or no number.
            progress: whether a terminal shows a bar.

        Raises:
            RangeTestError: impossible numbers, a first loss that is none, or a loss that no
                learning rate changes.
        """
        put_back = self._remember()
        try:
            groups = wrap(self._optimizer).param_groups
            ratios = _ratios(groups)
            start = _lr_of(groups[0]) if start_lr is None else start_lr
            _check(start, end_lr, num_iter, step_mode, smooth_f, diverge_th)
            sweep = [_swept(start, end_lr, i / (num_iter - 1), step_mode) for i in range(num_iter)]
            watch = _Watch(smooth_f, diverge_th)
            try:
                with closing(tracked(sweep, "range test", total=len(sweep), shown=progress)) as lrs:
                    for lr in lrs:
                        for group, ratio in zip(groups, ratios, strict=True):
                            write_value(group, "lr", lr * ratio)
                        if not watch.goes_on(lr, self._train_step()):
                            break
            finally:
                self.history = watch.history(ratios)
        finally:
            put_back()
        if len(self.history.loss) > 1 and len(set(self.history.loss)) == 1:
            raise RangeTestError(
                f"the loss is {self.history.loss[0]:g} at each of {len(sweep)} learning rates.\n"
                "Hint: train_step has to call backward() and optimizer.step() itself."
            )
        return self.history

    def _remember(self) -> Callable[[], None]:
        undo = [
            remember_random(),
            # Of a wrapped optimizer, the native one is what is reached.
            remember([self._optimizer, *self._restore, *stateful(self._train_step)]),
        ]

        def put_back() -> None:
            for each in undo:
                each()

        return put_back


class _Watch:
    """Keeps what the steps returned, and says when it is enough."""

    def __init__(self, smooth_f: float, diverge_th: float) -> None:
        self._share, self._threshold = smooth_f or 1.0, diverge_th
        self._lrs: list[float] = []
        self._losses: list[float] = []
        self._smoothed: list[float] = []
        self._has_diverged = False

    def goes_on(self, lr: float, returned: Any) -> bool:
        loss = _number(returned)
        if not math.isfinite(loss):
            if not self._lrs:
                raise RangeTestError(
                    f"the loss is {loss} at the first learning rate, {lr:g}.\n"
                    "Hint: start at a lower lr, or look at the model and its data."
                )
            self._has_diverged = True
            return False
        before = self._smoothed[-1] if self._smoothed else loss
        smoothed = self._share * loss + (1 - self._share) * before if self._smoothed else loss
        self._lrs.append(lr)
        self._losses.append(loss)
        self._smoothed.append(smoothed)
        best = min(self._smoothed)
        # Of a negative best loss, as a log-likelihood has, a multiple would be an even better one.
        limit = self._threshold * best if best > 0 else best + (self._threshold - 1) * abs(best)
        self._has_diverged = smoothed > limit
        return not self._has_diverged

    def history(self, ratios: tuple[float, ...]) -> RangeTest:
        measured = tuple(self._lrs), tuple(self._losses), tuple(self._smoothed)
        return RangeTest(*measured, ratios, self._has_diverged)


def _ratios(groups: Iterable[Mapping[str, Any]]) -> tuple[float, ...]:
    rates = [_lr_of(group) for group in groups]
    if not rates[0]:
        raise RangeTestError(
            "the first group's lr is 0, so the others have no ratio to it.\n"
            "Hint: give every group the learning rate that it should have beside the others."
        )
    return tuple(rate / rates[0] for rate in rates)


def _lr_of(group: Mapping[str, Any]) -> float:
    # A warm-up may stand at zero: then it is the rate that it leads to that counts.
    return as_float(group["lr"]) or as_float(group.get("initial_lr", 0.0))


def _number(returned: Any) -> float:
    try:
        return as_float(returned)
    except (TypeError, ValueError, RuntimeError) as error:
        raise RangeTestError(
            f"train_step must return the loss, a number or a tensor of one, got {returned!r}.\n"
            "Hint: end it with `return loss`."
        ) from error


def _swept(start: float, end: float, share: float, mode: Mode) -> float:
    return start * (end / start) ** share if mode == "exp" else start + share * (end - start)


def _check(
    start: float, end: float, steps: int, mode: Mode, smooth_f: float, diverge_th: float
) -> None:
    for name, lr in (("start_lr", start), ("end_lr", end)):
        if not (math.isfinite(lr) and lr > 0):
            raise RangeTestError(f"{name} must be a positive number, got {lr!r}.")
    if start >= end:
        raise RangeTestError(f"end_lr must be above start_lr, got {end!r} after {start!r}.")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 2:  # noqa: PLR2004 - two ends
        raise RangeTestError(f"num_iter must be an integer above 1, got {steps!r}.")
    if mode not in ("exp", "linear"):
        raise RangeTestError(f'step_mode must be "exp" or "linear", got {mode!r}.')
    if not 0 <= smooth_f <= 1:
        raise RangeTestError(f"smooth_f must be between 0 and 1, got {smooth_f!r}.")
    if not diverge_th > 1:
        raise RangeTestError(f"diverge_th must be above 1, got {diverge_th!r}.")
