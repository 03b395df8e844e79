"""How long `optimizer.step()` takes: our kernel, our formula, the framework's own, and torch's.

    python benchmarks/optimizers.py torch paddle
    python benchmarks/optimizers.py oneflow

Many small tensors (160 of 1000 elements) and few large ones (60, 25 million elements in all), in
1, 3 and 10 groups. One thread on one core; medians of the process's CPU time for single steps,
taken in turn and each time in an order by chance, so that nobody always finds the caches as the
same other left them. Where tensors happen to lie changes a step by some percent: all are built
anew several times, in an order by chance too, and what counts is the median of those.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from importlib import import_module
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

os.environ["OMP_NUM_THREADS"] = "1"  # before any framework reads it

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], Any]

SIZES = {"small": [1000] * 160, "large": [416_667] * 60}
BUILDS = {"small": 5, "large": 3}
TURNS = {"small": 40, "large": 4}
GROUPS = (1, 3, 10)
LR = 1e-3

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {}),
    "SGD momentum": ("SGD", {"momentum": 0.9}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {"weight_decay": 0.01}),
    "RMSprop": ("RMSprop", {}),
    "Adagrad": ("Adagrad", {}),
    "Adadelta": ("Adadelta", {}),
    "Adamax": ("Adamax", {}),
    "NAdam": ("NAdam", {}),
    "RAdam": ("RAdam", {}),
    "ASGD": ("ASGD", {}),
    "Rprop": ("Rprop", {}),
    "LAMB": ("LAMB", {}),
    "Lion": ("Lion", {}),
}
MOST_USED = ("SGD", "SGD momentum", "Adam", "AdamW", "RMSprop")
"""Measured in several groups too."""

FUSED = ("SGD", "SGD momentum", "Adam", "AdamW", "Adagrad")
"""What torch takes `fused` for."""

WITHOUT = {
    "torch": ("LAMB", "Lion"),
    "paddle": ("Lion",),
    "oneflow": ("Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "Lion"),
}
"""What a framework has no class of its own for."""

PADDLE: dict[str, Callable[[Any, Any], Any]] = {
    "SGD": lambda o, p: o.SGD(LR, p),
    "SGD momentum": lambda o, p: o.Momentum(LR, 0.9, p),
    "Adam": lambda o, p: o.Adam(LR, parameters=p),
    "AdamW": lambda o, p: o.AdamW(LR, parameters=p, weight_decay=0.01),
    "RMSprop": lambda o, p: o.RMSProp(LR, parameters=p),
    "LAMB": lambda o, p: o.Lamb(LR, parameters=p, always_adapt=True),
}
"""Paddle's own optimizers where its name or arguments are others than torch's."""


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
    cls, options = OPTIMIZERS[title]
    if name == "paddle" and title in PADDLE:
        return PADDLE[title](framework.optimizer, groups)
    if name == "paddle":
        return getattr(framework.optimizer, cls)(LR, parameters=groups)
    return getattr(framework.optim, cls)(groups, lr=LR, **options)


def ours_of(title: str, groups: list[dict[str, Any]], **more: Any) -> Any:
    from bridge import optim

    cls, options = OPTIMIZERS[title]
    return getattr(optim, cls)(groups, lr=LR, **options, **more)


def makers(name: str, title: str, size: str, count: int) -> dict[str, Callable[[], Step]]:
    """Return what builds each contestant, and returns its step."""

    def groups(framework: str = name) -> list[dict[str, Any]]:
        return groups_of(framework, SIZES[size], count)

    def formula() -> Step:
        advance = ours_of(title, groups())._advance  # noqa: SLF001
        return lambda: advance({})

    found: dict[str, Callable[[], Step]] = {
        "ours": lambda: ours_of(title, groups()).step,
        "formula": formula,
    }
    if title in WITHOUT.get(name, ()):
        return found
    found["own"] = lambda: native_of(name, title, groups()).step
    if name == "torch" and title in FUSED:
        found["fused"] = lambda: ours_of(title, groups(), fused=True).step
    elif title not in WITHOUT["torch"]:
        found["torch"] = lambda: native_of("torch", title, groups("torch")).step
    return found


def finish(name: str) -> Callable[[], Any]:
    """Return what waits for the framework: OneFlow computes while Python goes on."""
    if name != "oneflow":
        return lambda: None
    framework: Any = import_module(name)
    wait: Callable[[], Any] = framework._oneflow_internal.eager.Sync  # noqa: SLF001
    return wait


def medians(
    makers: dict[str, Callable[[], Step]], wait: Callable[[], Any], builds: int, turns: int
) -> dict[str, float]:
    shuffle, taken = Random(0), defaultdict(list)  # noqa: S311 - an order, no secret
    for _ in range(builds):
        steps = {title: makers[title]() for title in shuffle.sample(list(makers), len(makers))}
        for title, each in once(steps, wait, turns, shuffle).items():
            taken[title].append(each)
    return {title: median(each) for title, each in taken.items()}


def once(
    steps: dict[str, Step], wait: Callable[[], Any], turns: int, shuffle: Random
) -> dict[str, float]:
    taken = defaultdict(list)
    for _ in range(turns + 2):
        for title in shuffle.sample(list(steps), len(steps)):
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
        for size in SIZES:
            for title in OPTIMIZERS:
                for count in GROUPS if title in MOST_USED else GROUPS[:1]:
                    print(row(name, size, title, count), flush=True)


def row(name: str, size: str, title: str, count: int) -> str:
    ms = medians(makers(name, title, size, count), finish(name), BUILDS[size], TURNS[size])
    ours, own, formula = ms.pop("ours"), ms.pop("own", None), ms.pop("formula")
    other = ", ".join(f"{label} {each:.3f}" for label, each in ms.items())
    compared = "| | " if own is None else f"| {own:.3f} | {ours / own:.2f} "
    return (
        f"| {name} | {size} | {title} | {count} | {ours:.3f} {compared}| {formula:.3f} | {other} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frameworks", nargs="*", default=["torch", "paddle"], metavar="FRAMEWORK")
    main(parser.parse_args().frameworks)
