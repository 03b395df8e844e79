"""The rows that hold our schedules against Paddle's own.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
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
    RATIOS,
    STEP_LR,
    WARM_RESTARTS,
    WARM_UP,
    Factor,
    Schedule,
    of,
    sequential,
)
from tests.scheduler_natives import Row

# What our own class refuses, or raises on its way, is not for comparison.
MILESTONES = [row for row in MULTI_STEP_LR if row[0]]
LINEAR = [row for row in LINEAR_LR if row[0] > 0 and max(row[:2]) <= 1 and min(row[:2]) >= 0]
RESTARTS = [
    row for row in WARM_RESTARTS if type(row[0]) is type(row[1]) is int and row[0] and row[1]
]
COSINES = [row for row in COSINE_ANNEALING_LR if row[0]]
LATER: list[tuple[Schedule, Any]] = [
    (of("CosineAnnealingLR", 190), lambda p, lr: p.CosineAnnealingDecay(lr, 190)),
    (of("CosineAnnealingLR", 60, 0.001), lambda p, lr: p.CosineAnnealingDecay(lr, 60, 0.001)),
    (of("ExponentialLR", 0.97), lambda p, lr: p.ExponentialDecay(lr, 0.97)),
    (of("StepLR", 30), lambda p, lr: p.StepDecay(lr, 30)),
    (of("MultiStepLR", [50, 100]), lambda p, lr: p.MultiStepDecay(lr, [50, 100])),
    (of("PolynomialLR", 150, 2.0), lambda p, lr: p.PolynomialDecay(lr, 150, 0.0, 2.0)),
    (of("LambdaLR", Factor("0.95**e")), lambda p, lr: p.LambdaDecay(lr, Factor("0.95**e"))),
    (
        of("CosineAnnealingWarmRestarts", 20, 2),
        lambda p, lr: p.CosineAnnealingWarmRestarts(lr, 20, 2),
    ),
    (of("CyclicLR", 0.01, 0.1, 20, cycle_momentum=False), lambda p, _: p.CyclicLR(0.01, 0.1, 20)),
    (of("ConstantLR", 1.0, 1), lambda _, lr: lr),
]
ONE_CYCLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"three_phase": True}, {"three_phase": True}),
    ({"anneal_strategy": "linear"}, {"anneal_strategy": "linear"}),
    ({"anneal_strategy": "linear", "three_phase": True},) * 2,
    ({"pct_start": 0.5}, {"phase_pct": 0.5}),
    ({"pct_start": 0.0}, {"phase_pct": 0.0}),
    ({"div_factor": 10.0}, {"divide_factor": 10.0, "end_learning_rate": 0.1 / 10.0 / 1e4}),
    ({"final_div_factor": 100.0}, {"end_learning_rate": 0.1 / 25.0 / 100.0}),
    ({"pct_start": 0.6, "three_phase": True}, {"phase_pct": 0.6, "three_phase": True}),
]
CYCLES: list[tuple[dict[str, Any], tuple[Any, ...], dict[str, Any]]] = [
    ({"step_size_up": 20}, (20,), {}),
    ({"step_size_up": 20, "step_size_down": 30}, (20, 30), {}),
    ({"step_size_up": 15, "mode": "triangular2"}, (15,), {"mode": "triangular2"}),
    (
        {"step_size_up": 20, "mode": "exp_range", "gamma": 0.99},
        (20,),
        {"mode": "exp_range", "exp_gamma": 0.99},
    ),
    ({"step_size_up": 20, "scale_fn": Factor("1/e")}, (20,), {"scale_fn": Factor("1/e")}),
    ({}, (2000,), {}),
    ({"step_size_up": 3, "step_size_down": 7}, (3, 7), {}),
    ({"step_size_up": 12.5}, (12.5,), {}),
]
PLATEAU_DIFFERS = [  # what Paddle does with a best metric in cooldown, and with NaN and infinity
    ("noisy", {"patience": 2, "cooldown": 5, "factor": 0.5}),
    ("improving_in_cooldown", {"patience": 2, "cooldown": 3, "factor": 0.5}),
    ("nan_first", {"patience": 3, "factor": 0.5}),
    ("inf_first", {"patience": 3, "factor": 0.5}),
]


def is_int(*values: object) -> bool:
    return all(type(value) is int for value in values)


def step_grade(step_size: float, gamma: float) -> str:
    return "b" if is_int(step_size) and step_size > 0 and gamma < 1 else "refused"


def milestones_grade(milestones: Any, gamma: float) -> str:
    if not isinstance(milestones, list) or gamma >= 1:
        return "refused"
    if any(a >= b for a, b in pairwise(milestones)):
        return "refused"
    return "b" if all(each >= 0 and each == int(each) for each in milestones) else "c"


def plateau_arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"epsilon" if key == "eps" else key: value for key, value in kwargs.items()}


SAME: list[Row] = [
    *[
        Row(of("LambdaLR", Factor(f)), lambda p, lr, f=f: p.LambdaDecay(lr, Factor(f)), "a", (lr,))
        for f, lr in FACTORS
    ],
    *[
        Row(
            of("MultiplicativeLR", Factor(f)),
            lambda p, lr, f=f: p.MultiplicativeDecay(lr, Factor(f)),
            "a",
        )
        for f in RATIOS
    ],
    *[
        Row(of("StepLR", *row), lambda p, lr, row=row: p.StepDecay(lr, *row), step_grade(*row))
        for row in STEP_LR
        if row[0]
    ],
    *[
        Row(
            of("MultiStepLR", *row),
            lambda p, lr, row=row: p.MultiStepDecay(lr, *row),
            milestones_grade(*row),
        )
        for row in MILESTONES
    ],
    *[
        Row(
            of("ConstantLR", factor, n),
            lambda p, lr, f=factor, n=n: p.PiecewiseDecay([n], [lr * f, lr]),
            "b" if n else "c",
        )
        for factor, n in CONSTANT_LR
        if 0 < factor <= 1
    ],
    *[
        Row(
            of("LinearLR", start, end, n),
            lambda p, lr, row=(n, start, end): p.LinearLR(lr, *row),
            "a" if n else "refused",
        )
        for start, end, n in LINEAR
    ],
    *[
        Row(
            of("ExponentialLR", gamma),
            lambda p, lr, gamma=gamma: p.ExponentialDecay(lr, gamma),
            "b" if 0 < gamma < 1 else "refused",
        )
        for gamma in EXPONENTIAL_LR
    ],
    *[
        Row(
            of("PolynomialLR", n, power),
            lambda p, lr, n=n, power=power: p.PolynomialDecay(lr, n, 0.0, power),
            "b" if is_int(n) and n and power > 0 else "refused",
        )
        for n, power in POLYNOMIAL_LR
    ],
    *[
        Row(
            of("CosineAnnealingLR", period, eta),
            lambda p, lr, row=(period, eta): p.CosineAnnealingDecay(lr, *row),
            "a" if is_int(period) else "refused",
            (lr,),
        )
        for period, eta, lr in COSINES
    ],
    *[
        Row(
            of("CosineAnnealingWarmRestarts", *row),
            lambda p, lr, row=row: p.CosineAnnealingWarmRestarts(lr, *row),
            "a",
        )
        for row in RESTARTS
        if not isinstance(row[2], str)
    ],
    *[
        Row(
            of("ReduceLROnPlateau", **kwargs),
            lambda p, lr, kwargs=kwargs: p.ReduceOnPlateau(lr, **plateau_arguments(kwargs)),
            "c" if (metrics, kwargs) in PLATEAU_DIFFERS else "a",
            metrics=metrics,
        )
        for metrics, kwargs in PLATEAU
        if kwargs.get("factor", 0) < 1
        and not {"MIN", "ABS"} & set(map(str, kwargs.values()))
        and not isinstance(kwargs.get("min_lr"), list)
        and not (metrics == "inf_first" and "mode" in kwargs)
    ],
    *[
        Row(
            of("CyclicLR", 0.001, 0.1, **ours),
            lambda p, _, args=args, kwargs=kwargs: p.CyclicLR(0.001, 0.1, *args, **kwargs),
            "refused" if 12.5 in args else "a",
        )
        for ours, args, kwargs in CYCLES
    ],
    *[
        Row(
            of("OneCycleLR", 0.1, 200, **ours),
            lambda p, _, kwargs=kwargs: p.OneCycleLR(
                0.1, 200, **{"end_learning_rate": 0.1 / 25.0 / 1e4, **kwargs}
            ),
            "refused" if ours.get("pct_start", 0) > 0.5 else "a",
        )
        for ours, kwargs in ONE_CYCLE
    ],
    *[
        Row(
            sequential(WARM_UP, schedule, milestones=[10]),
            lambda p, lr, native=native: p.LinearWarmup(native(p, lr), 10, 0.1 * lr, lr),
            "b",
        )
        for schedule, native in LATER
    ],
]
PADDLES_OWN: list[Row] = [
    Row(of("NoamDecay", 64, 50), lambda p, lr: p.NoamDecay(64, 50, lr), "a", (1.0,)),
    Row(of("NoamDecay", 512, 4000), lambda p, lr: p.NoamDecay(512, 4000, lr), "a", (2.0,)),
    *[
        Row(of("PiecewiseDecay", *row), lambda p, _, row=row: p.PiecewiseDecay(*row), "a")
        for row in [
            ([20, 60], [0.1, 0.05, 0.01]),
            ([60, 20], [0.1, 0.05, 0.01]),
            ([20], [0.1, 0.05, 0.01]),
        ]
    ],
    Row(of("NaturalExpDecay", 0.05), lambda p, lr: p.NaturalExpDecay(lr, 0.05), "a"),
    Row(of("InverseTimeDecay", 0.1), lambda p, lr: p.InverseTimeDecay(lr, 0.1), "a"),
    *[
        Row(of("PolynomialDecay", *row), lambda p, lr, row=row: p.PolynomialDecay(lr, *row), "a")
        for row in [(100,), (100, 0.0, 2.0), (100, 0.01, 2.0), (30, 1e-3, 2.0, True), (250, 0.2)]
    ],
    *[
        Row(of("LinearWarmup", *row), lambda p, lr, row=row: p.LinearWarmup(lr, *row), "a")
        for row in [(20, 0.01, 0.1), (20, 0.0, 0.1), (20, 0.01, 0.05), (20, 0.01, 0.2)]
    ],
    *[
        Row(
            Schedule("LinearWarmup", (20, 0.01, 0.1), members=(schedule,)),
            lambda p, lr, native=native: p.LinearWarmup(native(p, lr), 20, 0.01, 0.1),
            "b",
        )
        for schedule, native in [
            *LATER,
            (of("NoamDecay", 64, 50), lambda p, lr: p.NoamDecay(64, 50, lr)),
            (of("LinearWarmup", 10, 0.0, 0.1), lambda p, lr: p.LinearWarmup(lr, 10, 0.0, 0.1)),
        ]
    ],
]
# A group's learning rate is a factor of the optimizer's in Paddle, and absolute with us.
GROUPS: list[Row] = [
    Row(schedule, native, grade, (0.1, 0.01))
    for schedule, native, grade in [
        (of("StepLR", 30), lambda p, lr: p.StepDecay(lr, 30), "b"),
        (of("ExponentialLR", 0.9), lambda p, lr: p.ExponentialDecay(lr, 0.9), "b"),
        (of("LinearLR", 0.1, 1.0, 10), lambda p, lr: p.LinearLR(lr, 10, 0.1, 1.0), "b"),
        (of("CosineAnnealingLR", 50), lambda p, lr: p.CosineAnnealingDecay(lr, 50), "b"),
        (
            of("CosineAnnealingLR", 50, 5e-3),
            lambda p, lr: p.CosineAnnealingDecay(lr, 50, 5e-3),
            "c",
        ),
        (of("NaturalExpDecay", 0.05), lambda p, lr: p.NaturalExpDecay(lr, 0.05), "b"),
        (of("PolynomialDecay", 50), lambda p, lr: p.PolynomialDecay(lr, 50), "c"),
    ]
]
ROWS = SAME + PADDLES_OWN + GROUPS
