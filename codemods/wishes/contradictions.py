"""What of a user's wishes does not go together, whichever command line took them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.versions import problem
from codemods.wishes.selection import useless

if TYPE_CHECKING:
    from codemods.model import Options


def contradiction(options: Options) -> str | None:
    """Return which options exclude each other and what to give, None if none do.

    >>> from codemods.model import Options
    >>> contradiction(Options("oneflow", origin="paddle"))
    '--from paddle goes to bridge only: give --to bridge'
    >>> contradiction(Options("oneflow", version="0.9")) is None
    True
    """
    if options.origin != "torch" and options.target != "bridge":
        return f"--from {options.origin} goes to bridge only: give --to bridge"
    if (reason := problem(options)) is not None:
        return f"--target-version: {reason}"
    if (reason := useless(options)) is not None:
        return f"--select: {reason}"
    return None
