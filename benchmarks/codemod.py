"""What a port costs beside parsing alone, and how long a run over many files takes.

Beside parsing: the files are torch's own optimizers and the examples; those without torch are the
standard library. All steps take turns on each file and are measured in processor time, so that
their ratios hold on a busy machine too.

Many optimizers: one file of functions that train, or of classes that hold an optimizer each; lines
per second should not fall with their number.

Many files: the first 2,000 of torch's own package, of which most use torch, with one process and
with as many as there are cores, and once more from the cache.
"""

from __future__ import annotations

import ast
import gc
import os
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import libcst as cst
import torch
from libcst.metadata import (
    ByteSpanPositionProvider,
    MetadataWrapper,
    ParentNodeProvider,
    ScopeProvider,
)

from codemods.batch.cache import Cache
from codemods.batch.files import find_files
from codemods.batch.run import Means, cores, port_files
from codemods.batch.worker import clear
from codemods.engine import port
from codemods.model import Options
from codemods.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
OPTIMIZERS = Path(torch.__file__).parent / "optim"
STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
MAX_BYTES = 40_000
MANY = 2_000
RUNS = {
    "to paddle": Options("paddle"),
    "to paddle, --scope optim": Options("paddle", scope="optim"),
    "to bridge": Options("bridge"),
}
OPTIMIZERS_IN_A_FILE = (50, 100, 200, 400)
FUNCTION = """
def train_{0}(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    for x in loader:
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()
    scheduler.step()
"""
CLASS = """
class Trainer{0}:
    def __init__(self, model):
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 30)

    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
"""
PROVIDERS = (ParentNodeProvider, ScopeProvider, ByteSpanPositionProvider)


def with_scopes(raw: bytes) -> None:
    """Parse with libcst and compute what the port asks for."""
    MetadataWrapper(cst.parse_module(raw), unsafe_skip_copy=True).resolve_many(PROVIDERS)


STEPS: dict[str, Callable[[bytes], object]] = {
    "ast.parse": ast.parse,
    "libcst.parse_module": cst.parse_module,
    "libcst with scopes, parents and spans": with_scopes,
    "the same nodes, made from Python's own tree": Source.parse,
    "port to paddle": lambda raw: port(raw, Path("x.py"), Options("paddle", partial=True)),
    "port to oneflow": lambda raw: port(raw, Path("x.py"), Options("oneflow", partial=True)),
    "port to bridge": lambda raw: port(raw, Path("x.py"), Options("bridge", partial=True)),
}


def seconds(files: list[bytes]) -> dict[str, float]:
    """Return the time of every step over all files."""
    times = dict.fromkeys(STEPS, 0.0)
    for raw in files:
        for name, step in STEPS.items():
            start = process_time()
            step(raw)
            times[name] += process_time() - start
            clear()
    return times


def table(title: str, files: list[bytes]) -> None:
    """Print a table for one set of files."""
    lines = sum(raw.count(b"\n") for raw in files)
    times = seconds(files)
    reference = times["libcst with scopes, parents and spans"]
    print(f"\n{title}: {len(files)} files, {lines} lines\n")
    print("| step | lines/s | time, libcst with scopes = 1 |")
    print("|---|---|---|")
    for name, time in times.items():
        print(f"| {name} | {lines / time:,.0f} | {time / reference:.3f} |")


def many_optimizers() -> None:
    """Print what files with many optimizers take."""
    print("\n| optimizers in a file | in functions, lines/s | in classes, lines/s |\n|---|---|---|")
    for count in OPTIMIZERS_IN_A_FILE:
        rates = []
        for form in (FUNCTION, CLASS):
            raw = ("import torch\n" + "".join(map(form.format, range(count)))).encode()
            start, lines = process_time(), raw.count(b"\n")
            port(raw, Path("x.py"), Options("paddle"))
            clear()
            rates.append(f"{lines / (process_time() - start):,.0f}")
        print(f"| {count} | {' | '.join(rates)} |")


def run(files: list[Path], options: Options, means: Means) -> tuple[float, float]:
    """Return the seconds and the processor seconds that a run over all files takes."""
    start, busy = perf_counter(), sum(os.times()[:4])
    results = list(port_files(files, options, means))
    assert len(results) == len(files)
    return perf_counter() - start, sum(os.times()[:4]) - busy


def many_files() -> None:
    """Print what a run over many files takes."""
    files = list(find_files([OPTIMIZERS.parent]))[:MANY]
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    print(f"\n{len(files)} files, {lines} lines, {cores()} cores\n")
    print("| run | seconds | processor seconds | files/s | lines/s |")
    print("|---|---|---|---|---|")
    for name, options in RUNS.items():
        with TemporaryDirectory() as folder:
            cache = Cache(Path(folder), options)
            for how, means in {
                "1 process": Means(1),
                f"{cores()} processes": Means(cores(), cache=cache),
                "from the cache": Means(cores(), cache=cache),
            }.items():
                time, busy = run(files, options, means)
                rates = f"{len(files) / time:,.0f} | {lines / time:,.0f}"
                print(f"| {name}, {how} | {time:.1f} | {busy:.1f} | {rates} |", flush=True)


def main() -> None:
    """Measure, and print the tables; garbage is collected as the command's workers do."""
    gc.disable()
    clear()
    with_torch = [*EXAMPLES.glob("*.py"), *OPTIMIZERS.glob("*.py")]
    table("with torch", [p.read_bytes() for p in with_torch if p.stat().st_size < MAX_BYTES])
    plain = sorted(STANDARD_LIBRARY.glob("*.py"))[::6]
    table("without torch", [p.read_bytes() for p in plain if p.stat().st_size < MAX_BYTES])
    many_optimizers()
    many_files()


if __name__ == "__main__":
    main()
