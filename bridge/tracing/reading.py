"""Read a trace, also one whose process was killed in the middle of a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge._progress import stretches
from bridge.errors import TraceError
from bridge.tracing._file import FORMAT, HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# a quantity of the whole step, or of one group
GROUP_QUANTITIES = ("lr", "momentum", "weight_decay")
STEP_QUANTITIES = ("loss", "grad_norm", "param_sum", "param_norm")


@dataclass(frozen=True, slots=True)
class TracedOptimizer:
    """One optimizer of a script, in the order in which they took their first steps."""

    name: str
    framework: str
    version: str
    groups: int
    """How many groups it had at its last step."""

    steps: int
    series: Mapping[tuple[str, int | None], Mapping[int, float]]
    """(quantity, group; None for the whole) -> step -> value."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What one file holds."""

    path: Path
    command: tuple[str, ...]
    optimizers: tuple[TracedOptimizer, ...]
    is_truncated: bool
    """Whether the last line is cut off."""

    is_ended: bool
    """Whether the script came to its end, if only by an error."""

    error: str | None
    """The exception that ended the script."""


def read_trace(path: Path) -> Trace:
    """Read a file that `optbridge trace` or `bridge.trace` wrote."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TraceError(f"cannot read {path}: {error.strerror}.") from error
    *lines, rest = raw.split(b"\n")
    if not lines:
        raise TraceError(f"{path} is no trace: it is {'empty' if not rest else 'not one line'}.")
    header = _header(path, lines[0])
    reading = _Reading()
    taken = 1
    try:
        for stretch in stretches(len(lines) - 1, f"reading {path.name}"):
            for _ in stretch:
                reading.take(json.loads(lines[taken]))
                taken += 1
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise TraceError(
            f"line {taken + 1} of {path} is damaged: {_start_of(lines[taken])}.\n"
            "Hint: record the trace again; only a last line may be cut off."
        ) from error
    optimizers = tuple(found.finished() for found in reading.optimizers)
    if not any(found.steps for found in optimizers):
        raise TraceError(f"{path} holds no step of an optimizer.")
    command = tuple(map(str, header.get("command", ())))
    return Trace(path, command, optimizers, bool(rest), reading.is_ended, reading.error)


def _header(path: Path, line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or HEADER not in header:
        raise TraceError(
            f"{path} is no trace of optbridge: its first line is "
            f"{_start_of(line)}.\nHint: optbridge trace writes one."
        )
    if header[HEADER] != FORMAT:
        raise TraceError(
            f"{path} has format {header[HEADER]!r}, this version reads {FORMAT}.\n"
            "Hint: update optbridge, or record the trace again."
        )
    return header


def _start_of(line: bytes) -> str:
    return repr(line[:60].decode(errors="replace"))


@dataclass(slots=True)
class _Found:
    name: str
    framework: str
    version: str
    groups: int
    steps: int
    series: dict[tuple[str, int | None], dict[int, float]]

    def add(self, step: int, record: dict[str, Any]) -> None:
        self.steps = step
        self.groups = len(record["groups"])
        for key, value in _values(record):
            self.series.setdefault(key, {})[step] = value

    def finished(self) -> TracedOptimizer:
        return TracedOptimizer(
            self.name, self.framework, self.version, self.groups, self.steps, self.series
        )


class _Reading:
    def __init__(self) -> None:
        self.optimizers: list[_Found] = []
        self.is_ended = False
        self.error: str | None = None

    def take(self, record: dict[str, Any]) -> None:
        if "end" in record:
            self.is_ended = True
            self.error = record["end"]
        elif "step" in record:
            self.optimizers[record["optimizer"]].add(int(record["step"]), record)
        else:
            self.optimizers.append(
                _Found(
                    record["class"],
                    record["framework"],
                    record["version"],
                    len(record["groups"]),
                    steps=0,
                    series={},
                )
            )


def _values(record: dict[str, Any]) -> Iterator[tuple[tuple[str, int | None], float]]:
    for index, group in enumerate(record["groups"]):
        for name in GROUP_QUANTITIES:
            if name in group:
                yield (name, index), float(group[name])
    for name in STEP_QUANTITIES:
        if name in record:
            yield (name, None), float(record[name])
