"""Port one file: text in, text and findings out. Nothing here touches a disk or runs user code."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.analysis.mentions import mentions
from codemods.analysis.parsing import parsed
from codemods.analysis.relevance import concerns_us
from codemods.analysis.stars import written_out
from codemods.model import FileResult, Finding
from codemods.notebooks.json_cells import BrokenNotebookError
from codemods.notebooks.magics import MagicChangedError
from codemods.notebooks.notebook import NOTEBOOK, Notebook
from codemods.plan import plan
from codemods.syntax.edits import EditConflictError, apply
from codemods.syntax.soundness import broken
from codemods.syntax.source import Source, UnreadableSourceError
from codemods.wishes.marks import carried, missing

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.analysis.project import Project, View
    from codemods.model import Options
    from codemods.plan import Plan

LEFT_MAGIC = "a magic is left alone, and what it is given has to change"
HINT_MAGIC = "take the code out of the magic, or port it by hand"
HINTS = {
    "OB001": "the file was left as it is",
    "OB002": "please report this file",
    "OB003": "please report this file",
}


def port(raw: bytes, path: Path, options: Options, project: Project | None = None) -> FileResult:
    """Port one file.

    Args:
        raw: the file's bytes.
        path: where they come from, for the report.
        options: what the user asked for.
        project: what the other files of the run do, if they were read.

    Returns:
        The new bytes and the findings. The bytes are the old ones where a part in scope could not
        be ported and `options.partial` is off, and where the file could not be read; with
        `options.todo` they have a comment above each such part.
    """
    if not concerns_us(raw, path, options):
        return FileResult(path, raw, raw)
    kind = _port_notebook if path.suffix == NOTEBOOK else _port_python
    return kind(raw, path, options, project)


def _port_notebook(raw: bytes, path: Path, options: Options, project: Project | None) -> FileResult:
    try:
        notebook = Notebook.parse(raw)
    except BrokenNotebookError as error:
        return _failed(path, raw, str(error), "OB001")
    result = _port_python(notebook.module, path, options, project)
    findings = [notebook.located(finding) for finding in result.findings]
    if not result.changed:
        return _result(path, raw, raw, findings)
    try:
        after = notebook.put_back(result.after)
    except MagicChangedError as error:
        line, what = notebook.line_of(error.tag), error.original.strip()
        left = notebook.located(Finding(line, 1, "OB006", "left", what, LEFT_MAGIC, HINT_MAGIC))
        return _result(path, raw, raw, [*findings, left])
    return _result(path, raw, after, findings, needs_bridge=result.needs_bridge)


def _port_python(raw: bytes, path: Path, options: Options, project: Project | None) -> FileResult:
    try:
        return _port(raw, path, options, project)
    except UnreadableSourceError as error:
        return _failed(path, raw, error.reason, "OB001", error.line, error.column)
    except RecursionError:
        return _failed(path, raw, "nested too deeply", "OB001")
    except EditConflictError as error:
        return _failed(path, raw, str(error), "OB002")


def _port(raw: bytes, path: Path, options: Options, project: Project | None) -> FileResult:
    tree = parsed(raw)
    if not mentions(tree, options):
        return FileResult(path, raw, raw)
    original = Source.parse(raw, tree)
    source = written_out(original)
    view = project.seen_from(path) if project is not None else None
    planned = _planned(source, options, view)
    findings = sorted(planned.findings, key=lambda f: (f.line, f.column, f.code))
    stuck = [f for f in findings if f.kind in ("refused", "left")]
    is_written = options.partial or not stuck
    if not (is_written or options.todo):
        return _result(path, raw, raw, findings)
    marks = missing(source, planned.marks, options) if stuck else []
    if is_written:
        after = apply(source, [*planned.edits, *marks])
    else:
        after = apply(original, carried(marks, source, original))
    if after != raw and (reason := broken(source, after)) is not None:
        return _failed(path, raw, reason, "OB003")
    needs_bridge = is_written and planned.needs_bridge
    return _result(path, raw, after, findings, needs_bridge=needs_bridge)


def _planned(source: Source, options: Options, view: View | None) -> Plan:
    if options.origin == "torch":
        return plan(source, options, view)
    from codemods import inward  # noqa: PLC0415  # its tables ask bridge for every signature

    return inward.plan(source, options)


def _result(
    path: Path, raw: bytes, after: bytes, findings: list[Finding], *, needs_bridge: bool = False
) -> FileResult:
    counts = Counter(f.kind for f in findings)
    return FileResult(path, raw, after, tuple(findings), needs_bridge, counts)


def _failed(
    path: Path, raw: bytes, reason: str, code: str, line: int = 1, column: int = 1
) -> FileResult:
    finding = Finding(line, column, code, "error", str(path), reason, HINTS[code])
    return _result(path, raw, raw, [finding])
