"""Run a script in a process of its own, traced, from the original's state; watch it, and end it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from bridge.errors import VerifyError
from bridge.tracing.launch import tracing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

Role: TypeAlias = Literal["original", "port", "nudged"]
"""`nudged` is the original once more, every weight one unit in its last place higher."""

_BEAT: Final = 0.1  # seconds between two looks at a run
_MERCY: Final = 3.0  # seconds that a run has to end by itself
_LINES: Final = 15  # of what a failed run printed

# The same order of sets in every run; and OneFlow's log-softmax by oneDNN is off by 4e-6.
_SETTINGS: Final = {"PYTHONHASHSEED": "0", "ONEFLOW_ENABLE_ONEDNN_OPTS": "0"}


@dataclass(frozen=True, slots=True)
class Job:
    """What to run."""

    role: Role
    framework: str
    command: Sequence[str]
    environment: Mapping[str, str]
    """What differs from this process's."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of it."""

    job: Job
    trace: Path
    code: int
    seconds: float
    is_out_of_time: bool
    tail: str
    """The end of what it printed to stderr, else to stdout."""

    objections: tuple[tuple[int, str], ...]
    """After how many steps its losses are no more comparable with the original's, and why."""

    @property
    def failure(self) -> str:
        """How it ended, where it should not have."""
        if self.is_out_of_time:
            return f"was stopped after {self.seconds:.0f} s, its time limit"
        if self.code < 0:
            return f"was killed by {signal.Signals(-self.code).name}"
        return f"ended with exit code {self.code}" if self.code else ""


def run(
    job: Job,
    folder: Path,
    *,
    options: Mapping[str, Any],
    is_carrying: bool = True,
    time_limit: float | None = None,
    watch: Callable[[int], None] = lambda _: None,
) -> Ran:
    """Run a job to its end, its time limit or an interrupt; leave its files in the folder.

    Args:
        job: what to run.
        folder: for traces, the tape and what the run prints.
        options: of the trace: `grad_norm`, `checksum`, `steps`.
        is_carrying: whether the original's state and draws are written down, or taken.
        time_limit: in seconds.
        watch: called with the number of lines in the trace, while it runs.
    """
    stem = f"{job.role}-{job.framework}"
    trace, objections = folder / f"{stem}.jsonl", folder / f"{stem}.objections"
    carry = {
        "framework": job.framework,
        "role": job.role,
        "tape": str(folder / "tape"),
        "objections": str(objections),
    }
    environment = tracing(
        {**os.environ, **_SETTINGS, **job.environment},
        trace,
        **options,
        **({"carry": carry} if is_carrying else {}),
    )
    began = time.monotonic()
    printed = [folder / f"{stem}.{name}" for name in ("out", "err")]
    with printed[0].open("wb") as out, printed[1].open("wb") as err:
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own script
                job.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,  # its children end with it
            )
        except OSError as error:
            raise VerifyError(f"cannot run {job.command[0]}: {error.strerror}.") from error
        try:
            is_out_of_time = not _wait(process, trace, began, time_limit, watch)
        finally:
            _end(process)
    return Ran(
        job,
        trace,
        process.returncode,
        time.monotonic() - began,
        is_out_of_time,
        next(filter(None, map(_tail, reversed(printed))), ""),
        tuple(_objections(objections)),
    )


def _wait(
    process: subprocess.Popen[bytes],
    trace: Path,
    began: float,
    time_limit: float | None,
    watch: Callable[[int], None],
) -> bool:
    lines = at = 0
    while process.poll() is None:
        if time_limit is not None and time.monotonic() - began > time_limit:
            return False
        time.sleep(_BEAT)
        with suppress(FileNotFoundError), trace.open("rb") as file:
            file.seek(at)
            new = file.read()
            at, lines = at + len(new), lines + new.count(b'"step":')
        watch(lines)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_MERCY)


def _objections(file: Path) -> Iterator[tuple[int, str]]:
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            steps, _, text = line.partition(" ")
            yield int(steps), text


def _tail(printed: Path) -> str:
    lines = printed.read_bytes().decode(errors="replace").strip().splitlines()
    return "\n".join(lines[-_LINES:])
