"""What every port must satisfy, whatever its rule: checked wherever a test ports a text."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemods.codes import RULES
from codemods.engine import port
from codemods.model import Options

if TYPE_CHECKING:
    from codemods.model import FileResult, Finding, Target

PATH = Path("train.py")


def check_rewritten(before: str, after: str, to: Target, **options: Any) -> FileResult:
    """The port of `before` is exactly `after`, and sound in every way."""
    result = _ported(before, to, **options)

    assert result.after.decode() == after
    assert result.changed
    return result


def check_untouched(before: str, to: Target, **options: Any) -> None:
    """There is nothing to port: no byte changes and nothing is reported."""
    result = _ported(before, to, **options)

    assert result.after == result.before
    assert not result.findings


def check_refused(before: str, to: Target, line: int, reason: str, **options: Any) -> Finding:
    """The file stays as it was, and a finding in that line says why."""
    result = _ported(before, to, **options)
    stuck = [f for f in result.findings if f.kind in ("refused", "left")]

    assert result.after == result.before
    assert (line, True) in [(f.line, reason in f.reason) for f in stuck], _listed(stuck)
    return next(f for f in stuck if f.line == line and reason in f.reason)


def check_bridged(before: str, to: Target, reason: str, **options: Any) -> FileResult:
    """No optimizer or scheduler became native, and a finding says why."""
    result = _ported(before, to, **options)
    bridged = [f for f in result.findings if f.kind == "bridge"]

    assert not [f for f in result.findings if f.kind == "native"], _listed(result.findings)
    assert any(reason in f.reason for f in bridged), _listed(result.findings)
    return result


def check_native(before: str, to: Target, *codes: str, **options: Any) -> FileResult:
    """Exactly the native classes with these codes are written, and nothing of bridge."""
    result = _ported(before, to, **options)
    native = [f.code for f in result.findings if f.kind == "native" and f.code[2] in "12"]

    assert native == list(codes), _listed(result.findings)
    assert not result.needs_bridge
    return result


def check_sound(raw: bytes, to: Target, **options: Any) -> FileResult:
    """Port bytes; the output compiles, keeps every comment, and ports to itself."""
    result = port(raw, PATH, Options(to, **options))

    assert not result.failed, _listed(result.findings)
    ast.parse(result.after)
    assert not comments(raw) - comments(result.after)
    assert {f.code for f in result.findings} <= RULES.keys()
    assert port(result.after, PATH, Options(to, **options)).after == result.after
    return result


def comments(raw: bytes) -> Counter[str]:
    """Count the comments of a file."""
    tokens = tokenize.tokenize(io.BytesIO(raw).readline)
    return Counter(t.string for t in tokens if t.type == tokenize.COMMENT)


def _ported(before: str, to: Target, **options: Any) -> FileResult:
    return check_sound(before.encode(), to, **options)


def _listed(findings: Any) -> str:
    return "\n".join(f"{f.line}:{f.column} {f.kind} {f.what}: {f.reason}" for f in findings)
