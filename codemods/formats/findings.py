"""The findings as a JSON list, in the order of the files and lines: for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.model import FileResult


def render(results: Sequence[FileResult], *, verbose: bool) -> str:
    """Return every finding with its path; a program leaves out by itself what it does not need."""
    del verbose
    found = [{"path": str(r.path), **asdict(f)} for r in results for f in r.findings]
    return json.dumps(found, indent=2) + "\n"
