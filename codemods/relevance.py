"""Whether a file can have anything to port: told from its text, and from Python's own parser.

That one reads some thirty times as many lines in a second as libcst with names and places.
"""

from __future__ import annotations

import ast
import warnings
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


def imports(raw: bytes, package: str) -> bool:
    """Tell whether a file imports a package, or cannot be parsed by the Python that runs.

    Raises:
        RecursionError: if it is nested too deeply for that.
    """
    tree = parsed(raw)
    if tree is None:
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        if any(package in name.split(".") for name in names):
            return True
    return False


def parsed(raw: bytes) -> ast.Module | None:
    """Return a file's tree, None if it is no Python or that of a newer or older version.

    Raises:
        RecursionError: if it is nested too deeply; libcst would end the process over it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of a user's escape sequences
        try:
            return ast.parse(raw)
        except (MemoryError, SyntaxError, ValueError) as error:
            # two more of the names that Python has for it
            if isinstance(error, MemoryError) or "too many nested" in str(error):
                raise RecursionError(str(error)) from error
            return None
