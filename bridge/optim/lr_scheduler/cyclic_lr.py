"""CyclicLR: up and down between two learning rates, and momentum the other way round.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CyclicLR.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from bridge.optim.lr_scheduler._base import LRScheduler, one_last_epoch
from bridge.optim.lr_scheduler._functions import reference_of, restored_callable, saved_callable
from bridge.optim.lr_scheduler._momentum import (
    momentum_bounds,
    start_momentum,
    uses_beta1,
    write_momentum,
)
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._resume import only_last
from bridge.optim.lr_scheduler._values import one_per_group, paired, read_values, write_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value

# What the amplitude is multiplied by, and the count it depends on.
SCALES: dict[str, tuple[Callable[[float, float], float], str]] = {
    "triangular": (lambda _gamma, _cycle: 1.0, "cycle"),
    "triangular2": (lambda _gamma, cycle: 1 / (2.0 ** (cycle - 1)), "cycle"),
    "exp_range": (lambda gamma, iteration: gamma**iteration, "iterations"),
}


class CyclicLR(LRScheduler):
    """Cycle the learning rate between base_lr and max_lr, batch by batch.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        base_lr: the lower learning rate, one for all groups or one for each.
        max_lr: the upper one.
        step_size_up: how many batches the way up takes.
        step_size_down: how many the way down takes; as many as up if None.
        mode: how later cycles shrink: "triangular" not at all, "triangular2" by half each,
            "exp_range" by gamma at each batch.
        gamma: for "exp_range".
        scale_fn: a function to use in place of mode.
        scale_mode: what scale_fn is given: the "cycle", counted from 1, or the "iterations".
        cycle_momentum: cycle momentum, or the first beta, against the learning rate.
        base_momentum: the momentum where the learning rate is highest.
        max_momentum: the momentum where it is lowest.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}], defaults={"momentum": 0.0})
    >>> scheduler = CyclicLR(optimizer, base_lr=0.1, max_lr=0.5, step_size_up=2)
    >>> scheduler.step()
    >>> group = optimizer.param_groups[0]
    >>> round(group["lr"], 6), round(group["momentum"], 6)
    (0.3, 0.85)
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        check_optimizer(optimizer)
        last_epoch = one_last_epoch(last_epoch, last_step)
        self.optimizer = optimizer
        groups = optimizer.param_groups
        base_lrs = one_per_group("base_lr", groups, base_lr)
        if last_epoch == -1:
            for lr, group in zip(base_lrs, groups, strict=True):
                write_value(group, "lr", lr)
        self.max_lrs = one_per_group("max_lr", groups, max_lr)
        self._init_cycle(step_size_up, step_size_down)
        if mode not in SCALES and scale_fn is None:
            raise ValueError(
                f"mode is invalid and scale_fn is None\nReceived: mode={mode!r}. "
                f"Accepted: {', '.join(map(repr, SCALES))}."
            )
        self.mode = mode
        self.gamma = gamma
        self.scale_mode: str = scale_mode
        self._scale_fn_custom = scale_fn
        self._init_scale_mode()
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = uses_beta1(optimizer)
            bounds = momentum_bounds(optimizer, base_momentum, max_momentum)
            self.base_momentums, self.max_momentums = bounds
            if last_epoch == -1:
                start_momentum(optimizer, *bounds, as_beta1=self.use_beta1)
        super().__init__(optimizer, last_epoch, verbose=verbose)
        # Only now, as in torch: the first learning rate comes from an initial_lr that is there.
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """Return what the amplitude is multiplied by in a cycle, or at an iteration."""
        custom = self._scale_fn_custom
        return self._scale_fn_ref(x) if custom is None else custom(x)

    @property
    def _scale_fn_ref(self) -> Callable[[float], float]:  # torch's name
        scale, gamma = SCALES[self.mode][0], self.gamma
        return lambda x: scale(gamma, x)

    def get_lr(self) -> list[Value]:
        """Compute the learning rates of this batch, and write the momenta."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        # The cycle, counted from 1, and how high in it the epoch lies, from 0 to 1.
        epoch, ratio = self.last_epoch, self.step_ratio
        passed = 1 + epoch / self.total_size
        cycle = math.floor(passed)
        share = passed - cycle
        height = share / ratio if share <= ratio else (share - 1) / (ratio - 1)
        count = cycle if self.scale_mode == "cycle" else epoch
        # A user's own function is called as often as by torch, for every group and value.
        custom = self._scale_fn_custom
        scale = SCALES[self.mode][0](self.gamma, count) if custom is None else 1.0
        lrs = [
            base + (highest - base) * height * (scale if custom is None else custom(count))
            for base, highest in paired(self.base_lrs, self.max_lrs)
        ]
        if self.cycle_momentum:
            groups, as_beta1 = self.optimizer.param_groups, self.use_beta1
            bases, highests = self.base_momentums, self.max_momentums
            for (group, base), highest in zip(paired(groups, bases), highests):  # noqa: B905 - as built
                cut = (highest - base) * height * (scale if custom is None else custom(count))
                if as_beta1:
                    write_momentum(group, highest - cut, as_beta1=True)
                else:
                    group["momentum"] = highest - cut
        return lrs

    def state_dict(self) -> dict[str, Any]:
        """Return the state; scale_fn by name if it is importable, or by its attributes."""
        function = self._scale_fn_custom
        if function is None:
            return super().state_dict()
        state = super().state_dict() | {"_scale_fn_custom": saved_callable(function)}
        reference = reference_of(function)
        return state | ({"scale_fn_reference": reference} if reference else {})

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state; scale_fn stays or is found by name, an object gets attributes back."""
        state = dict(state_dict)
        saved = state.pop("_scale_fn_custom")
        reference = state.pop("scale_fn_reference", None)
        super().load_state_dict(state)
        if self._scale_fn_custom is not None:
            self._scale_fn_custom = restored_callable(self._scale_fn_custom, saved, reference)
        self._init_scale_mode()

    def _begin(self) -> None:
        base_lrs, groups = self.base_lrs, self.optimizer.param_groups
        for lr, group in zip(base_lrs, groups, strict=True):
            write_value(group, "lr", lr)
        # As when it was built: the first learning rate comes from the groups' initial_lr.
        self.base_lrs = read_values(groups, "initial_lr")
        super()._begin()
        self.base_lrs = base_lrs

    def _turns(self, steps: int) -> Iterable[int]:
        return only_last(steps)

    def _init_cycle(self, step_size_up: float, step_size_down: float | None) -> None:
        up = float(step_size_up)
        down = up if step_size_down is None else float(step_size_down)
        self.total_size = up + down
        self.step_ratio = up / self.total_size

    def _init_scale_mode(self) -> None:
        if self._scale_fn_custom is None:
            self.scale_mode = SCALES[self.mode][1]
