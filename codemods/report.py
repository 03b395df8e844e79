"""The report of a run, as text: what was found where, what became of it, and the totals."""

from __future__ import annotations

import difflib
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
    ("error", "unreadable"),
)
QUIET: frozenset[Kind] = frozenset({"ported"})
NEEDS_BRIDGE = (
    "The output imports `bridge`: install optbridge where it runs (pip install optbridge)."
)


def lines(result: FileResult, *, verbose: bool = False) -> Iterator[tuple[Kind, str]]:
    """Yield a file's findings as lines, each with its kind; the plain ones only if `verbose`."""
    for finding in result.findings:
        if verbose or finding.kind not in QUIET:
            yield finding.kind, _line(result, finding)


def _line(result: FileResult, finding: Finding) -> str:
    place = f"{result.path}:{finding.line}:{finding.column}"
    label = "note" if finding.kind == "note" else f"{finding.code} {finding.kind}"
    text = f"{place} {label}  {finding.what}"
    if finding.reason:
        text += f": {finding.reason}"
    return f"{text}\n    Hint: {finding.hint}" if finding.hint else text


def totals(results: Sequence[FileResult]) -> str:
    """Return the last line of a report.

    >>> totals([])
    '0 files: nothing to port'
    """
    counts: Counter[Kind] = Counter()
    for result in results:
        counts.update(result.counts)
    sites = sum(counts[kind] for kind, _ in TOTALS if kind != "error")
    named = [f"{counts[kind]} {word}" for kind, word in TOTALS if counts[kind]]
    files = f"{len(results)} file" + ("" if len(results) == 1 else "s")
    if not named:
        return f"{files}: nothing to port"
    return f"{files}: {sites} sites, " + ", ".join(named)


def diff(result: FileResult) -> Iterator[str]:
    """Yield the lines of a unified diff that `patch -p1` and `git apply` take."""
    before = result.before.decode(errors="surrogateescape").splitlines(keepends=True)
    after = result.after.decode(errors="surrogateescape").splitlines(keepends=True)
    name = result.path.as_posix().lstrip("/")
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def exit_code(results: Iterable[FileResult], *, check: bool) -> int:
    """Return 2 for an error, 3 for something refused or left, 1 if `check` and one would change."""
    results = list(results)
    if any(r.failed for r in results):
        return 2
    if any(r.incomplete for r in results):
        return 3
    return 1 if check and any(r.changed for r in results) else 0
