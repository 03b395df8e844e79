"""The factors of transformers' schedules, by the names that its users know.

Each is a function of the step, the steps of the warm-up and those of the training. Follows
https://huggingface.co/docs/transformers/main_classes/optimizer_schedules
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def ramp(step: int, warmup: int) -> float:
    """Return the line that most of them warm up along.

    >>> ramp(1, warmup=4)
    0.25
    """
    return step / max(1, warmup)


def progress(step: int, warmup: int, total: int) -> float:
    """Return the share of the training after the warm-up that is done.

    >>> progress(6, warmup=4, total=12)
    0.25
    """
    return (step - warmup) / max(1, total - warmup)


def half_cosine(share: float, num_cycles: float) -> float:
    """Return the height of the cosine; half a cycle leads from 1 to 0.

    >>> half_cosine(0.0, num_cycles=0.5), half_cosine(1.0, num_cycles=0.5)
    (1.0, 0.0)
    """
    return 0.5 * (1.0 + math.cos(math.pi * num_cycles * 2.0 * share))


def constant(step: int, warmup: int, total: int | None) -> float:
    del step, warmup, total
    return 1.0


def constant_with_warmup(step: int, warmup: int, total: int | None) -> float:
    del total
    return ramp(step, warmup) if step < warmup else 1.0


def linear(step: int, warmup: int, total: int) -> float:
    if step < warmup:
        return ramp(step, warmup)
    return max(0.0, (total - step) / max(1, total - warmup))


def cosine(step: int, warmup: int, total: int, num_cycles: float = 0.5) -> float:
    if step < warmup:
        return ramp(step, warmup)
    return max(0.0, half_cosine(progress(step, warmup, total), num_cycles))


def cosine_with_restarts(step: int, warmup: int, total: int, num_cycles: int = 1) -> float:
    if step < warmup:
        return ramp(step, warmup)
    share = progress(step, warmup, total)
    if share >= 1.0:
        return 0.0
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * ((num_cycles * share) % 1.0))))


def polynomial(
    step: int, warmup: int, total: int, lr_end: float = 1e-7, power: float = 1.0, *, lr_init: float
) -> float:
    if step < warmup:
        return ramp(step, warmup)
    if step > total:
        return lr_end / lr_init
    left: float = 1 - (step - warmup) / (total - warmup)
    decayed: float = (lr_init - lr_end) * left**power + lr_end
    return decayed / lr_init


def inverse_sqrt(step: int, warmup: int, total: int | None, timescale: int | None = None) -> float:
    del total
    if step < warmup:
        return ramp(step, warmup)
    scale = timescale or warmup or 10_000
    return 1.0 / math.sqrt((step + scale - warmup) / scale)


def cosine_with_min_lr(
    step: int, warmup: int, total: int, num_cycles: float = 0.5, *, min_lr_rate: float
) -> float:
    if step < warmup:
        return ramp(step, warmup)
    factor = half_cosine(progress(step, warmup, total), num_cycles)
    return max(0.0, factor * (1 - min_lr_rate) + min_lr_rate)


def cosine_warmup_with_min_lr(
    step: int,
    warmup: int,
    total: int,
    num_cycles: float = 0.5,
    warmup_lr_rate: float | None = None,
    *,
    min_lr_rate: float,
) -> float:
    # One step ahead of the others: neither the first nor the last step has a rate of zero.
    if step < warmup:
        if warmup_lr_rate is None:
            return (step + 1.0) / max(1.0, warmup)
        return warmup_lr_rate + (1.0 - warmup_lr_rate) * step / max(1, warmup - 1)
    factor = half_cosine((step - warmup + 1.0) / max(1.0, total - warmup), num_cycles)
    return max(0.0, factor * (1 - min_lr_rate) + min_lr_rate)


# From the share of a stretch that is done to the factor.
RISES: dict[str, Callable[[float], float]] = {
    "linear": lambda share: share,
    "cosine": lambda share: 0.5 * (1.0 - math.cos(math.pi * share)),
    "1-sqrt": lambda share: 1.0 - math.sqrt(1.0 - share),
}
FALLS: dict[str, Callable[[float, float], float]] = {
    "linear": lambda share, _: 1.0 - share,
    "cosine": half_cosine,
    "1-sqrt": lambda share, _: 1.0 - math.sqrt(share),
}


def warmup_stable_decay(
    step: int,
    warmup: int,
    total: int | None,
    num_decay_steps: int,
    num_stable_steps: int | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
) -> float:
    if num_stable_steps is None:
        num_stable_steps = (total or 0) - warmup - num_decay_steps
    done = step - warmup - num_stable_steps
    if step < warmup:
        factor = RISES[warmup_type](ramp(step, warmup))
    elif done < 0:
        return 1.0
    elif done < num_decay_steps:
        factor = FALLS[decay_type](done / max(1, num_decay_steps), num_cycles)
    else:
        return min_lr_ratio
    return max(0.0, factor * (1.0 - min_lr_ratio) + min_lr_ratio)


FACTORS: dict[str, Callable[..., float]] = {
    "linear": linear,
    "cosine": cosine,
    "cosine_with_restarts": cosine_with_restarts,
    "polynomial": polynomial,
    "constant": constant,
    "constant_with_warmup": constant_with_warmup,
    "inverse_sqrt": inverse_sqrt,
    "cosine_with_min_lr": cosine_with_min_lr,
    "cosine_warmup_with_min_lr": cosine_warmup_with_min_lr,
    "warmup_stable_decay": warmup_stable_decay,
}
