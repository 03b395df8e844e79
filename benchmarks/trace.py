"""What a trace costs: a training step with and without it, in turns, in one process.

The model is a small one, three layers of 256 with batches of 128, so that the share is near the
largest that a user will see; Adam with two groups. CPU time of the whole process, so that what
else runs on the machine counts little; medians over the rounds.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import bridge

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

WIDTH, BATCH = 256, 128
STEPS, ROUNDS = 100, 9
WAYS: dict[str, dict[str, bool] | None] = {
    "no trace": None,
    "trace": {},
    "trace --grad-norm": {"grad_norm": True},
    "trace --grad-norm --checksum": {"grad_norm": True, "checksum": True},
}


def training(name: str) -> tuple[Any, Callable[[], Any]]:
    """Return an optimizer of the framework's own, and a step of training by it."""
    fw = import_module(name)
    layers = [fw.nn.Linear(WIDTH, WIDTH), fw.nn.ReLU(), fw.nn.Linear(WIDTH, WIDTH), fw.nn.ReLU()]
    model = fw.nn.Sequential(*layers, fw.nn.Linear(WIDTH, 1))
    params = list(model.parameters())
    groups = [{"params": params[:2]}, {"params": params[2:]}]
    if name == "paddle":
        optimizer = fw.optimizer.Adam(1e-3, parameters=groups)
        clear = optimizer.clear_grad
    else:
        optimizer = fw.optim.Adam(groups, lr=1e-3)
        clear = optimizer.zero_grad
    batch = fw.ones([BATCH, WIDTH])

    def step() -> Any:
        clear()
        loss = (model(batch) ** 2).mean()
        loss.backward()
        optimizer.step()
        return params[0]

    return optimizer, step


def milliseconds(step: Callable[[], Any], tracing: AbstractContextManager[None]) -> float:
    """Return the time of one step, the mean of several."""
    with tracing:
        start = process_time()
        for _ in range(STEPS):
            param = step()
        param.sum().item()  # OneFlow computes in the background: wait for it
        return (process_time() - start) * 1000 / STEPS


def measure(name: str) -> dict[str, float]:
    """Return the median time of a step for each way."""
    optimizer, step = training(name)
    milliseconds(step, nullcontext())
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        # in turns: a machine that slows down meanwhile slows them all
        for _ in range(ROUNDS):
            for way, options in WAYS.items():
                path = Path(folder, "a.jsonl")
                tracing = (
                    nullcontext() if options is None else bridge.trace(optimizer, path, **options)
                )
                times[way].append(milliseconds(step, tracing))
    return {way: median(values) for way, values in times.items()}


def main() -> None:
    """Measure the frameworks that are named, torch and Paddle if none is, and print a table."""
    print("| framework | what | ms per step | beyond no trace |")
    print("|---|---|---|---|")
    for name in sys.argv[1:] or ["torch", "paddle"]:
        times = measure(name)
        bare = times["no trace"]
        for way, value in times.items():
            print(f"| {name} | {way} | {value:.3f} | {100 * (value / bare - 1):.1f} % |")


if __name__ == "__main__":
    main()
