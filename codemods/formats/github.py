"""GitHub annotations: workflow commands that mark the lines in a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and for what has to
be escaped https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.report import is_in_notebook, place, shown, totals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.model import FileResult, Finding, Kind

COMMANDS: Mapping[Kind, str] = {"error": "error", "refused": "warning", "left": "warning"}
ESCAPES = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
PROPERTY_ESCAPES = ESCAPES | {ord(":"): "%3A", ord(","): "%2C"}


def render(results: Sequence[FileResult], *, verbose: bool) -> str:
    """Return a workflow command per finding, and the totals as a plain line of the log."""
    found = [_command(r, f) for r in results for f in shown(r, verbose=verbose)]
    return "".join(f"{text}\n" for text in [*found, totals(results)])


def _command(result: FileResult, finding: Finding) -> str:
    message = ": ".join(part for part in (finding.what, finding.reason) if part)
    properties: dict[str, object] = {"file": result.path.as_posix()}
    if is_in_notebook(finding):  # its lines are not the file's
        message = f"{place(finding)}: {message}"
    else:
        properties |= {"line": finding.line, "col": finding.column}
    properties["title"] = f"{finding.code} {finding.kind}"
    if finding.hint:
        message += f"\nHint: {finding.hint}"
    listed = ",".join(f"{k}={str(v).translate(PROPERTY_ESCAPES)}" for k, v in properties.items())
    return f"::{COMMANDS.get(finding.kind, 'notice')} {listed}::{message.translate(ESCAPES)}"
