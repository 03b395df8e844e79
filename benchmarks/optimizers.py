"""How long `optimizer.step()` takes: our formula, our kernel, the framework's own, and torch's.

    python benchmarks/optimizers.py torch paddle
    python benchmarks/optimizers.py oneflow

60 tensors of 1000 elements in 1 and in 10 groups, on one thread. Wall time of single steps, the
smallest of many, taken in alternation; the ratios are to the framework's own optimizer.
"""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

os.environ["OMP_NUM_THREADS"] = "1"  # before any framework reads it

if TYPE_CHECKING:
    from collections.abc import Callable

TENSORS = 60
ELEMENTS = 1000
GROUPS = (1, 10)
TURNS = 200
LR = 1e-3

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {}),
    "SGD momentum": ("SGD", {"momentum": 0.9}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {"weight_decay": 0.01}),
}

PADDLE: dict[str, Callable[[Any, Any], Any]] = {
    "SGD": lambda o, p: o.SGD(LR, p),
    "SGD momentum": lambda o, p: o.Momentum(LR, 0.9, p),
    "Adam": lambda o, p: o.Adam(LR, parameters=p),
    "AdamW": lambda o, p: o.AdamW(LR, parameters=p, weight_decay=0.01),
}
"""Paddle's own optimizers, by its own names."""


def params_of(name: str) -> list[Any]:
    framework: Any = import_module(name)
    params = []
    for _ in range(TENSORS):
        if name == "paddle":
            param = framework.create_parameter([ELEMENTS], "float32")
        else:
            param = framework.nn.Parameter(framework.ones(ELEMENTS))
        param.grad = framework.ones([ELEMENTS])
        params.append(param)
    return params


def grouped(params: list[Any], count: int) -> list[dict[str, Any]]:
    size = len(params) // count
    return [{"params": params[i * size : (i + 1) * size]} for i in range(count)]


def native_of(name: str, title: str, groups: int) -> Any:
    framework: Any = import_module(name)
    given = grouped(params_of(name), groups)
    if name == "paddle":
        return PADDLE[title](framework.optimizer, given)
    cls, options = OPTIMIZERS[title]
    return getattr(framework.optim, cls)(given, lr=LR, **options)


def ours_of(name: str, title: str, groups: int) -> Any:
    from bridge import optim

    cls, options = OPTIMIZERS[title]
    return getattr(optim, cls)(grouped(params_of(name), groups), lr=LR, **options)


def finish(name: str) -> Callable[[], Any]:
    """Return what waits for the framework: OneFlow computes while Python goes on."""
    if name != "oneflow":
        return lambda: None
    framework: Any = import_module(name)
    wait: Callable[[], Any] = framework._oneflow_internal.eager.Sync  # noqa: SLF001
    return wait


def smallest_ms(steps: dict[str, Callable[[], Any]], wait: Callable[[], Any]) -> dict[str, float]:
    best = dict.fromkeys(steps, float("inf"))
    for turn in range(TURNS):
        for title, step in steps.items():
            wait()
            start = time.perf_counter()
            step()
            wait()
            if turn:
                best[title] = min(best[title], (time.perf_counter() - start) * 1e3)
    return best


def measure(name: str, title: str, groups: int) -> dict[str, float]:
    by_formula, by_kernel = (ours_of(name, title, groups) for _ in range(2))
    steps: dict[str, Callable[[], Any]] = {
        "formula": lambda: by_formula._advance({}),  # noqa: SLF001
        "kernel": by_kernel.step,
        "own": native_of(name, title, groups).step,
        "torch": native_of("torch", title, groups).step,
    }
    return smallest_ms(steps, finish(name))


def main(names: list[str]) -> None:
    print("| framework | optimizer | groups | formula | kernel | own | torch | kernel / own |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        for title in OPTIMIZERS:
            for groups in GROUPS:
                ms = measure(name, title, groups)
                cells = " | ".join(
                    f"{ms[key]:.3f}" for key in ("formula", "kernel", "own", "torch")
                )
                ratio = ms["kernel"] / ms["own"]
                print(f"| {name} | {title} | {groups} | {cells} | {ratio:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:] or ["torch", "paddle"])
