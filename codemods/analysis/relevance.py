"""Whether a file can have anything to port: told from its text, before anything parses it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Options

OPTIM = re.compile(rb"\boptim\b")


def concerns_us(raw: bytes, path: Path, options: Options) -> bool:
    """Tell by the text alone whether a file can have anything to port.

    A stub has nothing: it says what another file holds, and nothing of it runs.
    """
    if path.suffix == ".pyi" or options.origin.encode() not in raw:
        return False
    return not is_optim_only(options) or OPTIM.search(raw) is not None


def is_optim_only(options: Options) -> bool:
    """Tell whether nothing is ported but what names `torch.optim` somewhere in its file."""
    is_all = options.scope == "all" and options.target != "bridge"
    return options.origin == "torch" and not is_all
