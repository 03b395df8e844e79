"""What two runs of a training script differ in, step by step, and whether that is acceptable.

A script logs one JSON object per line: `step`, `lr` and `momentum` (one number per parameter
group, unrounded) and `loss`. Differences are relative to the largest value of the sequence.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# Schedules of ours are torch's bit for bit; native ones are held to the codemod's grade b.
LARGEST_LR_DIFFERENCE = {"bridge": 0.0, "native": 1e-12}
# How far a port's loss may leave torch's, in units of how far torch leaves itself.
LARGEST_LOSS_FACTOR = 10


class Step(NamedTuple):
    """One line of a log."""

    step: int
    lr: tuple[float, ...]
    momentum: tuple[float, ...]
    loss: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest differences between two runs of equal length."""

    steps: int
    lr: float
    lr_relative: float
    momentum_relative: float
    loss_relative: float


class LogError(ValueError):
    """A log that cannot be read, or two that cannot be compared."""


def read_log(path: Path) -> list[Step]:
    """Read the JSON lines that a script wrote."""
    steps = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            entry = json.loads(line)
            step = Step(entry["step"], tuple(entry["lr"]), tuple(entry["momentum"]), entry["loss"])
        except (ValueError, KeyError, TypeError) as error:
            raise LogError(f"{path}:{number}: not a step of a training log: {line!r}") from error
        if not all(math.isfinite(value) for value in (*step.lr, *step.momentum, step.loss)):
            raise LogError(f"{path}:{number}: not a number: {line!r}")
        steps.append(step)
    if not steps:
        raise LogError(f"{path}: no step was logged")
    return steps


def compare(original: Sequence[Step], port: Sequence[Step]) -> Difference:
    """Compare two runs of one script."""
    if [step.step for step in original] != [step.step for step in port]:
        raise LogError(f"the original took {len(original)} steps, the port {len(port)} or others")
    for ours, theirs in zip(original, port, strict=True):
        if len(ours.lr) != len(theirs.lr) or len(ours.momentum) != len(theirs.momentum):
            raise LogError(f"step {ours.step}: the port has other parameter groups")
    lr, lr_relative = _largest((step.lr for step in original), (step.lr for step in port))
    _, momentum = _largest((step.momentum for step in original), (step.momentum for step in port))
    _, loss = _largest(([step.loss] for step in original), ([step.loss] for step in port))
    return Difference(len(original), lr, lr_relative, momentum, loss)


def objections(difference: Difference, spread: float, verdict: str) -> list[str]:
    """Say what is not acceptable in a port; an empty list where all is well.

    Args:
        difference: of the port from the original.
        spread: torch's own relative loss difference after weights moved by one ulp.
        verdict: how the optimizer was ported, `native` or `bridge`.
    """
    found = []
    allowed = LARGEST_LR_DIFFERENCE[verdict]
    for name, value in (
        ("learning rates", difference.lr_relative),
        ("momenta", difference.momentum_relative),
    ):
        if value > allowed:
            found.append(f"{name} differ by {value:.1e} of the largest, allowed is {allowed:.0e}")
    if difference.loss_relative > LARGEST_LOSS_FACTOR * spread:
        found.append(
            f"losses differ by {difference.loss_relative:.1e} of the largest, "
            f"allowed is {LARGEST_LOSS_FACTOR} times torch's own {spread:.1e}"
        )
    return found


def _largest(
    original: Iterable[Sequence[float]], port: Iterable[Sequence[float]]
) -> tuple[float, float]:
    pairs = [
        (ours, theirs)
        for row, other in zip(original, port, strict=True)
        for ours, theirs in zip(row, other, strict=True)
    ]
    difference = max(abs(ours - theirs) for ours, theirs in pairs)
    largest = max(abs(ours) for ours, _ in pairs)
    return difference, difference / largest if largest else difference
