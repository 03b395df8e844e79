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
    from collections.abc import Callable, Sequence

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
    "SWALR": lambda m, o: getattr(m, "SWALR", torch.optim.swa_utils.SWALR)(o, 0.05, FAR),
}

BEYOND: dict[str, Callable[[Any, Any], Any]] = {
    "CombinedScheduler": lambda m, o: m.CombinedScheduler([m.ExponentialLR(o, 0.9999)]),
    "CosineAnnealingWarmbootingLR": lambda m, o: m.CosineAnnealingWarmbootingLR(o, FAR, batchs=1),
    "CosineDecayLR": lambda m, o: m.CosineDecayLR(o, FAR),
    "GreedyLR": lambda m, o: m.GreedyLR(o),
    "InverseSqrtLR": lambda m, o: m.InverseSqrtLR(o, 100),
    "InverseTimeDecay": lambda m, o: m.InverseTimeDecay(o, 0.01),
    "LinearWarmup": lambda m, o: m.LinearWarmup(o, FAR, 0.0, 0.1),
    "MetricSequentialLR": lambda m, o: m.MetricSequentialLR(
        o, [m.LinearLR(o, 0.5, 1.0, 10), m.CosineAnnealingLR(o, 1000)], [10]
    ),
    "NaturalExpDecay": lambda m, o: m.NaturalExpDecay(o, 0.01),
    "NoamDecay": lambda m, o: m.NoamDecay(o, 512, 4000),
    "PiecewiseDecay": lambda m, o: m.PiecewiseDecay(o, [30, 80], [0.1, 0.05, 0.01]),
    "PolynomialDecay": lambda m, o: m.PolynomialDecay(o, FAR),
    "PolynomialDecayLR": lambda m, o: m.PolynomialDecayLR(o, FAR),
    "WarmUpLR": lambda m, o: m.WarmUpLR(o, warmup_iters=FAR),
    "WarmupCosineLR": lambda m, o: m.WarmupCosineLR(o, 100, FAR),
    "WSDLR": lambda m, o: m.WSDLR(o, 100, FAR, 100),
    'get_scheduler("cosine")': lambda m, o: m.get_scheduler("cosine", o, 100, FAR),
    'ExponentialLR(hyperparameter(o, "weight_decay"))': lambda m, o: m.ExponentialLR(
        m.hyperparameter(o, "weight_decay"), 0.9999
    ),
}
"""What torch has no class for."""


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


def best(make: Callable[[Any, Any], Any], groups: int, modules: Sequence[Any]) -> list[float]:
    """Return the least time of each module, taken in alternation."""
    schedulers = [scheduler_of(make, module, groups) for module in modules]
    turns = [[seconds(each, CALLS[groups]) for each in schedulers] for _ in range(TURNS)]
    return [min(each) for each in zip(*turns, strict=True)]


def main() -> None:
    warnings.simplefilter("ignore")
    print(
        "| schedule | 1 group: torch | ours | times faster | 100 groups: torch | ours "
        "| times faster |\n|---|---|---|---|---|---|---|"
    )
    for name, make in SCHEDULES.items():
        row = ""
        for groups in GROUPS:
            torchs, ours = best(make, groups, MODULES)
            digits = 2 if groups == 1 else 1
            row += f" {torchs * 1e6:.{digits}f} | {ours * 1e6:.{digits}f} | {torchs / ours:.2f} |"
        print(f"| {name} |{row}")
    print("\n| schedule beyond torch | 1 group | 100 groups |\n|---|---|---|")
    for name, make in BEYOND.items():
        one, hundred = (best(make, groups, MODULES[1:])[0] * 1e6 for groups in GROUPS)
        print(f"| {name} | {one:.2f} | {hundred:.1f} |")


if __name__ == "__main__":
    main()
