"""What a port costs beside parsing alone, on the same files, in lines per second.

The files are torch's own optimizers and the examples; those without torch are the standard
library. All steps take turns on each file, so that their ratios hold on a busy machine too.
"""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import libcst as cst
import torch
from libcst.metadata import (
    ByteSpanPositionProvider,
    MetadataWrapper,
    ParentNodeProvider,
    ScopeProvider,
)

from codemods.engine import port
from codemods.model import Options

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
OPTIMIZERS = Path(torch.__file__).parent / "optim"
STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
MAX_BYTES = 40_000
PROVIDERS = (ParentNodeProvider, ScopeProvider, ByteSpanPositionProvider)


def with_scopes(raw: bytes) -> None:
    """Parse with libcst and compute what the port asks for."""
    MetadataWrapper(cst.parse_module(raw), unsafe_skip_copy=True).resolve_many(PROVIDERS)


STEPS: dict[str, Callable[[bytes], object]] = {
    "ast.parse": ast.parse,
    "libcst.parse_module": cst.parse_module,
    "libcst with scopes, parents and spans": with_scopes,
    "port to paddle": lambda raw: port(raw, Path("x.py"), Options("paddle", partial=True)),
    "port to oneflow": lambda raw: port(raw, Path("x.py"), Options("oneflow", partial=True)),
    "port to bridge": lambda raw: port(raw, Path("x.py"), Options("bridge", partial=True)),
}


def seconds(files: list[bytes]) -> dict[str, float]:
    """Return the time of every step over all files."""
    times = dict.fromkeys(STEPS, 0.0)
    for raw in files:
        for name, step in STEPS.items():
            start = perf_counter()
            step(raw)
            times[name] += perf_counter() - start
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


def main() -> None:
    """Measure, and print a table for code with torch and one for code without."""
    with_torch = [*EXAMPLES.glob("*.py"), *OPTIMIZERS.glob("*.py")]
    table("with torch", [p.read_bytes() for p in with_torch if p.stat().st_size < MAX_BYTES])
    plain = sorted(STANDARD_LIBRARY.glob("*.py"))[::6]
    table("without torch", [p.read_bytes() for p in plain if p.stat().st_size < MAX_BYTES])


if __name__ == "__main__":
    main()
