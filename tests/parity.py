"""Train on fixed gradients, here and on torch, and compare every parameter at every step.

The learning rates change at every step and differ from group to group; the last group's gradients
reach from 1e-9 to 1 with exact zeros between, which shows where an optimizer adds its eps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge import optim
from tests import references
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cases import Case

Array: TypeAlias = NDArray[Any]

STEPS = 100
SHAPES: list[list[tuple[int, ...]]] = [[(7, 5), (5,), ()], [(4, 3), (3,)], [(6, 2), (1,)]]

TOLERANCES = {
    ("torch", "float32"): 1e-6,  # measured 9.0e-7
    ("torch", "float64"): 1e-12,  # measured 1.0e-15
    ("paddle", "float32"): 1e-6,  # measured 9.0e-7
    ("paddle", "float64"): 1e-12,  # measured 8.5e-16
    ("oneflow", "float32"): 1e-6,  # measured 9.0e-7
    ("oneflow", "float64"): 1e-12,  # measured 8.5e-16
}
"""(framework, dtype) -> the largest difference to torch, relative to the tensor's largest entry."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Each parameter after every step, each entry of its state after every tenth."""

    values: dict[tuple[int, str], Array]


@dataclass(frozen=True, slots=True)
class Problem:
    """Where the parameters start, each step's gradients, and each step's factor per group."""

    start: list[list[Array]]
    grads: list[list[list[Array]]]
    factors: Array


@cache
def problem(dtype: str, steps: int = STEPS, *, is_of_matrices: bool = False) -> Problem:
    random = np.random.default_rng(0)
    shapes = [[s for s in group if len(s) == 2 or not is_of_matrices] for group in SHAPES]

    def draw(scale: Array, shape: tuple[int, ...]) -> Array:
        return np.asarray(random.standard_normal(shape) * scale, "f4").astype(dtype)

    start = [[draw(np.ones(s), s) for s in group] for group in shapes]
    one = [[np.ones(s) for s in group] for group in shapes[:2]]
    mixed = [10.0 ** random.uniform(-9, 0, s) * (random.uniform(size=s) > 0.15) for s in shapes[2]]
    scales = [*one, mixed]
    bias = [[random.standard_normal(s) * 0.3 for s in group] for group in shapes]
    grads = [
        [
            [
                np.asarray((0.5 * random.standard_normal(s) + b) * scale, "f4").astype(dtype)
                for s, b, scale in zip(*row, strict=True)
            ]
            for row in zip(shapes, bias, scales, strict=True)
        ]
        for _ in range(steps)
    ]
    return Problem(start, grads, _factors(steps))


def _factors(steps: int) -> Array:
    step = np.arange(steps)
    warm_cosine = np.minimum(1, 0.1 + 0.09 * step) * (0.525 + 0.475 * np.cos(np.pi * step / steps))
    jumps = np.where(step < 30, 1.0, np.where(step < 70, 0.2, 3.0)) * 0.3
    waves = (0.2 + np.abs(np.sin(step / 7))) * 0.1
    return np.stack([warm_cosine, jumps, waves], axis=1)


def train(
    case: Case,
    framework: Framework,
    dtype: str,
    path: str,
    *,
    optimizer: Any = None,
    steps: int = STEPS,
) -> Trajectory:
    """Train with our optimizer, or the one given, by `step()` or by the formula alone."""
    cls = optimizer or getattr(optim, case.optimizer)
    return _run(case, framework, dtype, cls, path, steps)


_STEP: dict[str, Callable[[Any], Any]] = {
    "kernel": lambda opt: opt.step(),
    "formula": lambda opt: opt._advance({}),
}


@cache
def _torch() -> Framework:
    return Framework("torch")


_reference: dict[tuple[str, str, int], Trajectory] = {}


def reference(case: Case, dtype: str, steps: int = STEPS) -> Trajectory:
    """Train with torch's own class on torch."""
    key = (case.name, dtype, steps)
    if key not in _reference:
        # The papers' text stands in for what torch has no class for.
        source = references if hasattr(references, case.optimizer) else _torch().module.optim
        cls = getattr(source, case.optimizer)
        _reference[key] = _run(case, _torch(), dtype, cls, "kernel", steps)
    return _reference[key]


def _run(
    case: Case,
    framework: Framework,
    dtype: str,
    cls: Any,
    path: str,
    steps: int,
) -> Trajectory:
    given = problem(dtype, steps, is_of_matrices=case.is_of_matrices)
    params = [[framework.param(array) for array in group] for group in given.start]
    groups = [{"params": p, **o} for p, o in zip(params, case.groups, strict=True)]
    opt = cls(groups, lr=case.lr, **case.options)
    values: dict[tuple[int, str], list[Any]] = {}
    for step in range(steps):
        for i, group in enumerate(opt.param_groups):
            group["lr"] = float(given.factors[step, i] * case.lr)
            group.update(case.writes.get(step, {}))
            for j, param in enumerate(params[i]):
                is_missing = case.has_missing_grads and _is_missing(step, i, j)
                framework.set_grad(param, None if is_missing else given.grads[step][i][j])
        _STEP[path](opt)
        for place, param in enumerate(chain(*params)):
            # All is read at the end, one stack of steps at a time: on a busy machine OneFlow makes
            # each reader wait for milliseconds.
            entries = {"param": param, **(opt.state.get(param, {}) if step % 10 == 9 else {})}
            scales = _scales(opt, place) if path == "kernel" and len(entries) > 1 else {}
            for name, value in entries.items():
                if value is not None:
                    kept = _kept(value) / scales[name] if name in scales else _kept(value)
                    values.setdefault((place, name), []).append(kept)
    return Trajectory({key: _stacked(framework, kept) for key, kept in values.items()})


def _scales(opt: Any, place: int) -> dict[str, float]:
    """Say by how much a kernel's running means are larger, as their state_dict does."""
    scales: dict[str, float] = opt.state_dict().get("scaled", {}).get(place, {})
    return scales


def _is_missing(step: int, group: int, place: int) -> bool:
    """The first parameter comes late, the second only at every third step."""
    match group, place:
        case 0, 0:
            return step < 20
        case 0, 1:
            return step % 3 != 0
    return False


def _kept(value: Any) -> Any:
    return value if isinstance(value, int | float) else value.detach().clone()


def _stacked(framework: Framework, kept: list[Any]) -> Array:
    # By the formula, torch's Adagrad counts on with numbers from the tensor that it began with.
    if any(isinstance(value, int | float) for value in kept):
        return np.asarray([float(value) for value in kept])
    return framework.numpy(framework.module.stack(kept))


def errors(ours: Trajectory, theirs: Trajectory) -> dict[tuple[int, str], float]:
    """Find each tensor's largest difference over all steps, relative to its largest entry."""
    assert ours.values.keys() == theirs.values.keys()
    return {key: _relative(ours.values[key], theirs.values[key]) for key in theirs.values}


def _relative(ours: Array, theirs: Array) -> float:
    mine, torchs = ours.astype("f8"), theirs.astype("f8")
    # numpy's max hands a NaN on, Python's own may lose it.
    largest, difference = np.abs(torchs).max(), np.abs(mine - torchs).max()
    return float(difference / largest if largest else difference)


def assert_parity(
    ours: Trajectory,
    theirs: Trajectory,
    framework: Framework,
    dtype: str,
    rounding: float = 0.0,
) -> None:
    """Compare parameters and state; the message names what is too far from torch's."""
    tolerance = max(TOLERANCES[framework.name, dtype], rounding)
    assert {k: e for k, e in errors(ours, theirs).items() if not e <= tolerance} == {}
