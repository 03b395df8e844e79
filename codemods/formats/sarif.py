"""SARIF 2.1.0, with the port of a file as a fix: for code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bridge import __version__
from codemods.codes import RULES
from codemods.formats.replacements import replacements
from codemods.report import is_in_notebook, place, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.model import FileResult, Finding, Kind

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS: Mapping[Kind, str] = {"error": "error", "refused": "warning", "left": "warning"}
FIX = "Port the whole file: its parts belong together."


def render(results: Sequence[FileResult], *, verbose: bool) -> str:
    """Return a log of one run."""
    found = [(r, f) for r in results for f in shown(r, verbose=verbose)]
    codes = sorted({f.code for _, f in found})
    fixed: set[int] = set()
    run = {
        "tool": {
            "driver": {
                "name": "optbridge",
                "version": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(r, f, codes.index(f.code), fixed) for r, f in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    return {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.text},
        "defaultConfiguration": {"level": LEVELS.get(rule.kind, "note")},
    }


def _result(result: FileResult, finding: Finding, rule: int, fixed: set[int]) -> dict[str, Any]:
    message = ": ".join(part for part in (finding.what, finding.reason) if part)
    where: dict[str, Any] = {"artifactLocation": _artifact(result)}
    if is_in_notebook(finding):  # its lines are not the file's
        message = f"{place(finding)}: {message}"
    else:
        where["region"] = {"startLine": finding.line, "startColumn": finding.column}
    if finding.hint:
        message += f"\nHint: {finding.hint}"
    found: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS.get(finding.kind, "note"),
        "message": {"text": message},
        "locations": [{"physicalLocation": where}],
    }
    # Half a port is none, so the fix of a file is one, and stands at its first finding.
    if result.changed and id(result) not in fixed:
        fixed.add(id(result))
        change = {
            "artifactLocation": _artifact(result),
            "replacements": replacements(result.before, result.after),
        }
        found["fixes"] = [{"description": {"text": FIX}, "artifactChanges": [change]}]
    return found


def _artifact(result: FileResult) -> dict[str, str]:
    if result.path.is_absolute():
        return {"uri": result.path.as_uri()}
    return {"uri": quote(result.path.as_posix()), "uriBaseId": "%SRCROOT%"}
