"""Every schedule that is compared with torch's: rows of how to build it and what to feed it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

TRAIN_STEPS = 200


@dataclass(frozen=True, slots=True)
class Schedule:
    """A class of the lr_scheduler module with its arguments, to build from torch's or bridge's."""

    kind: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    members: tuple[Schedule, ...] = ()

    def build(self, module: Any, optimizer: Any, **extra: Any) -> Any:
        make = getattr(module, self.kind)
        members = [member.build(module, optimizer) for member in self.members]
        match self.kind:
            case "ChainedScheduler":
                return make(members, **extra)
            case "SequentialLR" | "MetricSequentialLR":
                return make(optimizer, members, *self.args, **extra)
            case "CombinedScheduler":
                return make(members, *self.args, **extra)
            case "WarmUpLR" | "LinearWarmup" if members:
                return make(*members, *self.args, **self.kwargs, **extra)
            case _:
                return make(optimizer, *self.args, **self.kwargs, **extra)

    def __str__(self) -> str:
        """Return a name for the test's report."""
        named = [f"{key}={value}" for key, value in self.kwargs.items()]
        given = [str(each) for each in (*self.members, *self.args)] + named
        return f"{self.kind}({','.join(given)})".replace(" ", "")


@dataclass(frozen=True, slots=True)
class Case:
    """A schedule, the optimizer it drives, and the metrics that it is stepped with."""

    schedule: Schedule
    lrs: tuple[float, ...] = (0.1,)
    optimizer: str = "sgd"
    metrics: str | None = None
    steps: int = TRAIN_STEPS


class Factor:
    """A function of the epoch with a readable name."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, epoch: int) -> float:
        """Return what the text says for this epoch."""
        value: float = eval(self.text, {"math": math, "e": epoch})  # noqa: S307 - the rows below
        return value

    def __str__(self) -> str:
        return self.text


def of(kind: str, *args: Any, **kwargs: Any) -> Schedule:
    return Schedule(kind, args, kwargs)


def chained(*members: Schedule) -> Schedule:
    return Schedule("ChainedScheduler", members=members)


def sequential(*members: Schedule, milestones: list[int]) -> Schedule:
    return Schedule("SequentialLR", (milestones,), members=members)


def _noise(seed: int) -> list[float]:
    state, numbers = seed, []
    for _ in range(TRAIN_STEPS):
        state = (1103515245 * state + 12345) % (1 << 31)
        numbers.append(state / (1 << 31))
    return numbers


STEPS = range(TRAIN_STEPS)
METRICS: dict[str, list[float]] = {
    "flat": [1.0] * TRAIN_STEPS,
    "falling": [1.0 / (i + 1) for i in STEPS],
    "noisy": [1.0 / (1 + 0.02 * i) + 0.3 * noise for i, noise in enumerate(_noise(1))],
    "noisy_up": [1.0 - 1.0 / (1 + 0.02 * i) + 0.3 * noise for i, noise in enumerate(_noise(7))],
    "nan_first": [math.nan, *(1.0 / (i + 1) for i in STEPS[:-1])],
    "inf_first": [math.inf, *(1.0 / (i + 1) for i in STEPS[:-1])],
    "nan_between": [1.0 / (i + 1) if i % 5 else math.nan for i in range(1, 201)],
    "negative": [-1.0] * 100 + [-1.0 - 1e-5 * i for i in range(100)],
    "improving_in_cooldown": ([1.0] * 4 + [0.5] + [0.9] * 3) * 25,
    "on_the_relative_threshold": [(1 - 1e-4) ** i for i in STEPS],
    "on_the_absolute_threshold": [1.0 - 1e-4 * i for i in STEPS],
}

FACTORS = [
    ("0.95**e", 0.1),
    ("e//30", 0.1),
    ("min(1.0,(e+1)/10)", 0.1),
    ("math.cos(e)", 0.1),
    ("1", 1),
    ("1.01**e", 3e-4),
    ("1/math.sqrt(max(e,1))", 0.003),
]
RATIOS = ["0.95", "1/(1+0.01*e)", "1.01", "0.0 if e==50 else 0.99", "-0.9", "1"]
STEP_LR = [
    *[(30, 0.1), (1, 0.9), (50, 0.5), (7, 0.3), (20, 1.0), (20, 1.1), (20, 0.0), (20, -0.5)],
    *[(10.0, 0.5), (250, 0.1), (0, 0.1)],
]
MULTI_STEP_LR: list[tuple[Any, float]] = [
    *[([30, 80], 0.1), ([30, 30, 80], 0.1), ([0, 50], 0.1), ([80, 30], 0.1), ([30, 80], 1.0)],
    *[([30, 80], 1.5), ([10], 0.5), ([-5, 30], 0.1), ([30.0, 80.0], 0.1), ([30.5], 0.1)],
    *[([], 0.1), (range(30, 100, 30), 0.1), ({30, 80}, 0.1), ([10, 20, 40, 60, 90, 150], 0.3)],
]
CONSTANT_LR = [
    *[(1 / 3, 5), (0.5, 4), (1.0, 5), (0.0, 5), (0.5, 0), (0.5, 250), (0.3, 10), (0.7, 1)],
    *[(1, 5), (0.1, 49), (1.1, 5), (-0.1, 5)],
]
LINEAR_LR = [
    *[(1 / 3, 1.0, 5), (0.1, 1.0, 10), (1.0, 0.0, 100), (0.5, 1.0, 0), (0.25, 0.5, 20)],
    *[(1e-3, 1.0, 250), (1e-8, 1.0, 100), (0.0, 1.0, 10), (1.0, 0.1, 7), (0.3, 0.3, 10)],
    *[(1e-6, 1.0, 3), (1.5, 1.0, 3), (0.5, 1.5, 3), (0.5, -0.5, 3)],
]
EXPONENTIAL_LR = [0.9, 0.99, 1.0, 1.05, 0.0, -0.9, 0.5, 1]
POLYNOMIAL_LR = [
    *[(5, 1.0), (100, 2.0), (100, 0.5), (150, 3.0), (0, 1.0), (100, 0.0), (250, 0.9), (100, 1)],
    *[(1, 1.0), (200, 0.9), (50.0, 1.0)],
]
COSINE_ANNEALING_LR = [
    *[(200, 0.0, 0.1), (50, 0.0, 0.1), (10, 0.001, 0.1), (100, 0.05, 0.1), (60, 0.2, 0.1)],
    *[(1, 0.0, 0.1), (7, 0.0, 0.1), (50.0, 0.0, 0.1), (33, 1e-5, 3e-4), (2, 0.01, 0.1)],
    *[(0, 0.0, 0.1), (100, 0, 1), (12.5, 0.0, 0.1)],
]
WARM_RESTARTS: list[tuple[Any, ...]] = [
    *[(10, 1, 0.0), (10, 2, 0.0), (10, 2, 0.001), (1, 1, 0.0), (1, 3, 0.0), (7, 1, 0.05)],
    *[(50, 2, 0.0), (2, 3, 0.0), (250, 1, 0.0), (10, 1, 1), (1, 2, 0.0), (10.0, 1, 0.0)],
    *[(3, 4, 0.0), (1, 6, 0.0), (0, 1, 0.0), (10, 0, 0.0), (10, 1.5, 0.0), (10, 1, "0")],
]
WARM_UP = of("LinearLR", 0.1, 1.0, 10)
CHAINED = [
    chained(of("ConstantLR", 0.1, 20), of("ExponentialLR", 0.9)),
    chained(of("StepLR", 30), of("ExponentialLR", 0.99)),
    chained(WARM_UP, of("ExponentialLR", 0.98)),
    chained(WARM_UP, of("CosineAnnealingLR", 200)),
    chained(WARM_UP, of("CosineAnnealingLR", 50)),
    chained(of("CosineAnnealingLR", 50, eta_min=0.01), of("StepLR", 30)),
    chained(WARM_UP, of("CosineAnnealingLR", 200, eta_min=0.01)),
    chained(of("LambdaLR", Factor("0.9**e")), of("ExponentialLR", 0.5)),
    chained(of("ExponentialLR", 0.5), of("LambdaLR", Factor("0.9**e"))),
    chained(of("ExponentialLR", 0.99), of("CosineAnnealingWarmRestarts", 20)),
    chained(of("StepLR", 30)),
    chained(of("LinearLR", 0.001, 1.0, 50), of("MultiStepLR", [100, 150])),
    chained(sequential(WARM_UP, of("StepLR", 30), milestones=[10]), of("ExponentialLR", 0.9)),
    chained(),
    chained(of("StepLR", 30), of("ReduceLROnPlateau")),
]
SEQUENTIAL = [
    sequential(WARM_UP, of("CosineAnnealingLR", 190), milestones=[10]),
    sequential(
        of("LinearLR", 0.01, 1.0, 20), of("CosineAnnealingLR", 60, eta_min=0.001), milestones=[20]
    ),
    sequential(of("LinearLR", 0.1, 1.0, 5), of("CosineAnnealingLR", 190), milestones=[10]),
    sequential(WARM_UP, of("ExponentialLR", 0.97), milestones=[10]),
    sequential(WARM_UP, of("StepLR", 30), milestones=[10]),
    sequential(WARM_UP, of("MultiStepLR", [50, 100]), milestones=[10]),
    sequential(WARM_UP, of("PolynomialLR", 150, 2.0), milestones=[10]),
    sequential(WARM_UP, of("LambdaLR", Factor("0.95**e")), milestones=[10]),
    sequential(WARM_UP, of("MultiplicativeLR", Factor("0.95")), milestones=[10]),
    sequential(WARM_UP, of("CosineAnnealingWarmRestarts", 20, 2), milestones=[10]),
    sequential(WARM_UP, of("ConstantLR", 1.0, 1), milestones=[10]),
    sequential(WARM_UP, of("CyclicLR", 0.01, 0.1, 20, cycle_momentum=False), milestones=[10]),
    sequential(WARM_UP, of("OneCycleLR", 0.1, total_steps=200), milestones=[10]),
    sequential(of("ConstantLR", 0.1, 2), of("ExponentialLR", 0.9), milestones=[2]),
    sequential(of("ConstantLR", 0.1, 20), of("ExponentialLR", 0.9), milestones=[20]),
    sequential(of("ExponentialLR", 0.9), of("ExponentialLR", 0.99), milestones=[50]),
    sequential(
        WARM_UP, of("ConstantLR", 0.5, 250), of("CosineAnnealingLR", 100), milestones=[10, 50]
    ),
    sequential(of("ExponentialLR", 0.9), of("StepLR", 30), milestones=[0]),
    sequential(
        of("ExponentialLR", 0.9), of("StepLR", 30), of("CosineAnnealingLR", 9), milestones=[20, 20]
    ),
    sequential(of("MultiStepLR", [0, 5]), of("StepLR", 30), milestones=[20]),
    sequential(of("StepLR", 30), milestones=[]),
    # These two raise NotImplementedError when the turn of the composed member comes.
    sequential(WARM_UP, chained(of("StepLR", 30), of("ExponentialLR", 0.99)), milestones=[10]),
    sequential(WARM_UP, sequential(WARM_UP, of("StepLR", 30), milestones=[20]), milestones=[10]),
    sequential(sequential(WARM_UP, of("StepLR", 9), milestones=[5]), WARM_UP, milestones=[40]),
    sequential(milestones=[]),
    sequential(WARM_UP, of("StepLR", 30), milestones=[10, 20]),
    sequential(WARM_UP, of("ReduceLROnPlateau"), milestones=[10]),
]
PLATEAU: list[tuple[str, dict[str, Any]]] = [
    *[("flat", {}), ("falling", {}), ("noisy", {}), ("noisy_up", {"mode": "max"})],
    ("falling", {"mode": "max", "patience": 3, "factor": 0.5}),
    ("noisy", {"threshold_mode": "abs", "threshold": 0.05, "patience": 3, "factor": 0.5}),
    ("noisy_up", {"mode": "max", "threshold_mode": "abs", "threshold": 0.05, "patience": 3}),
    ("noisy", {"patience": 2, "cooldown": 5, "factor": 0.5}),
    ("flat", {"patience": 2, "cooldown": 5, "factor": 0.5}),
    ("improving_in_cooldown", {"patience": 2, "cooldown": 3, "factor": 0.5}),
    ("flat", {"patience": 2, "min_lr": 0.001, "factor": 0.3}),
    ("flat", {"patience": 2, "eps": 0.01, "factor": 0.5}),
    ("flat", {"patience": 2, "eps": 0.05, "factor": 0.5}),
    ("noisy", {"patience": 0, "factor": 0.9}),
    ("nan_first", {"patience": 3, "factor": 0.5}),
    ("inf_first", {"patience": 3, "factor": 0.5}),
    ("inf_first", {"mode": "max", "patience": 3, "factor": 0.5}),
    ("nan_between", {"patience": 3, "factor": 0.5}),
    ("negative", {"patience": 3, "factor": 0.5}),
    ("negative", {"mode": "max", "patience": 3, "factor": 0.5}),
    ("on_the_relative_threshold", {"patience": 2, "factor": 0.9}),
    ("on_the_absolute_threshold", {"patience": 2, "factor": 0.9, "threshold_mode": "abs"}),
    *[("flat", {"factor": factor, "patience": 2}) for factor in (1.0, 0.0, -0.5)],
    ("flat", {"min_lr": 0.2, "patience": 2}),
    ("flat", {"mode": "MIN"}),
    ("flat", {"threshold_mode": "ABS"}),
    ("flat", {"min_lr": [0, 0]}),
]
CYCLIC_LR: list[tuple[str, tuple[float, float], dict[str, Any]]] = [
    ("sgd", (0.001, 0.1), {"step_size_up": 20}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "step_size_down": 30}),
    ("sgd", (0.001, 0.1), {"step_size_up": 15, "mode": "triangular2"}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "mode": "exp_range", "gamma": 0.99}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "mode": "exp_range", "gamma": 1}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "scale_fn": Factor("1/e")}),
    (
        "sgd",
        (0.001, 0.1),
        {"step_size_up": 20, "scale_fn": Factor("0.99**e"), "scale_mode": "iterations"},
    ),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "cycle_momentum": False}),
    ("adam", (0.001, 0.1), {"step_size_up": 20}),
    ("sgd with betas", (0.001, 0.1), {"step_size_up": 20}),
    ("sgd", (0.001, 0.1), {}),
    ("sgd", (0.001, 0.1), {"step_size_up": 12.5}),
    ("sgd", (0.1, 0.001), {"step_size_up": 20}),
    ("sgd", (0.001, 0.1), {"step_size_up": 3, "step_size_down": 7, "mode": "triangular2"}),
    ("adagrad", (0.001, 0.1), {"step_size_up": 20}),
    ("adagrad", (0.001, 0.1), {"step_size_up": 20, "cycle_momentum": False}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "mode": "square"}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "scale_mode": "else"}),
    ("sgd", (0.001, 0.1), {"step_size_up": 20, "step_size_down": 0}),
]
ONE_CYCLE_LR: list[tuple[str, float, dict[str, Any]]] = [
    ("sgd", 0.1, {"total_steps": 200}),
    ("sgd", 0.01, {"total_steps": 200}),
    ("sgd", 0.1, {"total_steps": 200, "three_phase": True}),
    ("sgd", 0.1, {"total_steps": 200, "anneal_strategy": "linear"}),
    ("sgd", 0.1, {"total_steps": 200, "anneal_strategy": "linear", "three_phase": True}),
    ("sgd", 0.1, {"total_steps": 200, "pct_start": 0.5, "div_factor": 10.0}),
    ("sgd", 0.1, {"total_steps": 200, "final_div_factor": 100.0}),
    ("sgd", 0.1, {"epochs": 10, "steps_per_epoch": 20}),
    ("sgd", 0.1, {"total_steps": 200, "cycle_momentum": False}),
    ("adam", 0.1, {"total_steps": 200}),
    ("sgd with betas", 0.1, {"total_steps": 200}),
    ("adagrad", 0.1, {"total_steps": 200}),
    ("sgd", 0.1, {"total_steps": 100}),
    *[("sgd", 0.1, {"total_steps": 200, "pct_start": p}) for p in (0.005, 0.0, 1.0, 1, 1.5)],
    ("sgd", 0.1, {"total_steps": 200, "three_phase": True, "pct_start": 0.6}),
    ("sgd", 0.1, {"total_steps": 200, "three_phase": True, "pct_start": 0.5}),
    *[("sgd", 0.1, {"total_steps": total}) for total in (0, 10.0, None)],
    *[("sgd", 0.1, {"epochs": 0, "steps_per_epoch": 5}), ("sgd", 0.1, {"epochs": 3})],
    ("sgd", 0.1, {"epochs": 5, "steps_per_epoch": 5.0}),
    ("sgd", 0.1, {"total_steps": 200, "anneal_strategy": "exp"}),
    ("sgd", 0.1, {"total_steps": 200, "max_momentum": [0.9, 0.8]}),
]
TWO_GROUPS = [
    of("LambdaLR", [Factor("0.9**e"), Factor("1/(1+e)")]),
    of("LambdaLR", [Factor("0.9**e")]),
    of("MultiplicativeLR", Factor("0.95")),
    of("MultiplicativeLR", [Factor("0.95")]),
    of("StepLR", 30),
    of("CosineAnnealingLR", 50, eta_min=0.005),
    of("CosineAnnealingWarmRestarts", 20, 2, eta_min=0.001),
    of("CyclicLR", [0.001, 0.01], [0.1, 0.2], 20, base_momentum=[0.7, 0.8]),
    of("CyclicLR", [0.001], 0.1, 20),
    of("OneCycleLR", [0.1, 0.2], 200, max_momentum=[0.9, 0.95]),
    chained(WARM_UP, of("ExponentialLR", 0.98)),
    sequential(WARM_UP, of("CosineAnnealingLR", 190), milestones=[10]),
]

SCHEDULERS: list[Case] = [
    *[Case(of("LambdaLR", Factor(text)), (lr,)) for text, lr in FACTORS],
    *[Case(of("MultiplicativeLR", Factor(text))) for text in RATIOS],
    Case(of("MultiplicativeLR", 0.95)),
    *[Case(of("StepLR", *row)) for row in STEP_LR],
    *[Case(of("MultiStepLR", *row)) for row in MULTI_STEP_LR],
    *[Case(of("ConstantLR", *row)) for row in CONSTANT_LR],
    *[Case(of("LinearLR", *row)) for row in LINEAR_LR],
    *[Case(of("ExponentialLR", gamma)) for gamma in EXPONENTIAL_LR],
    *[Case(of("PolynomialLR", *row)) for row in POLYNOMIAL_LR],
    *[Case(of("CosineAnnealingLR", *row), (lr,)) for *row, lr in COSINE_ANNEALING_LR],
    Case(of("CosineAnnealingLR", 1000), steps=5000),
    Case(of("CosineAnnealingLR", 10, eta_min=1e-3), steps=20000),
    *[Case(of("CosineAnnealingWarmRestarts", *row)) for row in WARM_RESTARTS],
    *[Case(schedule) for schedule in CHAINED + SEQUENTIAL],
    *[Case(of("ReduceLROnPlateau", **kwargs), metrics=name) for name, kwargs in PLATEAU],
    *[
        Case(of("ReduceLROnPlateau", patience=2, min_lr=lowest), (0.1, 0.01), metrics="flat")
        for lowest in (0.004, [0.004, 0.001])
    ],
    *[Case(of("CyclicLR", *row, **kw), optimizer=name) for name, row, kw in CYCLIC_LR],
    *[Case(of("OneCycleLR", lr, **kw), optimizer=name) for name, lr, kw in ONE_CYCLE_LR],
    *[Case(schedule, (0.1, 0.01)) for schedule in TWO_GROUPS],
]

# One row for each class, where a test does not need them all.
PLAIN = [
    of("LambdaLR", Factor("0.9**e")),
    of("MultiplicativeLR", Factor("0.95")),
    of("StepLR", 7),
    of("MultiStepLR", [5, 5, 12]),
    of("ConstantLR", 0.3, 10),
    of("LinearLR", 0.1, 1.0, 15),
    of("ExponentialLR", 0.9),
    of("PolynomialLR", 20, 2.0),
    of("CosineAnnealingLR", 10, 0.001),
    of("CosineAnnealingWarmRestarts", 4, 3),
    of("CyclicLR", 0.01, 0.1, 5),
    of("OneCycleLR", 0.1, 60),
]
COMPOSED = [
    chained(WARM_UP, of("CosineAnnealingLR", 10)),
    sequential(WARM_UP, of("StepLR", 3), milestones=[8]),
]
PLATEAU_ALONE = of("ReduceLROnPlateau", patience=1, factor=0.5)
