"""Train every original and its ports, several at a time, and compare them."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from bridge.errors import BridgeError
from bridge.verifying.proof import Baseline, Proof, Wanted, prove, run_original
from side_by_side.ports import EXAMPLES
from side_by_side.runs import RUNS, Run, job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from side_by_side.ports import Ported

    Report = Callable[[str], None]

# Schedules of ours are torch's bit for bit; native ones are held to the codemod's grade b.
LARGEST_LR_DIFFERENCE = {"bridge": 0.0, "native": 1e-12}
# Below that, one step's loss may be off by what ten units in the last place of torch's are not.
LARGEST_LOSS_DIFFERENCE = 1e-6


@dataclass(frozen=True, slots=True)
class Compared:
    """A port beside its original; no proof where it did not run."""

    target: str
    verdict: str
    proof: Proof | None
    objections: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run on torch, on torch with nudged weights, and on every target."""

    run: Run
    baseline: Baseline
    ports: list[Compared]


def trainings(ports: Sequence[Ported]) -> int:
    """Count the trainings that `train_all` makes."""
    return len(RUNS) * (2 + len(ports))


def train_all(ports: Sequence[Ported], out: Path, report: Report) -> list[Outcome]:
    """Train and compare every run; `report` is told of each finished training."""
    chains = [list(chain) for _, chain in groupby(RUNS, lambda run: run.resumes or run.title)]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        done = pool.map(
            lambda chain: [outcome(run, ports, out / "runs", report) for run in chain], chains
        )
        return [each for chain in done for each in chain]


def outcome(run: Run, ports: Sequence[Ported], out: Path, report: Report) -> Outcome:
    """Train one original and its ports."""
    folder = out / run.slug
    shutil.rmtree(folder, ignore_errors=True)  # an earlier demo's
    folder.mkdir(parents=True)
    # What a run goes on from is in its checkpoint: nothing is to be carried beside it.
    wanted = Wanted(is_carrying=not run.resumes)
    checkpoints = out / (run.resumes.replace(" ", "_") or run.slug)
    baseline = run_original(
        job(run, "original", "torch", EXAMPLES, checkpoints),
        folder,
        wanted,
        nudged=job(run, "nudged", "torch", EXAMPLES, checkpoints),
    )
    report(f"{run.title} on torch")
    report(f"{run.title} on torch, weights nudged")
    compared = []
    for port in ports:
        verdict = port.verdicts[run.script]
        strict = LARGEST_LR_DIFFERENCE[verdict]
        tolerances = {"lr": strict, "momentum": strict, "loss": LARGEST_LOSS_DIFFERENCE}
        held = replace(baseline, wanted=replace(wanted, tolerances=tolerances))
        try:
            proof = prove(held, job(run, "port", port.target, port.folder, checkpoints))
        except BridgeError as error:
            compared.append(Compared(port.target, verdict, None, [str(error)]))
            continue
        finally:
            report(f"{run.title} on {port.target}")
        compared.append(Compared(port.target, verdict, proof, list(objections(proof))))
    return Outcome(run, baseline, compared)


def objections(proof: Proof) -> Iterator[str]:
    """Say what is not acceptable in a port; nothing where all is well."""
    yield from proof.obstacles
    yield from proof.excuses
    for row in proof.rows:
        if row.first is not None:
            yield (
                f"{row.label} differs by {row.first.difference:.1e} at step {row.first.step}, "
                f"allowed is {row.allowed(row.first.step):.1e}"
            )
