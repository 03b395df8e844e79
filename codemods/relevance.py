"""Whether a file can have anything to port: told from its text, before anything parses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Options


def concerns_us(raw: bytes, path: Path, options: Options) -> bool:
    """Tell whether a file can have anything to port.

    A stub has nothing: it says what another file holds, and nothing of it runs.
    """
    return options.origin.encode() in raw and path.suffix != ".pyi"
