"""Schedules evaluated by numpy, for all steps at once.

Products of the factors that each step applies are exact, since numpy multiplies them one after the
other; so are formulas of the epoch whose transcendental functions are Python's own. numpy's own
are faster, and differ in the last bit. The formulas are those beside the classes:
https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

import math
import operator
from array import array
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.optim import lr_scheduler as schedulers
from bridge.optim.lr_scheduler.cosine_annealing_lr import cosine_lr
from bridge.optim.lr_scheduler.linear_lr import linear_ratio
from bridge.simulating.by_epoch import formula_of
from bridge.simulating.maths import Maths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bridge.simulating.maths import Array
    from bridge.simulating.spec import Schedule
    from bridge.simulating.stepping import Values

Curves: TypeAlias = "list[tuple[Array, Array | None]]"  # of each group: learning rate, momentum
Groups: TypeAlias = "Sequence[Mapping[str, Any]]"
HIGHEST_CYCLE = 1024  # of triangular2: 2.0**1024 overflows, and Python says so
LONGEST = 1_000_000  # steps; the largest error measured is 5.4e-13, of a cosine
# What takes no step when it is built.
FIRST = {schedulers.CosineAnnealingWarmbootingLR: -1}
WORTHWHILE = 20_000  # steps from which on numpy's import pays


def form_of(schedule: Schedule, steps: int, *, exact: bool) -> tuple[Values, bool] | None:
    """Return the values and whether they are exact; None where the schedule has to be stepped."""
    scheduler, groups = schedule.scheduler, schedule.groups
    if groups is None or not _is_fresh(scheduler, groups):
        return None
    if exact and (steps < WORTHWHILE or find_spec("numpy") is None):
        return None
    maths = Maths(exact)
    with maths.np.errstate(all="ignore"):  # what is not finite is reported with its step
        curves = _curves(scheduler, groups, maths, maths.np.arange(steps, dtype=float))
    if curves is None:
        return None
    found = {
        "lr": tuple(_first(lr, group["lr"]) for (lr, _), group in zip(curves, groups, strict=True))
    }
    if getattr(scheduler, "cycle_momentum", False):
        by_beta = scheduler.use_beta1
        now = [group["betas"][0] if by_beta else group["momentum"] for group in groups]
        found["betas[0]" if by_beta else "momentum"] = tuple(
            _first(momentum, start) for (_, momentum), start in zip(curves, now, strict=True)
        )
    return found, not maths.is_rounded


def _curves(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves | None:
    kind = type(scheduler)
    for forms in (FORMS,) if maths.exact else (ROUNDED, FORMS):
        form = forms.get(kind)
        curves = form and form(scheduler, groups, maths, epochs)
        if curves is not None:
            return curves
    formula = formula_of(scheduler, maths, epochs)
    return formula and [(formula(base), None) for base in scheduler.base_lrs]


def _is_fresh(scheduler: Any, groups: Any) -> bool:
    """Say whether a schedule is at its beginning, on learning rates that are numbers."""
    return (
        getattr(scheduler, "last_epoch", None) == FIRST.get(type(scheduler), 0)
        and not getattr(scheduler, "verbose", True)  # torch's own have none
        and scheduler.optimizer.param_groups is groups
        and all(type(group["lr"]) is float for group in groups)
    )


def _first(values: Array, start: float) -> array[float]:
    record = array("d")
    record.frombytes(values.astype(float, copy=False).tobytes())
    record[0] = start
    return record


def _products(groups: Groups, maths: Maths, factors: Array) -> Curves:
    curves: Curves = []
    for group in groups:
        factors[0] = group["lr"]
        curves.append((maths.np.multiply.accumulate(factors), None))
    return curves


def _exponential(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves:
    return _products(groups, maths, maths.np.full(len(epochs), float(scheduler.gamma)))


def _step(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves:
    fires = epochs % scheduler.step_size == 0
    return _products(groups, maths, maths.np.where(fires, scheduler.gamma, 1.0))


def _multi_step(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves:
    factors = maths.np.ones(len(epochs))
    for epoch, times in scheduler.milestones.items():
        if epoch in range(1, len(epochs)):
            factors[int(epoch)] = scheduler.gamma**times
    return _products(groups, maths, factors)


def _constant(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves:
    factors = maths.np.ones(len(epochs))
    if scheduler.total_iters in range(1, len(epochs)):
        factors[int(scheduler.total_iters)] = 1.0 / scheduler.factor
    return _products(groups, maths, factors)


def _linear(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves:
    line = scheduler.start_factor, scheduler.end_factor, scheduler.total_iters
    ratios = linear_ratio(epochs, *line)
    factors = maths.np.where(epochs > scheduler.total_iters, 1.0, ratios)
    return _products(groups, maths, factors)


def _polynomial(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves:
    length = int(min(scheduler.total_iters, len(epochs) - 1))
    left = 1.0 - epochs[: length + 1] / scheduler.total_iters
    factors = maths.np.ones(len(epochs))
    ratios = left[1:] / left[:-1]
    if scheduler.power != 1:
        # Python's own always: the errors of numpy's would add up to more than 1e-12.
        ratios = [ratio**scheduler.power for ratio in ratios.tolist()]
    factors[1 : length + 1] = ratios
    return _products(groups, maths, factors)


def _closed_polynomial(scheduler: Any, _: Groups, maths: Maths, epochs: Array) -> Curves | None:
    length = scheduler.total_iters
    # Of the steps' rounding errors: the largest measured is 5.5e-14.
    if len(epochs) > LONGEST or not 0 < length <= 2 * len(epochs) or scheduler.power == 1:
        return None
    left = 1.0 - maths.np.minimum(epochs, length) / length
    factors = maths.raised(left, scheduler.power)
    return [(base * factors, None) for base in scheduler.base_lrs]


def _cosine(scheduler: Any, _: Groups, maths: Maths, epochs: Array) -> Curves | None:
    steps = len(epochs)
    # Outside of this the steps' rounding errors add up to more than 1e-12: with every turn at a
    # lowest point, and where a single step hardly changes anything.
    if steps > LONGEST or not steps - 1 <= scheduler.T_max <= 2 * steps:
        return None
    height = 1 + maths.cos(math.pi * epochs / scheduler.T_max)
    return [(cosine_lr(base, scheduler.eta_min, height), None) for base in scheduler.base_lrs]


def _warm_restarts(scheduler: Any, _: Groups, maths: Maths, epochs: Array) -> Curves:
    np, length = maths.np, scheduler.T_0
    starts, lengths = [0], [length]
    while starts[-1] + lengths[-1] < len(epochs):
        starts.append(starts[-1] + lengths[-1])
        lengths.append(lengths[-1] * scheduler.T_mult)
    position = epochs - np.repeat(starts, lengths)[: len(epochs)]
    height = 1 + maths.cos(math.pi * position / np.repeat(lengths, lengths)[: len(epochs)])
    return [(cosine_lr(base, scheduler.eta_min, height), None) for base in scheduler.base_lrs]


def _one_cycle(scheduler: Any, groups: Groups, maths: Maths, epochs: Array) -> Curves | None:
    phases = scheduler._schedule_phases  # noqa: SLF001 - a schedule of ours
    ends = [phase["end_step"] for phase in phases]
    starts = [0.0, *ends[:-1]]
    # torch divides by zero, or refuses a step too many: stepping says how.
    if len(epochs) - 1 > scheduler.total_steps or any(map(operator.eq, starts, ends)):
        return None
    is_cos = scheduler._anneal_func_type == "cos"  # noqa: SLF001 - likewise
    edges = maths.np.searchsorted(epochs, ends[:-1], side="right")
    ways = [
        (each - start) / (end - start)
        for each, start, end in zip(maths.np.split(epochs, edges), starts, ends, strict=True)
    ]
    if is_cos:
        ways = [maths.cos(math.pi * way) + 1 for way in ways]

    def annealed(group: Any, what: str) -> Array:
        parts = []
        for phase, way in zip(phases, ways, strict=True):
            start, end = (group[phase[f"{side}_{what}"]] for side in ("start", "end"))
            parts.append(end + (start - end) / 2.0 * way if is_cos else (end - start) * way + start)
        return maths.np.concatenate(parts)

    return [
        (annealed(group, "lr"), annealed(group, "momentum") if scheduler.cycle_momentum else None)
        for group in groups
    ]


def _warmbooting(scheduler: Any, _: Groups, maths: Maths, epochs: Array) -> Curves | None:
    if scheduler.lf is not None:
        return None
    np, epochs, starts = maths.np, epochs - 1, scheduler.steps  # it takes no step when it is built
    boots = np.searchsorted(starts[1:-1], epochs, side="right")
    since = np.maximum(epochs - np.take(starts, boots), 0)
    gaps = np.take(np.diff(starts), boots) * scheduler.epoch_scale
    share = (1 + maths.cos(math.pi * since / gaps)) / 2
    scales = np.take([scheduler.step_scale**boot for boot in range(len(starts) - 1)], boots)
    factors = np.maximum(scales * share, scheduler.eta_min)
    return [(base * factors, None) for base in scheduler.base_lrs]


def _cyclic(scheduler: Any, _: Groups, maths: Maths, epochs: Array) -> Curves | None:
    np, ratio = maths.np, scheduler.step_ratio
    cycle = np.floor(1 + epochs / scheduler.total_size)
    too_many = scheduler.mode == "triangular2" and cycle[-1] > HIGHEST_CYCLE
    if scheduler._scale_fn_custom is not None or too_many:  # noqa: SLF001 - a schedule of ours
        return None
    share = 1.0 + epochs / scheduler.total_size - cycle
    height = np.where(share <= ratio, share / ratio, (share - 1) / (ratio - 1))
    scale: Array = 1.0
    if scheduler.mode == "triangular2":
        scale = np.ldexp(1.0, (1 - cycle).astype(int))
    elif scheduler.mode == "exp_range":
        scale = maths.powers(scheduler.gamma, epochs)
    lrs = [
        base + (highest - base) * height * scale
        for base, highest in zip(scheduler.base_lrs, scheduler.max_lrs, strict=True)
    ]
    if not scheduler.cycle_momentum:
        return [(lr, None) for lr in lrs]
    bounds = zip(scheduler.base_momentums, scheduler.max_momentums, strict=True)
    momenta = [highest - (highest - base) * height * scale for base, highest in bounds]
    return list(zip(lrs, momenta, strict=True))


# Exact where the functions are Python's; products always.
FORMS: dict[type, Callable[..., Curves | None]] = {
    schedulers.ExponentialLR: _exponential,
    schedulers.StepLR: _step,
    schedulers.MultiStepLR: _multi_step,
    schedulers.ConstantLR: _constant,
    schedulers.LinearLR: _linear,
    schedulers.PolynomialLR: _polynomial,
    schedulers.CosineAnnealingWarmRestarts: _warm_restarts,
    schedulers.OneCycleLR: _one_cycle,
    schedulers.CyclicLR: _cyclic,
    schedulers.CosineAnnealingWarmbootingLR: _warmbooting,
}
# The closed form of what torch steps; it rounds differently.
ROUNDED: dict[type, Callable[..., Curves | None]] = {
    schedulers.CosineAnnealingLR: _cosine,
    schedulers.PolynomialLR: _closed_polynomial,
}
