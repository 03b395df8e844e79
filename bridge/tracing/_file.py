"""The file of a trace: one JSON object a line, each line written whole before training goes on.

The first line is the header; then one line for each optimizer that appears and one for each of its
steps; the last says how the script ended. Its absence says that the process was killed.
Follows https://jsonlines.org.
"""

from __future__ import annotations

import json
import math
import os
import platform
import sys
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FORMAT: Final = 1
HEADER: Final = "optbridge_trace"
"""The key of the first line by which a trace is known; its value is the format."""

# Where launchers tell a process its number: torchrun and OneFlow's, Paddle's, and MPI's.
RANKS: Final = ("RANK", "PADDLE_TRAINER_ID", "OMPI_COMM_WORLD_RANK")


class TraceFile:
    """A trace that is being written.

    A full disk ends the trace, not the training: what was written stays, and stderr says so.
    """

    def __init__(self, path: Path, *, replace: bool) -> None:
        if replace:
            check_replaceable(path)
            self.path = path
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        else:
            self.path, self._file = _first_free(path)
        self._is_open = True
        header = {HEADER: FORMAT, "python": platform.python_version(), "command": sys.argv}
        self.write(header)

    def write(self, record: dict[str, Any]) -> None:
        """Append one line."""
        if not self._is_open:
            return
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self._is_open = False
            print(  # noqa: T201 - in the user's script, which goes on
                f"optbridge trace: cannot write {self.path}: {error.strerror}; "
                "training goes on without a trace.",
                file=sys.stderr,
            )

    def close(self) -> None:
        """Give the file back."""
        if self._is_open:
            self._is_open = False
            os.close(self._file)


def as_json(value: float) -> float | str:
    """Return a number as JSON has it, which knows no NaN and no infinity.

    >>> as_json(0.5), as_json(float("nan")), as_json(float("-inf"))
    (0.5, 'nan', '-inf')
    """
    return value if math.isfinite(value) else str(value)


def rank_path(path: Path, rank: str) -> Path:
    """Return where the process of that number writes; the first writes the path itself.

    >>> from pathlib import Path
    >>> rank_path(Path("a.jsonl"), "2").name
    'a.rank2.jsonl'
    """
    return path if rank in ("", "0") else path.with_name(f"{path.stem}.rank{rank}{path.suffix}")


def own_rank() -> str:
    """Return the number that a launcher gave this process, or nothing."""
    given = (os.environ.get(name, "") for name in RANKS)
    return next((rank for rank in given if rank.isdigit()), "")  # OneFlow sets -1 by itself


def family(path: Path) -> Iterable[Path]:
    """Find what the processes of one run wrote: the path, its ranks, its second processes."""
    if path.exists():
        yield path
    for other in sorted(path.parent.glob(f"{_escaped(path.stem)}.*{_escaped(path.suffix)}")):
        between = other.name[len(path.stem) + 1 : len(other.name) - len(path.suffix)]
        parts = [part.removeprefix("rank") for part in between.split(".")]
        if all(part.isdigit() for part in parts) and _is_trace(other):
            yield other


def check_replaceable(path: Path) -> None:
    """Refuse a place where something else than a trace would be lost."""
    if path.exists() and not (path.is_file() and (path.stat().st_size == 0 or _is_trace(path))):
        what = "a file that is no trace" if path.is_file() else "no file"
        raise TraceError(
            f"cannot write {path}: it is {what}; nothing was changed.\n"
            "Hint: name another file, or remove that one."
        )


def _first_free(path: Path) -> tuple[Path, int]:
    number = 1
    while True:
        name = path if number == 1 else path.with_name(f"{path.stem}.{number}{path.suffix}")
        try:
            return name, os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            number += 1


def _is_trace(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEADER) + 2).endswith(HEADER.encode())


def _escaped(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)
