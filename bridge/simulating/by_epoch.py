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

    from bridge.simulating.maths import Array, Maths

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
    return _after(maths, epochs, warmup, 1.0)


def _linear(maths: Maths, epochs: Array, warmup: int, total: int) -> Array:
    falling = maths.np.maximum(0.0, (total - epochs) / max(1, total - warmup))
    return _after(maths, epochs, warmup, falling)


def _after(maths: Maths, epochs: Array, warmup: int, factors: Array) -> Array:
    return maths.np.where(epochs < warmup, _ramp(epochs, warmup), factors)


def _height(maths: Maths, share: Array, num_cycles: float) -> Array:
    return 0.5 * (1.0 + maths.cos(math.pi * num_cycles * 2.0 * share))


def _cosine(maths: Maths, epochs: Array, warmup: int, total: int, num_cycles: float = 0.5) -> Array:
    height = _height(maths, (epochs - warmup) / max(1, total - warmup), num_cycles)
    return _after(maths, epochs, warmup, maths.np.maximum(0.0, height))


def _cosine_with_min_lr(
    maths: Maths,
    epochs: Array,
    warmup: int,
    total: int,
    num_cycles: float = 0.5,
    *,
    min_lr_rate: float,
) -> Array:
    height = _height(maths, (epochs - warmup) / max(1, total - warmup), num_cycles)
    factors = height * (1 - min_lr_rate) + min_lr_rate
    return _after(maths, epochs, warmup, maths.np.maximum(0.0, factors))


def _cosine_with_restarts(
    maths: Maths, epochs: Array, warmup: int, total: int, num_cycles: int = 1
) -> Array:
    share = (epochs - warmup) / max(1, total - warmup)
    height = 0.5 * (1.0 + maths.cos(math.pi * ((num_cycles * share) % 1.0)))
    factors = maths.np.where(share >= 1.0, 0.0, maths.np.maximum(0.0, height))
    return _after(maths, epochs, warmup, factors)


def _polynomial_named(
    maths: Maths,
    epochs: Array,
    warmup: int,
    total: int,
    lr_end: float = 1e-7,
    power: float = 1.0,
    *,
    lr_init: float,
) -> Array:
    left = maths.raised(1 - _share(maths, epochs, warmup, total - warmup), power)
    decayed = ((lr_init - lr_end) * left + lr_end) / lr_init
    ended = maths.np.where(epochs > total, lr_end / lr_init, decayed)
    return _after(maths, epochs, warmup, ended)


def _warmup_stable_decay(
    maths: Maths,
    epochs: Array,
    warmup: int,
    total: int | None,
    num_decay_steps: int,
    num_stable_steps: int | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
) -> Array:
    np, low = maths.np, min_lr_ratio
    if num_stable_steps is None:
        num_stable_steps = (total or 0) - warmup - num_decay_steps
    done = epochs - warmup - num_stable_steps
    rising = np.clip(_ramp(epochs, warmup), 0.0, 1.0)
    if warmup_type == "cosine":
        rising = 0.5 * (1.0 - maths.cos(math.pi * rising))
    elif warmup_type == "1-sqrt":
        rising = 1.0 - np.sqrt(1.0 - rising)
    share = _share(maths, done, 0, max(1, num_decay_steps))
    if decay_type == "linear":
        falling = 1.0 - share
    elif decay_type == "cosine":
        falling = _height(maths, share, num_cycles)
    else:
        falling = 1.0 - np.sqrt(share)
    rising, falling = (np.maximum(0.0, each * (1.0 - low) + low) for each in (rising, falling))
    decayed = np.where(done < 0, 1.0, np.where(done < num_decay_steps, falling, low))
    return np.where(epochs < warmup, rising, decayed)


def _inverse_root(
    maths: Maths, epochs: Array, warmup: int, _: object, timescale: int | None = None
) -> Array:
    scale = timescale or warmup or 10_000
    falling = 1.0 / maths.np.sqrt((epochs + scale - warmup) / scale)
    return _after(maths, epochs, warmup, falling)


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
    "cosine_with_min_lr": _cosine_with_min_lr,
    "cosine_with_restarts": _cosine_with_restarts,
    "polynomial": _polynomial_named,
    "warmup_stable_decay": _warmup_stable_decay,
    "inverse_sqrt": _inverse_root,
}
