"""The rows that hold our schedules against OneFlow's own.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html#adjust-learning-rate
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.scheduler_cases import (
    CONSTANT_LR,
    COSINE_ANNEALING_LR,
    EXPONENTIAL_LR,
    FACTORS,
    LINEAR_LR,
    MULTI_STEP_LR,
    PLATEAU,
    POLYNOMIAL_LR,
    STEP_LR,
    WARM_RESTARTS,
    WARM_UP,
    Factor,
    Schedule,
    chained,
    of,
    sequential,
)
from tests.scheduler_natives import Row

TWO = (0.1, 0.01)
LINEAR = [row for row in LINEAR_LR if row[0] > 0 and max(row[:2]) <= 1 and min(row[:2]) >= 0]
RESTARTS = [
    row for row in WARM_RESTARTS if type(row[0]) is type(row[1]) is int and row[0] and row[1]
]
# A logarithm rounds down at this restart.
ROUNDED = (1, 3, 0.0)
LATER: list[tuple[Schedule, Any]] = [
    (of("CosineAnnealingLR", 190), lambda f, o: f.CosineAnnealingLR(o, 190)),
    (of("CosineAnnealingLR", 60, 0.001), lambda f, o: f.CosineAnnealingLR(o, 60, 0.001)),
    (of("ExponentialLR", 0.97), lambda f, o: f.ExponentialLR(o, 0.97)),
    (of("StepLR", 30), lambda f, o: f.StepLR(o, 30)),
    (of("MultiStepLR", [50, 100]), lambda f, o: f.MultiStepLR(o, [50, 100])),
    (of("PolynomialLR", 150, 2.0), lambda f, o: f.PolynomialLR(o, 150, 0.0, 2.0)),
    (
        of("CosineAnnealingWarmRestarts", 20, 2),
        lambda f, o: f.CosineAnnealingWarmRestarts(o, 20, 2),
    ),
    (of("ConstantLR", 1.0, 1), lambda f, o: f.ConstantLR(o, 1.0, 1)),
    (of("CosineDecayLR", 60, 0.1), lambda f, o: f.CosineDecayLR(o, 60, 0.1)),
]
CHAINED: list[tuple[Schedule, Any, str]] = [
    (
        chained(of("ConstantLR", 0.1, 20), of("ExponentialLR", 0.9)),
        lambda f, o: [f.ConstantLR(o, 0.1, 20), f.ExponentialLR(o, 0.9)],
        "b",
    ),
    (
        chained(of("StepLR", 30), of("ExponentialLR", 0.99)),
        lambda f, o: [f.StepLR(o, 30), f.ExponentialLR(o, 0.99)],
        "b",
    ),
    (
        chained(WARM_UP, of("CosineAnnealingLR", 200)),
        lambda f, o: [f.LinearLR(o, 0.1, 1.0, 10), f.CosineAnnealingLR(o, 200)],
        "b",
    ),
    (
        chained(of("CosineAnnealingLR", 50, eta_min=0.01), of("StepLR", 30)),
        lambda f, o: [f.CosineAnnealingLR(o, 50, 0.01), f.StepLR(o, 30)],
        "c",
    ),
]


def step_grade(step_size: float, gamma: float) -> str:
    return "b" if step_size > 0 and gamma > 0 else "refused"


def milestones_grade(milestones: Any, gamma: float) -> str:
    if isinstance(milestones, set) or gamma <= 0:
        return "refused"
    if any(a >= b for a, b in pairwise(milestones)):
        return "refused"
    return "b" if all(each >= 0 and each == int(each) for each in milestones) else "c"


SAME: list[Row] = [
    *[
        Row(of("LambdaLR", Factor(f)), lambda m, o, f=f: m.LambdaLR(o, Factor(f)), "a", (lr,))
        for f, lr in FACTORS
    ],
    *[
        Row(of("StepLR", *row), lambda m, o, row=row: m.StepLR(o, *row), step_grade(*row))
        for row in STEP_LR
        if row[0]
    ],
    *[
        Row(
            of("MultiStepLR", *row),
            lambda m, o, row=row: m.MultiStepLR(o, *row),
            milestones_grade(*row),
        )
        for row in MULTI_STEP_LR
    ],
    *[
        Row(
            of("ConstantLR", *row),
            lambda m, o, row=row: m.ConstantLR(o, *row),
            "b" if row[1] else "c",
        )
        for row in CONSTANT_LR
        if 0 < row[0] <= 1
    ],
    *[
        Row(of("LinearLR", *row), lambda m, o, row=row: m.LinearLR(o, *row), "b" if row[2] else "c")
        for row in LINEAR
    ],
    *[
        Row(
            of("ExponentialLR", gamma),
            lambda m, o, gamma=gamma: m.ExponentialLR(o, gamma),
            "b" if gamma > 0 else "refused",
        )
        for gamma in EXPONENTIAL_LR
    ],
    *[
        Row(
            of("PolynomialLR", n, power),
            lambda m, o, row=(n, 0.0, power): m.PolynomialLR(o, *row),
            "b" if n else "refused",
        )
        for n, power in POLYNOMIAL_LR
    ],
    *[
        Row(
            of("CosineAnnealingLR", *row),
            lambda m, o, row=row: m.CosineAnnealingLR(o, *row),
            "b",
            (lr,),
        )
        for *row, lr in COSINE_ANNEALING_LR
        if row[0]
    ],
    *[
        Row(
            of("CosineAnnealingWarmRestarts", *row),
            lambda m, o, row=row: m.CosineAnnealingWarmRestarts(o, *row),
            "c" if row == ROUNDED else "a",
        )
        for row in RESTARTS
        if not isinstance(row[2], str)
    ],
    *[
        Row(
            of("ReduceLROnPlateau", **kwargs),
            lambda m, o, kwargs=kwargs: m.ReduceLROnPlateau(o, **kwargs),
            "a",
            metrics=metrics,
        )
        for metrics, kwargs in PLATEAU
        if kwargs.get("factor", 0) < 1
        and not {"MIN", "ABS"} & set(map(str, kwargs.values()))
        and not isinstance(kwargs.get("min_lr"), list)
    ],
    *[
        Row(schedule, lambda m, o, make=make: m.ChainedScheduler(make(m, o)), grade)
        for schedule, make, grade in CHAINED
    ],
    *[
        Row(
            sequential(WARM_UP, schedule, milestones=[10]),
            lambda m, o, make=make: m.SequentialLR(
                o, [m.LinearLR(o, 0.1, 1.0, 10), make(m, o)], [10], interval_rescaling=True
            ),
            "b",
        )
        for schedule, make in LATER
    ],
]
ONEFLOWS_OWN: list[Row] = [
    *[
        Row(of("CosineDecayLR", *row), lambda m, o, row=row: m.CosineDecayLR(o, *row), "a")
        for row in [(60, 0.1), (60,), (250, 0.5)]
    ],
    *[
        Row(of("PolynomialDecayLR", *row), lambda m, o, row=row: m.PolynomialLR(o, *row), "a")
        for row in [(100, 0.0, 2.0), (100,), (30, 1e-3, 2.0, True), (7, 0.0, 1.0, True)]
    ],
    *[
        Row(of("WarmUpLR", *row), lambda m, o, row=row: m.WarmUpLR(o, *row), "b")
        for row in [(0.1, 20), (0.1, 20, "constant"), (0.0, 20), ()]
    ],
    *[
        Row(
            Schedule("WarmUpLR", (0.1, 20, method, is_prefix), members=(schedule,)),
            lambda m, o, make=make, row=(method, is_prefix): m.WarmUpLR(make(m, o), 0.1, 20, *row),
            "b",
        )
        for schedule, make in LATER
        for method in ("linear", "constant")
        for is_prefix in (False, True)
    ],
]
GROUPS: list[Row] = [
    Row(schedule, native, grade, TWO)
    for schedule, native, grade in [
        (
            of("LambdaLR", [Factor("0.9**e"), Factor("1/(1+e)")]),
            lambda m, o: m.LambdaLR(o, [Factor("0.9**e"), Factor("1/(1+e)")]),
            "a",
        ),
        (of("StepLR", 30), lambda m, o: m.StepLR(o, 30), "b"),
        (of("CosineAnnealingLR", 50, 0.005), lambda m, o: m.CosineAnnealingLR(o, 50, 0.005), "b"),
        (
            of("CosineAnnealingWarmRestarts", 20, 2, 0.001),
            lambda m, o: m.CosineAnnealingWarmRestarts(o, 20, 2, 0.001),
            "a",
        ),
        (of("CosineDecayLR", 60, 0.1), lambda m, o: m.CosineDecayLR(o, 60, 0.1), "a"),
        (of("WarmUpLR", 0.1, 20), lambda m, o: m.WarmUpLR(o, 0.1, 20), "b"),
    ]
]
ROWS = SAME + ONEFLOWS_OWN + GROUPS
# The second member of a native SequentialLR runs from the start unless asked otherwise.
GLOBAL_STEP = Row(
    sequential(WARM_UP, of("ExponentialLR", 0.97), milestones=[10]),
    lambda m, o: m.SequentialLR(o, [m.LinearLR(o, 0.1, 1.0, 10), m.ExponentialLR(o, 0.97)], [10]),
    "c",
)
ROWS.append(GLOBAL_STEP)
