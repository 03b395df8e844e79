"""A line per finding, as compilers write them: for pipes, logs, editors and grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.report import place, shown, summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from codemods.model import FileResult, Finding


def render(results: Sequence[FileResult], *, verbose: bool) -> str:
    """Return the findings of all files, and the totals."""
    found = [line(r.path, f) for r in results for f in shown(r, verbose=verbose)]
    return "".join(f"{text}\n" for text in [*found, *summary(results)])


def line(path: Path, finding: Finding) -> str:
    """Return a finding on a line of its own, its hint below it."""
    text = f"{path}:{place(finding)} {finding.code} {finding.kind}  {finding.what}"
    if finding.reason:
        text += f": {finding.reason}"
    return f"{text}\n    Hint: {finding.hint}" if finding.hint else text
