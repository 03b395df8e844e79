"""Schedules beyond torch's that no framework has, as closed forms in numpy.

Warm-ups and floors as in transformers/optimization.py; WSD as in https://arxiv.org/abs/2404.06395,
its "1-sqrt" as in https://arxiv.org/abs/2405.18392.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.scheduler_cases import Schedule, of

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 200
EPOCHS = np.arange(STEPS + 1, dtype="f8")


def _share(start: float, length: float) -> Any:
    return np.clip((EPOCHS - start) / length, 0, 1)


def _rise(steps: int, start: float = 0.0) -> Any:
    return start + (1 - start) * _share(0, steps) if steps else np.ones_like(EPOCHS)


def warmup_cosine(warmup: int, total: int, floor: float = 0.0, start: float = 0.0) -> Any:
    down = floor + (1 - floor) * (1 + np.cos(np.pi * _share(warmup, total - warmup))) / 2
    return np.where(warmup > EPOCHS, _rise(warmup, start), down)


def inverse_sqrt(warmup: int, timescale: int | None = None) -> Any:
    scale = timescale or warmup or 10_000
    behind = np.sqrt(scale / (scale + np.maximum(EPOCHS - warmup, 0)))
    return np.where(warmup > EPOCHS, _rise(warmup), behind)


def wsd(warmup: int, stable: int, decay: int, kind: str = "1-sqrt", floor: float = 0.0) -> Any:
    share = _share(warmup + stable, decay)
    left = {"linear": 1 - share, "cosine": np.cos(np.pi * share / 2) ** 2}.get(kind)
    left = 1 - np.sqrt(share) if left is None else left
    return _rise(warmup) * (floor + (1 - floor) * left)


_FORMS: dict[str, Callable[..., Any]] = {
    "WarmupCosineLR": warmup_cosine,
    "InverseSqrtLR": inverse_sqrt,
    "WSDLR": wsd,
}
_ARGUMENTS: list[tuple[str, tuple[Any, ...]]] = [
    ("WarmupCosineLR", (10, 150)),
    ("WarmupCosineLR", (10, 150, 0.1)),
    ("WarmupCosineLR", (20, 190, 0.05, 0.2)),
    ("WarmupCosineLR", (0, 100, 0.1)),
    ("InverseSqrtLR", (10,)),
    ("InverseSqrtLR", (10, 40)),
    ("InverseSqrtLR", (0,)),
    *[("WSDLR", (10, 100, 60, kind)) for kind in ("linear", "cosine", "1-sqrt")],
    *[("WSDLR", (0, 50, 100, kind, 0.1)) for kind in ("linear", "cosine", "1-sqrt")],
]
FORMS: list[tuple[Schedule, Any]] = [
    (of(kind, *args), _FORMS[kind](*args)) for kind, args in _ARGUMENTS
]
"""A schedule, and the factor of the initial learning rate at every step."""
