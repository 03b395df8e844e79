"""How long a million simulated steps take: stepped, exact (the default), and by closed forms.

    python benchmarks/simulate.py

CPU time of one thread, the smallest of several turns.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bridge import simulate
from bridge.simulating.spec import schedule_of

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 1_000_000
TURNS = 3
SCHEDULES = (
    "StepLR(30000)",
    "MultiStepLR([300000, 600000])",
    "ConstantLR(0.5, 1000)",
    "LinearLR(0.5, 1.0, 1000000)",
    "ExponentialLR(0.99999)",
    "PolynomialLR(1000000, 0.9)",
    "CosineAnnealingLR(1000000)",
    "CosineAnnealingWarmRestarts(1000, 2)",
    "CyclicLR(0.01, 0.1, 1000)",
    "OneCycleLR(0.1, 1000000)",
    "SWALR(0.05)",
    "WarmupCosineLR(1000, 1000000)",
    "InverseSqrtLR(1000)",
    "WSDLR(1000, 800000, 199000)",
    "NoamDecay(512, 4000)",
    "CosineDecayLR(1000000)",
    "CosineAnnealingWarmbootingLR(1000000)",
    "PolynomialDecay(1000000, power=0.9)",
    "InverseTimeDecay(0.1)",
    "NaturalExpDecay(0.00001)",
    "PiecewiseDecay([300000, 600000], [0.1, 0.01, 0.001])",
    "get_scheduler('linear', 1000, 1000000)",
    "get_scheduler('cosine', 1000, 1000000)",
    "get_scheduler('cosine_with_restarts', 1000, 1000000)",
    "get_scheduler('polynomial', 1000, 1000000)",
    "get_scheduler('cosine_with_min_lr', 1000, 1000000, min_lr=0.001)",
    "get_scheduler('warmup_stable_decay', 1000, 1000000, num_decay_steps=200000)",
    "LinearWarmup(StepLR(1000), 1000, 0.0, 0.1)",
    "WarmUpLR(CosineDecayLR(999000), 0.3, 1000)",
    "SequentialLR([LinearLR(0.1, 1.0, 1000), CosineAnnealingLR(999000)], [1000])",
    "ChainedScheduler([LinearLR(0.1, 1.0, 1000), ExponentialLR(0.99999)])",
    "StepLR(hyperparameter('weight_decay'), 1000)",
)


def seconds(work: Callable[[], object], turns: int = TURNS) -> float:
    times = []
    for _ in range(turns):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return min(times)


def row(text: str) -> str:
    def by_steps() -> None:
        scheduler = schedule_of(text, {}, lr=0.1, groups=None).scheduler
        for _ in range(STEPS):
            scheduler.step()

    times = [
        seconds(by_steps, turns=1),
        seconds(lambda: simulate(text, STEPS)),
        seconds(lambda: simulate(text, STEPS, exact=False)),
    ]
    is_exact = simulate(text, STEPS, exact=False).is_exact
    cells = " | ".join(f"{1000 * each:.0f}" for each in times)
    return f"| {text} | {cells}{'' if is_exact else '*'} |"


if __name__ == "__main__":
    print("| schedule | by its own steps | default | exact=False |")
    print("|---|---|---|---|")
    for schedule in SCHEDULES:
        print(row(schedule))
