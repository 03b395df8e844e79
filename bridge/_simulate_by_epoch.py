"""Schedules that follow from the epoch alone, for all epochs at once.

Each form is the formula beside its class in `bridge.optim.lr_scheduler.schedules`, in the same
order of operations, so that it gives the same bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.optim.lr_scheduler import schedules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge._simulate_maths import Array, Maths

    Formula: TypeAlias = Callable[[float], Array]  # from a group's initial learning rate


def formula_of(scheduler: Any, maths: Maths, epochs: Array) -> Formula | None:
    """Return the schedule's formula; None where it has no form here."""
    if type(scheduler) is schedules.NamedLR:
        factors = NAMED.get(scheduler.name)
        spans = scheduler.num_warmup_steps, scheduler.num_training_steps
        return factors and _scaled(factors(maths, epochs, *spans, **scheduler.arguments))
    form = FORMULAS.get(type(scheduler))
    return form and form(scheduler, maths, epochs)


def _scaled(factors: Array) -> Formula:
    return lambda base: base * factors


def _ramp(epochs: Array, warmup: int) -> Array:
    return epochs / max(1, warmup)


def _share(maths: Maths, epochs: Array, start: float, length: float) -> Array:
    # Beyond its ends another formula holds; Python's cosine refuses an infinity.
    return maths.np.clip((epochs - start) / length, 0.0, 1.0)


def _noam(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    rising = scheduler.warmup_steps**-1.5 * epochs
    falling = maths.raised(maths.np.maximum(epochs, 1.0), -0.5)
    factors = maths.np.minimum(falling, rising)
    return lambda base: base * scheduler.d_model**-0.5 * factors


def _warmup_cosine(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    where, (warmup, total) = maths.np.where, (scheduler.warmup_steps, scheduler.total_steps)
    start, low = scheduler.start_factor, scheduler.min_factor
    share = _share(maths, epochs, warmup, max(total - warmup, 1))
    falling = low + (1 - low) * 0.5 * (1 + maths.cos(math.pi * share))
    rising = start + (1 - start) * epochs / max(warmup, 1)
    return _scaled(where(epochs < warmup, rising, where(epochs >= total, low, falling)))


def _wsd(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    where, warmup, length = maths.np.where, scheduler.warmup_steps, scheduler.decay_steps
    low, done = scheduler.min_factor, epochs - warmup - scheduler.stable_steps
    share = _share(maths, done, 0, max(length, 1))
    match scheduler.decay:
        case "linear":
            left = 1.0 - share
        case "cosine":
            left = 0.5 * (1.0 + maths.cos(math.pi * share))
        case _:
            left = 1.0 - maths.np.sqrt(share)
    decayed = where(done < length, left, 0.0) * (1.0 - low) + low
    rising = epochs / max(warmup, 1)
    return _scaled(where(epochs < warmup, rising, where(done < 0, 1.0, decayed)))


def _inverse_sqrt(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    spans = scheduler.warmup_steps, None, scheduler.timescale
    return _scaled(_inverse_root(maths, epochs, *spans))


def _cosine_decay(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    length, alpha = scheduler.decay_steps, scheduler.alpha
    angle = math.pi * maths.np.minimum(epochs, length) / length
    falling = (1 - alpha) * (0.5 * (1 + maths.cos(angle))) + alpha
    return _scaled(maths.np.where(epochs >= length, alpha, falling))


def _inverse_time(scheduler: Any, _: Maths, epochs: Array) -> Formula:
    divisors = 1 + scheduler.gamma * epochs
    return lambda base: base / divisors


def _natural_exp(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    return _scaled(maths.exp(-1 * scheduler.gamma * epochs))


def _piecewise(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    values = maths.np.full(len(epochs), scheduler.values[-1], dtype=float)
    pairs = list(zip(scheduler.boundaries, scheduler.values, strict=False))
    for boundary, value in reversed(pairs):  # the first one that is not reached counts
        values[epochs < boundary] = value
    return lambda _: values


def _polynomial(scheduler: Any, maths: Maths, epochs: Array) -> Formula:
    if type(scheduler) is schedules.PolynomialDecay:
        length, end = scheduler.decay_steps, scheduler.end_lr
    else:
        length, end = scheduler.decay_batch, scheduler.end_learning_rate
        epochs = maths.np.maximum(epochs, 1.0) if scheduler.cycle else epochs
    if scheduler.cycle:
        share = epochs / (length * maths.np.maximum(maths.np.ceil(epochs / length), 1.0))
    else:
        share = maths.np.minimum(epochs, length) / length
    left = maths.raised(1 - share, scheduler.power)
    return lambda base: (base - end) * left + end


def _constant(maths: Maths, epochs: Array, *_: object) -> Array:
    return maths.np.ones(len(epochs))


def _constant_with_warmup(maths: Maths, epochs: Array, warmup: int, _: object) -> Array:
    return maths.np.where(epochs < warmup, _ramp(epochs, warmup), 1.0)


def _linear(maths: Maths, epochs: Array, warmup: int, total: int) -> Array:
    falling = maths.np.maximum(0.0, (total - epochs) / max(1, total - warmup))
    return maths.np.where(epochs < warmup, _ramp(epochs, warmup), falling)


def _cosine(maths: Maths, epochs: Array, warmup: int, total: int, num_cycles: float = 0.5) -> Array:
    share = (epochs - warmup) / max(1, total - warmup)
    falling = 0.5 * (1.0 + maths.cos(math.pi * num_cycles * 2.0 * share))
    return maths.np.where(epochs < warmup, _ramp(epochs, warmup), maths.np.maximum(0.0, falling))


def _inverse_root(
    maths: Maths, epochs: Array, warmup: int, _: object, timescale: int | None = None
) -> Array:
    scale = timescale or warmup or 10_000
    falling = 1.0 / maths.np.sqrt((epochs + scale - warmup) / scale)
    return maths.np.where(epochs < warmup, _ramp(epochs, warmup), falling)


FORMULAS: Mapping[type, Callable[[Any, Maths, Array], Formula]] = {
    schedules.NoamDecay: _noam,
    schedules.WarmupCosineLR: _warmup_cosine,
    schedules.WSDLR: _wsd,
    schedules.InverseSqrtLR: _inverse_sqrt,
    schedules.CosineDecayLR: _cosine_decay,
    schedules.InverseTimeDecay: _inverse_time,
    schedules.NaturalExpDecay: _natural_exp,
    schedules.PiecewiseDecay: _piecewise,
    schedules.PolynomialDecay: _polynomial,
    schedules.PolynomialDecayLR: _polynomial,
}
# Of `get_scheduler`, by transformers' names.
NAMED: Mapping[str, Callable[..., Array]] = {
    "constant": _constant,
    "constant_with_warmup": _constant_with_warmup,
    "linear": _linear,
    "cosine": _cosine,
    "inverse_sqrt": _inverse_root,
}
