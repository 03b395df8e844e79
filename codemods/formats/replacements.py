"""The difference of two texts as SARIF's replacements, line by line.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, 3.30 (regions), 3.57
(replacements): lines and columns count from 1, and a region ends before its end column.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def replacements(before: bytes, after: bytes) -> list[dict[str, Any]]:
    """Return what has to be deleted and inserted where.

    >>> replacements(b"a = 1", b"a = 2")[0]["insertedContent"]
    {'text': 'a = 2'}
    """
    old, new = _lines(before), _lines(after)
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        {
            "deletedRegion": _region(old, old_start, old_end),
            "insertedContent": {"text": "".join(new[new_start:new_end])},
        }
        for kind, old_start, old_end, new_start, new_end in found
        if kind != "equal"
    ]


def _lines(raw: bytes) -> list[str]:
    # str.splitlines would also split at form feeds, which begin no line
    return LINE.findall(raw.decode(errors="replace").removeprefix("\ufeff"))


def _region(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    """Return the region of some whole lines; of none, the place before line `start`."""
    first, first_column = _place(lines, start)
    last, last_column = _place(lines, end)
    return {
        "startLine": first,
        "startColumn": first_column,
        "endLine": last,
        "endColumn": last_column,
    }


def _place(lines: Sequence[str], index: int) -> tuple[int, int]:
    if index < len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
        return index + 1, 1
    return len(lines), len(lines[-1]) + 1
