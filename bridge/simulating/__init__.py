"""`bridge.simulate`: the values that a schedule will set, without a framework and a training.

The schedule is stepped on groups of plain numbers, so the values are those of a training bit for
bit. https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.errors import SimulationError
from bridge.simulating.forms import form_of
from bridge.simulating.milestones import milestones_of
from bridge.simulating.sequence import sequence_of
from bridge.simulating.spec import schedule_of
from bridge.simulating.stepping import stepped
from bridge.simulating.views import apart_of

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Mapping, Sequence

    from bridge.simulating.spec import Schedule
    from bridge.simulating.stepping import Values

__all__ = ["Simulation", "simulate"]

MOST_STEPS = 100_000_000  # 800 MB for each group


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a schedule sets: `values["lr"][group][step]`.

    Step k is the k-th optimizer step, from 0: it uses the values after k steps of the schedule.
    The arrays are of the standard library; `numpy.asarray` takes them without a copy.

    Args:
        name: the schedule's class.
        values: for each hyperparameter that is scheduled, and `lr`, an array for each group.
        milestones: the steps at which the schedule changes its course.
        is_exact: whether every value is that of stepping, bit for bit. Otherwise a closed form
            was used, and the values are within 1e-12 of the largest.
    """

    name: str
    values: Mapping[str, tuple[array[float], ...]]
    milestones: tuple[int, ...]
    is_exact: bool

    @property
    def lr(self) -> tuple[array[float], ...]:
        """The learning rates of each group."""
        return self.values["lr"]

    @property
    def steps(self) -> int:
        """How many steps were simulated."""
        return len(self.lr[0])


def simulate(
    spec: Any,
    steps: int,
    *,
    lr: float = 0.1,
    groups: Sequence[Mapping[str, Any]] | None = None,
    metrics: Iterable[float] | None = None,
    exact: bool = True,
    **arguments: Any,
) -> Simulation:
    """Return the values that a schedule sets in so many steps.

    Args:
        spec: a scheduler class, with its arguments as keywords; a function from an optimizer to a
            scheduler; a call as text, which is parsed and never evaluated; what `to_config`
            returned, or a JSON or YAML file of it; or a scheduler that exists, of bridge, torch,
            Paddle or OneFlow, which is left as it is and simulated from where it stands.
        steps: how many steps of the optimizer.
        lr: the learning rate that the optimizer would be built with.
        groups: parameter groups without `params`, in place of one with that learning rate.
        metrics: what `ReduceLROnPlateau` is stepped with, one number for each step.
        exact: whether only values of stepping will do, bit for bit. If not, a closed form is
            evaluated by numpy where there is one within 1e-12, and `is_exact` says so.
        **arguments: what the class is built with.

    >>> simulate("StepLR(step_size=2, gamma=0.5)", 5, lr=0.8).lr[0].tolist()
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """
    _check(steps, lr, groups)
    schedule = schedule_of(spec, arguments, lr=lr, groups=groups)
    milestones = milestones_of(schedule.scheduler, steps)
    with warnings.catch_warnings():
        # Of the order of the two `step` calls: there is no optimizer to step here.
        warnings.simplefilter("ignore", UserWarning)
        if metrics is None:
            values, is_exact = _evaluated(schedule, steps, exact=exact)
        else:
            values, is_exact = stepped(schedule, steps, metrics), True
    name = type(schedule.scheduler).__name__
    _check_finite(name, values)
    return Simulation(name, values, milestones, is_exact)


def _evaluated(schedule: Schedule, steps: int, *, exact: bool) -> tuple[Values, bool]:
    def one(schedule: Schedule) -> tuple[Values, bool]:
        found = form_of(schedule, steps, exact=exact) or sequence_of(schedule, steps, exact=exact)
        return found or (stepped(schedule, steps, None), True)

    return apart_of(schedule, steps, one) or one(schedule)


def _check(steps: int, lr: float, groups: Sequence[Mapping[str, Any]] | None) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise SimulationError(f"steps must be a positive integer, got {steps!r}.")
    if steps > MOST_STEPS:
        raise SimulationError(f"steps must be at most {MOST_STEPS:,}, got {steps:,}.")
    given = [{"lr": lr}] if groups is None else groups
    if not given:
        raise SimulationError("groups must have at least one group, got none.")
    for group in given:
        rate = group.get("lr", lr)
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise SimulationError(f"lr must be a number, got {rate!r}.")
        if not math.isfinite(rate) or rate < 0:
            raise SimulationError(f"lr must be finite and not negative, got {rate!r}.")


def _check_finite(name: str, values: Mapping[str, tuple[array[float], ...]]) -> None:
    for key, of_groups in values.items():
        for index, of_steps in enumerate(of_groups):
            # The sum is not finite where one value is not; finding which is for the error.
            if math.isfinite(sum(of_steps)):
                continue
            for step, value in enumerate(of_steps):
                if not math.isfinite(value):
                    raise SimulationError(
                        f"{name} gives {key}={value} in group {index} at step {step}.\n"
                        "Hint: look at its arguments, and at the number of steps."
                    )
