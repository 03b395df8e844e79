"""How long `optimizer.step()` takes: our kernel, our formula, the framework's own, and torch's.

    python benchmarks/optimizers.py torch paddle
    python benchmarks/optimizers.py oneflow

Many small tensors (160 of 1000 elements) and few large ones (60, 25 million elements in all), in
1, 3 and 10 groups. One thread on one core; medians of the process's CPU time for single steps,
taken in turn and each time in another order, so that nobody always finds the caches as the same
other left them.
"""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

os.environ["OMP_NUM_THREADS"] = "1"  # before any framework reads it

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = {"small": [1000] * 160, "large": [416_667] * 60}
TURNS = {"small": 150, "large": 15}
GROUPS = (1, 3, 10)
LR = 1e-3

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {}),
    "SGD momentum": ("SGD", {"momentum": 0.9}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {"weight_decay": 0.01}),
    "RMSprop": ("RMSprop", {}),
}
"""RMSprop stands for those that no kernel equals."""

PADDLE: dict[str, Callable[[Any, Any], Any]] = {
    "SGD": lambda o, p: o.SGD(LR, p),
    "SGD momentum": lambda o, p: o.Momentum(LR, 0.9, p),
    "Adam": lambda o, p: o.Adam(LR, parameters=p),
    "AdamW": lambda o, p: o.AdamW(LR, parameters=p, weight_decay=0.01),
    "RMSprop": lambda o, p: o.RMSProp(LR, parameters=p),
}
"""Paddle's own optimizers, by its own names."""


def groups_of(name: str, sizes: list[int], count: int) -> list[dict[str, Any]]:
    framework: Any = import_module(name)
    params = []
    for size in sizes:
        if name == "paddle":
            param = framework.create_parameter([size], "float32")
        else:
            param = framework.nn.Parameter(framework.ones(size))
        param.grad = framework.full([size], 0.1)
        params.append(param)
    return [{"params": params[index::count]} for index in range(count)]


def native_of(name: str, title: str, groups: list[dict[str, Any]]) -> Any:
    framework: Any = import_module(name)
    if name == "paddle":
        return PADDLE[title](framework.optimizer, groups)
    cls, options = OPTIMIZERS[title]
    return getattr(framework.optim, cls)(groups, lr=LR, **options)


def ours_of(title: str, groups: list[dict[str, Any]], **more: Any) -> Any:
    from bridge import optim

    cls, options = OPTIMIZERS[title]
    return getattr(optim, cls)(groups, lr=LR, **options, **more)


def steps_of(name: str, title: str, size: str, count: int) -> dict[str, Callable[[], Any]]:
    def groups(framework: str = name) -> list[dict[str, Any]]:
        return groups_of(framework, SIZES[size], count)

    by_formula = ours_of(title, groups())
    steps: dict[str, Callable[[], Any]] = {
        "ours": ours_of(title, groups()).step,
        "own": native_of(name, title, groups()).step,
        "formula": lambda: by_formula._advance({}),  # noqa: SLF001
    }
    if name == "torch" and title != "RMSprop":  # which takes no such argument
        steps["fused"] = ours_of(title, groups(), fused=True).step
    else:
        steps["torch"] = native_of("torch", title, groups("torch")).step
    return steps


def finish(name: str) -> Callable[[], Any]:
    """Return what waits for the framework: OneFlow computes while Python goes on."""
    if name != "oneflow":
        return lambda: None
    framework: Any = import_module(name)
    wait: Callable[[], Any] = framework._oneflow_internal.eager.Sync  # noqa: SLF001
    return wait


def medians(
    steps: dict[str, Callable[[], Any]], wait: Callable[[], Any], turns: int
) -> dict[str, float]:
    taken: dict[str, list[float]] = {title: [] for title in steps}
    order = list(steps)
    for turn in range(turns + 2):
        order.append(order.pop(0))
        for title in reversed(order) if turn % 2 else order:
            wait()
            start = time.process_time()
            steps[title]()
            wait()
            taken[title].append((time.process_time() - start) * 1e3)
    return {title: median(each[2:]) for title, each in taken.items()}  # the first are warm-up


def stay_on_one_core() -> None:
    """Keep OneFlow's threads beside each other: across cores its CPU time doubles at random."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def main(names: list[str]) -> None:
    stay_on_one_core()
    print(
        "| framework | tensors | optimizer | groups | ours | own | ours / own | formula | other |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in names:
        wait = finish(name)
        for size, turns in TURNS.items():
            for title in OPTIMIZERS:
                for count in GROUPS:
                    ms = medians(steps_of(name, title, size, count), wait, turns)
                    ours, own, formula = ms.pop("ours"), ms.pop("own"), ms.pop("formula")
                    [(label, other)] = ms.items()
                    print(
                        f"| {name} | {size} | {title} | {count} | {ours:.3f} | {own:.3f} "
                        f"| {ours / own:.2f} | {formula:.3f} | {label} {other:.3f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main(sys.argv[1:] or ["torch", "paddle"])
