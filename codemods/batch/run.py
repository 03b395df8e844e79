"""Port many files: what needs work goes to a pool of processes, and results come in order.

Nearly every file of a project is done without that: its text does not mention what is ported, or
the cache knows it.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.analysis.relevance import concerns_us
from codemods.batch.pool import Here, Pool, TimeLimitError, WorkError
from codemods.model import FileResult, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from codemods.analysis.project import Project
    from codemods.batch.cache import Cache
    from codemods.model import Options

SECONDS_PER_FILE = 120.0
HINT_TIME = "give it more with --timeout, or port a smaller file"
HINT_DEFECT = "please report this file"


@dataclass(frozen=True, slots=True)
class Means:
    """What a run may use: `jobs` processes, `seconds` for a file, and a cache if there is one.

    Without jobs it is this process that does the work, however long that takes.
    """

    jobs: int = 1
    seconds: float = SECONDS_PER_FILE
    cache: Cache | None = None


def cores() -> int:
    """Return how many processes run at the same time here."""
    if hasattr(os, "sched_getaffinity"):  # what a container or batch system allows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def port_files(
    paths: Iterable[Path],
    options: Options,
    means: Means,
    read: Callable[[Path], bytes] = Path.read_bytes,
    project: Project | None = None,
) -> Generator[FileResult, None, None]:
    """Port files, and yield their results in the order of `paths`.

    A file that cannot be read, or that the port fails at, has a finding that says so. `project`
    tells each of the others.
    """
    work = partial(_port, options=options, project=project)
    with Pool(work, jobs=means.jobs, seconds=means.seconds) if means.jobs else Here(work) as pool:
        yield from pool.map(partial(_port_one, pool, options, means.cache, read), paths)


def _port(raw: bytes, path: Path, options: Options, project: Project | None) -> FileResult:
    from codemods.engine import port  # noqa: PLC0415  # only the children need libcst

    return port(raw, path, options, project)


def _port_one(
    pool: Pool[FileResult] | Here[FileResult],
    options: Options,
    cache: Cache | None,
    read: Callable[[Path], bytes],
    path: Path,
) -> FileResult:
    try:
        raw = read(path)
    except OSError as error:
        return failed(path, b"", "OB001", f"cannot be read: {error.strerror}")
    if not concerns_us(raw, path, options):
        return FileResult(path, raw, raw)
    if cache is not None and (known := cache.get(path, raw)) is not None:
        return known
    try:
        result = pool.ask(raw, path)
    except TimeLimitError as error:
        return failed(path, raw, "OB004", str(error), HINT_TIME)
    except WorkError as error:
        return failed(path, raw, "OB004", str(error), HINT_DEFECT)
    if cache is not None:
        cache.put(path, raw, result)
    return result


def failed(path: Path, raw: bytes, code: str, reason: str, hint: str = "") -> FileResult:
    """Return the result of a file that nothing could be done with."""
    finding = Finding(1, 1, code, "error", str(path), reason, hint)
    return FileResult(path, raw, raw, (finding,), counts=Counter({"error": 1}))
