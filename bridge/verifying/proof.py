"""Run the original, the original once more and a port, and lay their traces beside each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.errors import TraceError, VerifyError
from bridge.tracing._file import family
from bridge.tracing.comparing import Comparison, compare
from bridge.tracing.reading import STEP_QUANTITIES, read_trace
from bridge.verifying._tape import contents
from bridge.verifying.running import run

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from bridge.tracing.comparing import Row
    from bridge.tracing.reading import Trace
    from bridge.verifying.running import Job, Ran, Role


Watch: TypeAlias = "Callable[[Role, int], None]"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to record, how long to run, and what to hold the port to."""

    grad_norm: bool = False
    checksum: bool = False
    steps: int | None = None
    time_limit: float | None = None
    tolerances: Mapping[str, float] | None = None
    ignored: Collection[str] = ()
    is_carrying: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """What was run, and how it compares."""

    original: Ran
    nudged: Ran
    port: Ran
    optimizers: tuple[tuple[str, str], ...]
    """What each is, in the original and in the port."""

    rows: tuple[Row, ...]
    obstacles: tuple[str, ...]
    """Why not all of both runs could be compared."""

    carried: Counter[str]
    """How many models, draws, dropouts and orders the original handed on."""

    @property
    def differs(self) -> bool:
        """Whether anything is further off than it may be."""
        return any(row.first for row in self.rows)

    @property
    def excuses(self) -> tuple[str, ...]:
        """Why some quantities say nothing."""
        return tuple(dict.fromkeys(row.excuse for row in self.rows if row.excuse))


@dataclass(frozen=True, slots=True)
class Baseline:
    """What every port of a script is held against: the original, and how far it is from itself."""

    folder: Path
    wanted: Wanted
    original: Ran
    nudged: Ran
    trace: Trace
    again: Trace
    steps: int | None
    """Where a port is to end."""


def run_original(
    original: Job,
    folder: Path,
    wanted: Wanted,
    watch: Watch = lambda *_: None,
    nudged: Job | None = None,
) -> Baseline:
    """Run the original twice, for the ports to take its state.

    Args:
        original: what to run.
        folder: an existing one, for all that the runs leave.
        wanted: what to record and to compare.
        watch: called with the role of the run and its steps so far.
        nudged: the second run, if its command is to be another one.

    Raises:
        VerifyError: it took no step of an optimizer; the message has the end of what it printed.
    """
    first = _run(original, folder, wanted, wanted.steps, watch)
    trace = _trace(first)
    # Where the original broke off, no other has to go on.
    most = max(found.steps for found in trace.optimizers)
    steps = most if first.failure else wanted.steps
    second = _run(nudged or replace(original, role="nudged"), folder, wanted, steps, watch)
    return Baseline(folder, wanted, first, second, trace, _trace(second), steps)


def prove(baseline: Baseline, port: Job, watch: Watch = lambda *_: None) -> Proof:
    """Run a port from the original's state, and compare.

    Raises:
        VerifyError: it took no step of an optimizer; the message has the end of what it printed.
    """
    wanted, theirs = baseline.wanted, baseline.trace
    ran = _run(port, baseline.folder, wanted, baseline.steps, watch)
    ours = _trace(ran)
    found = compare(
        theirs,
        ours,
        wanted.tolerances or {},
        again=baseline.again,
        names=("the original", "the port"),
    )
    runs = (baseline.original, baseline.nudged, ran)
    taken = sum(optimizer.steps for optimizer in theirs.optimizers)
    objections = dict.fromkeys(
        f"{_subject(ran)}: {text}"
        for ran in runs
        for steps, text in ran.objections
        if steps < taken
    )
    excuse = "; ".join(objections)
    return Proof(
        *runs,
        tuple(
            (one.name, other.name)
            for one, other in zip(theirs.optimizers, ours.optimizers, strict=False)
        ),
        tuple(_excused(row, excuse) for row in found.rows if row.quantity not in wanted.ignored),
        tuple(_obstacles(found, runs, wanted.ignored)),
        contents(baseline.folder / "tape"),
    )


def _run(job: Job, folder: Path, wanted: Wanted, steps: int | None, watch: Watch) -> Ran:
    options: dict[str, Any] = {
        "grad_norm": wanted.grad_norm,
        "checksum": wanted.checksum,
        "steps": steps,
    }
    return run(
        job,
        folder,
        options=options,
        is_carrying=wanted.is_carrying,
        time_limit=wanted.time_limit,
        watch=lambda count: watch(job.role, count),
    )


def _trace(ran: Ran) -> Trace:
    if not ran.trace.exists():
        said = f" It printed:\n{ran.tail}" if ran.tail else ""
        raise VerifyError(
            f"{_subject(ran)} {ran.failure or 'ended'} and took no step of an optimizer.{said}"
        )
    try:
        return read_trace(ran.trace)
    except TraceError as error:
        raise VerifyError(
            f"{_subject(ran)} left no whole trace: {error}\n"
            f"Hint: is there space left in {ran.trace.parent.parent}? TMPDIR names another folder."
        ) from error


def _obstacles(found: Comparison, runs: tuple[Ran, ...], ignored: Collection[str]) -> Iterator[str]:
    told = False
    if "loss" not in ignored and not any(row.quantity == "loss" for row in found.rows):
        yield "no loss was seen: `backward` was never called on one number"
    for ran in runs:
        if ran.failure:
            told = True
            yield f"{_subject(ran)} {ran.failure}"
        others = len(list(family(ran.trace))) - 1
        if others:
            yield f"{_subject(ran)} trained in {others + 1} processes; only the first is compared"
    # that a trace has no end or is short, follows from that
    if not told:
        yield from found.obstacles


def _excused(row: Row, excuse: str) -> Row:
    if row.quantity not in STEP_QUANTITIES or not row.points:
        return row
    if excuse:
        return replace(row, excuse=excuse)
    if not row.predictable:
        return replace(
            row,
            excuse=f"the original does not repeat itself: run again with its weights moved by one "
            f"unit in the last place, its {row.quantity} is off by "
            f"{row.spread[row.points[0].step]:.2g} at its first step",
        )
    return row


def _subject(ran: Ran) -> str:
    names: Mapping[Role, str] = {
        "original": "the original",
        "port": "the port",
        "nudged": "the rerun of the original",
    }
    return f"{names[ran.job.role]} on {ran.job.framework}"
