"""Train every original and its ports, several at a time, and compare them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from side_by_side.logs import Difference, LogError, Step, compare, objections
from side_by_side.ports import EXAMPLES
from side_by_side.runs import (
    RUNS,
    Run,
    RunFailedError,
    Trained,
    train_nudged,
    train_original,
    train_port,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from side_by_side.ports import Ported

    Report = Callable[[str, Trained], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """A port beside its original."""

    target: str
    verdict: str
    trained: Trained
    difference: Difference
    objections: list[str]


@dataclass(frozen=True, slots=True)
class Failed:
    """A port that did not get as far as a comparison, and why."""

    target: str
    verdict: str
    objections: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run on torch, on torch with nudged weights, and on every target."""

    run: Run
    original: list[Step]
    spread: float
    seconds: float
    ports: list[Compared | Failed]


def trainings(ports: Sequence[Ported]) -> int:
    """Count the trainings that `train_all` makes."""
    return len(RUNS) * (2 + len(ports))


def train_all(ports: Sequence[Ported], out: Path, report: Report) -> list[Outcome]:
    """Train and compare every run; `report` is told of each finished training."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(
            pool.map(lambda run: _outcome(run, ports, out / "runs" / run.slug, report), RUNS)
        )


def _outcome(run: Run, ports: Sequence[Ported], out: Path, report: Report) -> Outcome:
    original = train_original(run, EXAMPLES, out)
    report(f"{run.title} on torch", original)
    nudged = train_nudged(run, EXAMPLES, out)
    report(f"{run.title} on torch, weights nudged", nudged)
    spread = compare(original.steps, nudged.steps).loss_relative
    compared: list[Compared | Failed] = []
    for port in ports:
        verdict = port.verdicts[run.script]
        try:
            trained = train_port(run, port.target, port.folder, out)
            report(f"{run.title} on {port.target}", trained)
            difference = compare(original.steps, trained.steps)
        except (RunFailedError, LogError) as error:
            compared.append(Failed(port.target, verdict, [str(error)]))
            continue
        found = objections(difference, spread, verdict)
        compared.append(Compared(port.target, verdict, trained, difference, found))
    return Outcome(run, original.steps, spread, original.seconds, compared)
