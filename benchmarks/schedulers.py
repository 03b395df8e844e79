"""How long `scheduler.step()` takes, ours against torch's: every class, 1 and 100 groups.

    python benchmarks/schedulers.py

CPU time, so that a busy machine disturbs little; the smallest of several turns, taken in
alternation. The optimizer is torch's own SGD for both.
"""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import torch

from bridge.optim import lr_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = (torch.optim.lr_scheduler, lr_scheduler)
GROUPS = (1, 100)
TURNS = 9
CALLS = {1: 3000, 100: 300}
FAR = 10**9

SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "LambdaLR": lambda m, o: m.LambdaLR(o, lambda _: 0.95),
    "MultiplicativeLR": lambda m, o: m.MultiplicativeLR(o, lambda _: 0.9999),
    "StepLR": lambda m, o: m.StepLR(o, 30),
    "MultiStepLR": lambda m, o: m.MultiStepLR(o, [30, 80]),
    "ConstantLR": lambda m, o: m.ConstantLR(o, 0.5, FAR),
    "LinearLR": lambda m, o: m.LinearLR(o, 0.5, 1.0, FAR),
    "ExponentialLR": lambda m, o: m.ExponentialLR(o, 0.9999),
    "PolynomialLR": lambda m, o: m.PolynomialLR(o, FAR, 0.9),
    "CosineAnnealingLR": lambda m, o: m.CosineAnnealingLR(o, 1000),
    "CosineAnnealingWarmRestarts": lambda m, o: m.CosineAnnealingWarmRestarts(o, 100),
    "CyclicLR": lambda m, o: m.CyclicLR(o, 0.01, 0.1, 100),
    "CyclicLR(cycle_momentum=False)": lambda m, o: m.CyclicLR(
        o, 0.01, 0.1, 100, cycle_momentum=False
    ),
    "OneCycleLR": lambda m, o: m.OneCycleLR(o, 0.1, FAR),
    "OneCycleLR(cycle_momentum=False)": lambda m, o: m.OneCycleLR(
        o, 0.1, FAR, cycle_momentum=False
    ),
    "ReduceLROnPlateau": lambda m, o: m.ReduceLROnPlateau(o),
    "ChainedScheduler": lambda m, o: m.ChainedScheduler(
        [m.LinearLR(o, 0.5, 1.0, FAR), m.ExponentialLR(o, 0.9999)]
    ),
    "SequentialLR": lambda m, o: m.SequentialLR(
        o, [m.LinearLR(o, 0.5, 1.0, 10), m.CosineAnnealingLR(o, 1000)], [10]
    ),
}


def scheduler_of(make: Callable[[Any, Any], Any], module: Any, groups: int) -> Any:
    params = [{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(groups)]
    optimizer = torch.optim.SGD(params, lr=0.1, momentum=0.9)
    scheduler = make(module, optimizer)
    optimizer.step()
    return scheduler


def seconds(scheduler: Any, calls: int) -> float:
    """Return the CPU time of one call."""
    step = scheduler.step
    args = (1.0,) if hasattr(scheduler, "num_bad_epochs") else ()
    start = time.thread_time()
    for _ in range(calls):
        step(*args)
    return (time.thread_time() - start) / calls


def compare(make: Callable[[Any, Any], Any], groups: int) -> tuple[float, float]:
    """Return torch's time and ours."""
    schedulers = [scheduler_of(make, module, groups) for module in MODULES]
    turns = [[seconds(each, CALLS[groups]) for each in schedulers] for _ in range(TURNS)]
    return min(torchs for torchs, _ in turns), min(ours for _, ours in turns)


def main() -> None:
    warnings.simplefilter("ignore")
    head = "".join(f"{f'{groups} group(s): torch':>22}{'ours':>9}{'ratio':>7}" for groups in GROUPS)
    print(f"{'microseconds per step()':<34}{head}")
    for name, make in SCHEDULES.items():
        row = ""
        for groups in GROUPS:
            torchs, ours = compare(make, groups)
            row += f"{torchs * 1e6:>22.2f}{ours * 1e6:>9.2f}{ours / torchs:>7.2f}"
        print(f"{name:<34}{row}")


if __name__ == "__main__":
    main()
