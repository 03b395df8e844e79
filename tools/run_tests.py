"""Run the tests, each framework in the environment that holds it, and show both closing lines.

    python3 tools/run_tests.py --backends torch,paddle,oneflow -- -x -k sgd

What needs no framework runs once, in `.venv/modern`; `.venv/oneflow` runs only the tests that take
a framework. What follows `--` goes to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from environments import BACKENDS, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# doctests too; OneFlow's backend does not import in this environment
EVERYTHING = ("--doctest-modules", "--ignore-glob=bridge/backends/oneflow*")


def runs(backends: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return pytest's arguments per environment.

    >>> runs(["torch", "oneflow"])["oneflow"]
    ['--backend', 'oneflow', '--backend-only', 'tests']
    """
    modern = [name for name in backends if name != "oneflow"]
    found = {"modern": [*EVERYTHING, *(["--backend", ",".join(modern)] if modern else [])]}
    if "oneflow" in backends:
        found["oneflow"] = ["--backend", "oneflow", "--backend-only", "tests"]
    return found


def pytest(python: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest, show what it prints, and return its exit code and its closing line."""
    color = ["--color=yes"] if sys.stdout.isatty() else []
    with subprocess.Popen(
        [str(python), "-m", "pytest", *color, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        closing = ""
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            closing = line.strip() or closing
    return process.returncode, closing


def main(arguments: Sequence[str]) -> int:
    """Run the tests in every environment that is needed; return the first exit code but 0."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--backends", default=",".join(BACKENDS), help="of %(default)s")
    parser.add_argument("--venv", type=Path, default=Path(os.environ.get("VENV") or ROOT / ".venv"))
    parser.add_argument("pytest_arguments", nargs="*", metavar="-- PYTEST ARGUMENTS")
    options = parser.parse_args(arguments)
    codes: list[int] = []
    summary: list[str] = []
    for name, selection in runs(options.backends.split(",")).items():
        python = options.venv.resolve() / name / "bin" / "python"
        code, closing = pytest(python, [*selection, *options.pytest_arguments])
        codes.append(code)
        summary.append(f"{name:8} {closing}")
    print(*summary, sep="\n")
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
