"""Convert the corpus with optbridge and with PaConvert, and check every output alike."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from checks import Check, check, parses
from packages import RIVAL, environment
from rich.progress import track

from codemods.batch.worker import clear
from codemods.engine import port
from codemods.model import Options

if TYPE_CHECKING:
    from codemods.model import Kind, Scope, Target

RIVALS_RUN = Path(__file__).with_name("rival.py")
SECOND_PORT = "a second run changes it"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: seconds of CPU time, what went wrong, and the output's check.

    `counts` are the findings of the port by kind.
    """

    path: Path
    lines: int
    seconds: float
    problem: str = ""
    check: Check | None = None
    is_changed: bool = False
    counts: Counter[Kind] = field(default_factory=Counter)


def ours(files: list[Path], target: Target, scope: Scope, jobs: int) -> list[Outcome]:
    """Port every file as far as it goes, and port each output again."""
    options = Options(target, scope=scope, partial=True)
    with ProcessPoolExecutor(jobs, initializer=gc.disable) as pool:
        outcomes = pool.map(_port, files, repeat(options), chunksize=8)
        title = f"optbridge to {target}, scope {scope}"
        return list(track(outcomes, title, total=len(files)))


def _port(path: Path, options: Options) -> Outcome:
    raw = path.read_bytes()
    lines, start = raw.count(b"\n"), process_time()
    try:
        result = port(raw, path, options)
        clear()  # as a worker of the command does
    except Exception as error:  # noqa: BLE001  # whatever it raises is what is measured
        return Outcome(path, lines, process_time() - start, type(error).__name__)
    seconds = process_time() - start
    problem = ""
    if result.failed:
        problem = next(f.code for f in result.findings if f.kind == "error")
    elif result.changed and port(result.after, path, options).after != result.after:
        problem = SECOND_PORT
    checked = check(raw, result.after)
    return Outcome(path, lines, seconds, problem, checked, result.changed, result.counts)


def theirs(files: list[Path], folder: Path, jobs: int) -> list[Outcome]:
    """Convert every file with PaConvert, in one process."""
    python = environment(folder, "rival", RIVAL) / "python"
    output, listed = folder / "output", folder / "files.txt"
    output.mkdir(exist_ok=True)
    for old in output.iterdir():
        old.unlink()
    listed.write_text("".join(f"{f.resolve()}\n" for f in files), encoding="utf-8")
    command = [str(python), str(RIVALS_RUN), str(listed), str(output)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        lines = process.stdout or ()
        rows = [json.loads(line) for line in track(lines, "PaConvert", total=len(files))]
    outputs = [output / f"{number}.py" for number in range(len(files))]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_checked, files, outputs, rows, chunksize=8))


def _checked(path: Path, output: Path, row: dict[str, float | str]) -> Outcome:
    raw = path.read_bytes()
    lines, seconds, problem = raw.count(b"\n"), float(row["seconds"]), str(row["error"])
    if problem or not output.exists():
        return Outcome(path, lines, seconds, problem or "no output")
    after = output.read_bytes()
    return Outcome(path, lines, seconds, "", check(raw, after), after != raw)


def readable(files: list[Path]) -> list[Path]:
    """Leave out what is no Python of the running version."""
    return [path for path in files if parses(path.read_bytes())]


def command_line(files: list[Path], folder: Path, target: Target, scope: Scope) -> float:
    """Return the seconds that the command takes for all files on two cores, without a cache."""
    listed = folder / "files.txt"
    listed.write_text("".join(f"{f.resolve()}\n" for f in files), encoding="utf-8")
    command = [sys.executable, "-m", "bridge", "port", "--files-from", str(listed)]
    command += ["--to", target, "--scope", scope, "--check", "--no-cache", "--jobs", "2"]
    start = perf_counter()
    subprocess.run(command, check=False, capture_output=True)
    return perf_counter() - start
