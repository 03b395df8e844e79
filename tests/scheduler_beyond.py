"""Rows of the schedules beyond torch's, and functions of a module for states to name."""

from __future__ import annotations

from typing import Any

from tests.scheduler_cases import WARM_UP, Case, Schedule, chained, of, sequential


def halved(epoch: int) -> float:
    return 0.5**epoch


def inverse(epoch: int) -> float:
    return 1 / (1 + epoch)


def in_front(kind: str, *args: Any, behind: Schedule) -> Schedule:
    return Schedule(kind, args, members=(behind,))


NAMED: list[tuple[str, int | None, int | None, dict[str, Any]]] = [
    ("linear", 10, 50, {}),
    ("cosine", 10, 50, {}),
    ("cosine", 0, 50, {"num_cycles": 1.5}),
    ("cosine_with_restarts", 5, 50, {"num_cycles": 3}),
    ("polynomial", 10, 50, {"lr_end": 1e-4, "power": 2.0}),
    ("polynomial", 0, 50, {}),
    ("constant", None, None, {}),
    ("constant_with_warmup", 10, None, {}),
    ("inverse_sqrt", 10, None, {}),
    ("inverse_sqrt", 10, None, {"timescale": 40}),
    ("inverse_sqrt", 0, None, {}),
    ("cosine_with_min_lr", 10, 50, {"min_lr": 0.01}),
    ("cosine_with_min_lr", 10, 50, {"min_lr_rate": 0.3, "num_cycles": 1.0}),
    ("cosine_warmup_with_min_lr", 10, 50, {"min_lr_rate": 0.3}),
    ("cosine_warmup_with_min_lr", 10, 50, {"min_lr": 0.01, "warmup_lr_rate": 0.2}),
    ("warmup_stable_decay", 10, 50, {"num_decay_steps": 20}),
    ("warmup_stable_decay", 10, None, {"num_decay_steps": 20, "num_stable_steps": 5}),
    (
        "warmup_stable_decay",
        10,
        50,
        {"num_decay_steps": 20, "warmup_type": "cosine", "decay_type": "1-sqrt"},
    ),
    (
        "warmup_stable_decay",
        10,
        50,
        {
            "num_decay_steps": 20,
            "warmup_type": "1-sqrt",
            "decay_type": "linear",
            "min_lr_ratio": 0.1,
        },
    ),
]
SCHEDULES = [
    of("NoamDecay", 64, 20),
    of("PiecewiseDecay", [5, 20], [0.3, 0.2, 0.1]),
    of("NaturalExpDecay", 0.05),
    of("InverseTimeDecay", 0.1),
    of("PolynomialDecay", 30, 0.01, 2.0, True),
    of("PolynomialDecayLR", 30, 0.01, 2.0, True),
    of("CosineDecayLR", 30, 0.1),
    of("WarmupCosineLR", 5, 40, 0.1),
    of("InverseSqrtLR", 5),
    *[of("WSDLR", 5, 10, 20, decay) for decay in ("linear", "cosine", "1-sqrt")],
    of("CosineAnnealingWarmbootingLR", 40, steps=[30, 10], step_scale=0.7),
    of("SWALR", 0.05, 10),
    of("WarmUpLR", 0.1, 5),
    of("LinearWarmup", 5, 0.0, 0.2),
    *[
        in_front("WarmUpLR", 0.1, 5, method, is_prefix, behind=behind)
        for behind in (of("ExponentialLR", 0.9), of("OneCycleLR", 0.1, 60))
        for method in ("linear", "constant")
        for is_prefix in (False, True)
    ],
    in_front("LinearWarmup", 5, 0.0, 0.2, behind=of("CosineAnnealingLR", 20)),
    in_front("LinearWarmup", 5, 0.0, 0.2, behind=of("CyclicLR", 0.01, 0.1, 5)),
    in_front(
        "LinearWarmup", 5, 0.0, 0.2, behind=sequential(WARM_UP, of("StepLR", 3), milestones=[9])
    ),
    chained(of("WSDLR", 5, 10, 20), of("ExponentialLR", 0.99)),
    sequential(WARM_UP, of("CosineDecayLR", 20), milestones=[10]),
    sequential(
        WARM_UP, in_front("LinearWarmup", 5, 0.0, 0.2, behind=of("StepLR", 3)), milestones=[9]
    ),
    Schedule("MetricSequentialLR", ([10],), members=(WARM_UP, of("StepLR", 3))),
    *[
        Schedule("NamedLR", (name, warmup, total), kwargs)
        for name, warmup, total, kwargs in NAMED[::3]
    ],
]
BEYOND = [Case(schedule, (0.1, 0.03)) for schedule in SCHEDULES]
