"""What starting costs: the imports beyond the interpreter's own start, and `optbridge --help`.

Medians over runs in fresh processes, all in one go, so that they can be compared with each other.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter

RUNS = 21
BARE = "the interpreter alone"
COMMANDS = {
    BARE: ["-c", "pass"],
    "`import bridge`": ["-c", "import bridge"],
    "`import bridge.optim`": ["-c", "import bridge.optim"],
    "`import codemods`": ["-c", "import codemods"],
    "`import libcst`, to compare": ["-c", "import libcst"],
    "`optbridge --help`": ["-m", "bridge", "--help"],
}
LIMITS = {"`import bridge`": "50 beyond", "`optbridge --help`": "200 in all"}


def milliseconds(arguments: list[str]) -> float:
    """Return the wall-clock time of one run in a process of its own."""
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (perf_counter() - start) * 1000


def main() -> None:
    """Measure, and print a table."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    # in turns: a machine that slows down meanwhile slows them all
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            times[name].append(milliseconds(arguments))
    bare = median(times[BARE])
    print("| what | ms, start to end | ms beyond the interpreter | limit, ms |")
    print("|---|---|---|---|")
    for name, values in times.items():
        total = median(values)
        print(f"| {name} | {total:.0f} | {total - bare:.0f} | {LIMITS.get(name, '')} |")


if __name__ == "__main__":
    main()
