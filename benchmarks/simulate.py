"""How long a million simulated steps take: stepped, exact (the default), and by closed forms.

    python benchmarks/simulate.py

CPU time of one thread, the smallest of several turns.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bridge import simulate
from bridge._simulate_spec import schedule_of
from bridge._simulate_stepping import stepped

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
    "WarmupCosineLR(1000, 1000000)",
    "InverseSqrtLR(1000)",
    "WSDLR(1000, 800000, 199000)",
    "NoamDecay(512, 4000)",
    "get_scheduler('cosine', 1000, 1000000)",
)


def seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TURNS):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return min(times)


def row(text: str) -> str:
    def by_steps() -> None:
        stepped(schedule_of(text, {}, lr=0.1, groups=None), STEPS, None)

    times = [
        seconds(by_steps),
        seconds(lambda: simulate(text, STEPS)),
        seconds(lambda: simulate(text, STEPS, exact=False)),
    ]
    is_exact = simulate(text, STEPS, exact=False).is_exact
    cells = "".join(f"{1000 * each:9.0f} ms" for each in times)
    return f"{text:40}{cells}{'' if is_exact else '  within 1e-12'}"


if __name__ == "__main__":
    print(f"{f'{STEPS} steps':40}{'stepped':>12}{'exact':>12}{'not exact':>12}")
    for schedule in SCHEDULES:
        print(row(schedule))
