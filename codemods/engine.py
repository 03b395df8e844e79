"""Port one file: text in, text and findings out. Nothing here touches a disk or runs user code."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import libcst as cst

from codemods.edits import EditConflictError, apply
from codemods.marks import missing
from codemods.model import FileResult, Finding
from codemods.plan import plan
from codemods.relevance import concerns_us
from codemods.source import Source, UnreadableSourceError
from codemods.stars import written_out

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Options
    from codemods.plan import Plan


def port(raw: bytes, path: Path, options: Options) -> FileResult:
    """Port one file.

    Args:
        raw: the file's bytes.
        path: where they come from, for the report.
        options: what the user asked for.

    Returns:
        The new bytes and the findings. The bytes are the old ones where a part in scope could not
        be ported and `options.partial` is off, and where the file could not be read; with
        `options.todo` they have a comment above each such part.
    """
    if not concerns_us(raw, path, options):
        return FileResult(path, raw, raw)
    try:
        source = written_out(Source.parse(raw))
    except UnreadableSourceError as error:
        hint = "the file was left as it is"
        finding = Finding(error.line, error.column, "OB001", "error", str(path), error.reason, hint)
        return _result(path, raw, raw, [finding])
    planned = _planned(source, options)
    findings = sorted(planned.findings, key=lambda f: (f.line, f.column, f.code))
    stuck = [f for f in findings if f.kind in ("refused", "left")]
    is_written = options.partial or not stuck
    if not (is_written or options.todo):
        return _result(path, raw, raw, findings)
    try:
        marks = missing(source, planned.marks, options) if stuck else []
        after = apply(source, [*planned.edits, *marks] if is_written else marks)
    except EditConflictError as error:
        finding = Finding(1, 1, "OB002", "error", str(path), str(error), "please report this file")
        return _result(path, raw, raw, [finding])
    if (broken := _broken(raw, after)) is not None:
        finding = Finding(1, 1, "OB003", "error", str(path), broken, "please report this file")
        return _result(path, raw, raw, [finding])
    needs_bridge = is_written and planned.needs_bridge
    return _result(path, raw, after, findings, needs_bridge=needs_bridge)


def _planned(source: Source, options: Options) -> Plan:
    if options.origin == "torch":
        return plan(source, options)
    from codemods import inward  # noqa: PLC0415  # its tables ask bridge for every signature

    return inward.plan(source, options)


def _result(
    path: Path, raw: bytes, after: bytes, findings: list[Finding], *, needs_bridge: bool = False
) -> FileResult:
    counts = Counter(f.kind for f in findings)
    return FileResult(path, raw, after, tuple(findings), needs_bridge, counts)


def _broken(before: bytes, after: bytes) -> str | None:
    """Return what is wrong with an output, None if it parses and has every comment of the input."""
    if after == before:
        return None
    if (reason := _syntax_error(after)) is not None:
        return f"the port would not parse: {reason}"
    lost = _comments(before) - _comments(after)
    return f"the port would lose the comment {next(iter(lost))!r}" if lost else None


def _syntax_error(raw: bytes) -> str | None:
    with suppress(SyntaxError, ValueError):
        ast.parse(raw)  # ten times as fast, but it knows this Python's syntax only
        return None
    try:
        cst.parse_module(raw)
    except cst.ParserSyntaxError as error:
        return str(error)
    return None


def _comments(raw: bytes) -> Counter[str]:
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(raw).readline))
    except (tokenize.TokenError, SyntaxError):  # syntax newer or older than this Python's
        return Counter()
    return Counter(t.string for t in tokens if t.type == tokenize.COMMENT)
