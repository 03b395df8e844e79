"""Whether a file can have anything to port: told from its text, before anything parses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Options


def concerns_us(raw: bytes, path: Path, options: Options) -> bool:
    """Tell by the text alone whether a file can have anything to port.

    A stub has nothing: it says what another file holds, and nothing of it runs.
    """
    if path.suffix == ".pyi" or options.origin.encode() not in raw:
        return False
    # whatever names an optimizer or a scheduler of torch names torch.optim
    is_all = options.scope == "all" and options.target != "bridge"
    return is_all or options.origin != "torch" or b"optim" in raw
