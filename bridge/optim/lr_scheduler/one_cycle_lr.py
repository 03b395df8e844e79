"""OneCycleLR: up to max_lr, then down to almost nothing, and momentum the other way round.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.OneCycleLR.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypedDict

from bridge.optim.lr_scheduler._base import LRScheduler, one_last_epoch
from bridge.optim.lr_scheduler._momentum import (
    momentum_bounds,
    start_momentum,
    uses_beta1,
    write_momentum,
)
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._resume import only_last
from bridge.optim.lr_scheduler._values import one_per_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


class Phase(TypedDict):
    """A stretch of the cycle: its last step, and the group keys it moves between."""

    end_step: float
    start_lr: str
    end_lr: str
    start_momentum: str
    end_momentum: str


def annealed_cos(start: Value, end: Value, share: float) -> Value:
    """Go from start to end along half a cosine.

    >>> round(annealed_cos(0.8, 0.0, 0.5), 6)
    0.4
    """
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def annealed_linear(start: Value, end: Value, share: float) -> Value:
    """Go from start to end along a line.

    >>> annealed_linear(0.8, 0.0, 0.5)
    0.4
    """
    return (end - start) * share + start


ANNEALED: dict[str, Callable[[Value, Value, float], Value]] = {
    "cos": annealed_cos,
    "linear": annealed_linear,
}


def one_cycle_phases(total_steps: int, pct_start: float, *, three_phase: bool) -> list[Phase]:
    """Return the phases of a cycle.

    >>> [phase["end_step"] for phase in one_cycle_phases(100, 0.25, three_phase=True)]
    [24.0, 48.0, 99]
    """
    top = float(pct_start * total_steps) - 1
    back = float(2 * pct_start * total_steps) - 2
    momentum = ("max_momentum", "base_momentum")
    if not three_phase:
        return [
            _phase(top, "initial_lr", "max_lr", *momentum),
            _phase(total_steps - 1, "max_lr", "min_lr", *reversed(momentum)),
        ]
    return [
        _phase(top, "initial_lr", "max_lr", *momentum),
        _phase(back, "max_lr", "initial_lr", *reversed(momentum)),
        _phase(total_steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
    ]


def phase_position(step: int, phases: Sequence[Phase]) -> tuple[Phase, float]:
    """Return the phase that a step lies in, and which share of it is done.

    >>> phase_position(12, one_cycle_phases(100, 0.25, three_phase=False))[1]
    0.5
    """
    start: float = 0.0
    for phase in phases[:-1]:
        if step <= phase["end_step"]:
            return phase, (step - start) / (phase["end_step"] - start)
        start = phase["end_step"]
    last = phases[-1]
    return last, (step - start) / (last["end_step"] - start)


class OneCycleLR(LRScheduler):
    """Anneal the learning rate up to max_lr and down again in one cycle, batch by batch.

    The length is total_steps, or epochs * steps_per_epoch. The initial learning rate is
    max_lr / div_factor, the last one that divided by final_div_factor. It overwrites `initial_lr`
    in the groups, and may be stepped once beyond the end, as in torch.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        max_lr: the highest learning rate, one for all groups or one for each.
        total_steps: how many batches the cycle has.
        epochs: together with steps_per_epoch, in place of total_steps.
        steps_per_epoch: see epochs.
        pct_start: the share of the cycle spent on the way up, a float.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: cycle momentum, or the first beta, against the learning rate.
        base_momentum: the momentum where the learning rate is highest.
        max_momentum: the momentum at the start and at the end.
        div_factor: see above.
        final_div_factor: see above.
        three_phase: come down to the initial learning rate first, as slowly as it went up.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}], defaults={"momentum": 0.0})
    >>> scheduler = OneCycleLR(optimizer, max_lr=0.5, total_steps=10, pct_start=0.5)
    >>> for _ in range(4):
    ...     scheduler.step()
    >>> group = optimizer.param_groups[0]
    >>> group["lr"], group["momentum"]
    (0.5, 0.85)
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        check_optimizer(optimizer)
        last_epoch = one_last_epoch(last_epoch, last_step)
        self.optimizer = optimizer
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = one_cycle_phases(
            self.total_steps, pct_start, three_phase=three_phase
        )
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ANNEALED:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type: str = anneal_strategy
        max_lrs = one_per_group("max_lr", optimizer.param_groups, max_lr)
        if last_epoch == -1:
            for group, highest in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"] = highest / div_factor
                group["max_lr"] = highest
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = uses_beta1(optimizer)
            bounds = momentum_bounds(optimizer, base_momentum, max_momentum)
            if last_epoch == -1:
                start_momentum(optimizer, *bounds, as_beta1=self.use_beta1)
        super().__init__(optimizer, last_epoch, verbose=verbose)

    # torch's names, for the states of torch 1, which hold the function and not what it is called.
    _annealing_cos = staticmethod(annealed_cos)
    _annealing_linear = staticmethod(annealed_linear)
    anneal_func: Callable[[Value, Value, float], Value]

    def get_lr(self) -> list[Value]:
        """Compute the learning rates of this batch, and write the momenta."""
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. "
                f"The specified number of total steps is {self.total_steps}"
            )
        phase, share = phase_position(step, self._schedule_phases)
        annealed = self._annealing()
        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(annealed(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                start, end = group[phase["start_momentum"]], group[phase["end_momentum"]]
                write_momentum(group, annealed(start, end, share), as_beta1=self.use_beta1)
        return lrs

    def _annealing(self) -> Callable[[Value, Value, float], Value]:
        named = hasattr(self, "_anneal_func_type")
        return ANNEALED[self._anneal_func_type] if named else self.anneal_func

    def _turns(self, steps: int) -> Iterable[int]:
        return only_last(min(steps, self.total_steps + 1))  # one too many raises there


def _phase(
    end_step: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str
) -> Phase:
    return {
        "end_step": end_step,
        "start_lr": start_lr,
        "end_lr": end_lr,
        "start_momentum": start_momentum,
        "end_momentum": end_momentum,
    }


def _total_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is not None:
        return _positive("total_steps", total_steps)
    if epochs is not None and steps_per_epoch is not None:
        return _positive("epochs", epochs) * _positive("steps_per_epoch", steps_per_epoch)
    raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")


def _positive(name: str, value: int) -> int:
    if not isinstance(value, int) or value <= 0:
        raise ValueError(f"Expected positive integer {name}, but got {value}")
    return value
