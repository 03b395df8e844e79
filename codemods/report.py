"""What every form of the report says: the totals, the places, the diff and the exit code."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.model import FileResult, Finding, Kind

# The order of the totals; "site" kinds count as sites of optimizer and scheduler code.
TOTALS: tuple[tuple[Kind, str], ...] = (
    ("native", "native"),
    ("bridge", "bridge"),
    ("ported", "ported"),
    ("refused", "refused"),
    ("left", "left"),
    ("skipped", "skipped"),
    ("error", "unreadable"),
)
QUIET: frozenset[Kind] = frozenset({"ported"})
NEEDS_BRIDGE = (
    "The output imports `bridge`: install optbridge where it runs (pip install optbridge)."
)


def shown(result: FileResult, *, verbose: bool) -> Iterator[Finding]:
    """Yield a file's findings; the plain ones only if `verbose`."""
    yield from (f for f in result.findings if verbose or f.kind not in QUIET)


def is_in_notebook(finding: Finding) -> bool:
    return finding.cell > 0


def place(finding: Finding) -> str:
    """Return where in its file a finding is.

    >>> from codemods.model import Finding
    >>> place(Finding(3, 9, "PD101", "native", "torch.optim.SGD"))
    '3:9'
    >>> place(Finding(3, 9, "PD101", "native", "torch.optim.SGD", cell=2))
    'cell 2:3:9'
    """
    where = f"{finding.line}:{finding.column}"
    return f"cell {finding.cell}:{where}" if is_in_notebook(finding) else where


def count(results: Iterable[FileResult]) -> Counter[Kind]:
    """Return how many findings there are of each kind."""
    counts: Counter[Kind] = Counter()
    for result in results:
        counts.update(result.counts)
    return counts


def summary(results: Sequence[FileResult]) -> list[str]:
    """Return the last lines of a report: the totals, and what the output needs."""
    needs_bridge = any(r.needs_bridge for r in results)
    return [totals(results), *([NEEDS_BRIDGE] if needs_bridge else [])]


def totals(results: Sequence[FileResult]) -> str:
    """Return the last line of a report.

    >>> totals([])
    '0 files: nothing to port'
    """
    counts = count(results)
    sites = sum(counts[kind] for kind, _ in TOTALS if kind != "error")
    named = [f"{counts[kind]} {word}" for kind, word in TOTALS if counts[kind]]
    files = _counted(len(results), "file")
    if not named:
        return f"{files}: nothing to port"
    return f"{files}: {_counted(sites, 'site')}, " + ", ".join(named)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def diff(result: FileResult) -> Iterator[str]:
    """Yield the lines of a unified diff that `patch -p1` and `git apply` take."""
    before, after = _lines(result.before), _lines(result.after)
    name = result.path.as_posix().lstrip("/")
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(raw: bytes) -> list[str]:
    # str.splitlines would also split at form feeds, which `patch` does not
    return re.findall(r"[^\n]*\n|[^\n]+", raw.decode(errors="surrogateescape"))


def exit_code(results: Iterable[FileResult], *, check: bool) -> int:
    """Return 2 for an error, 3 for something refused or left, 1 if `check` and one would change."""
    results = list(results)
    if any(r.failed for r in results):
        return 2
    if any(r.incomplete for r in results):
        return 3
    return 1 if check and any(r.changed for r in results) else 0
