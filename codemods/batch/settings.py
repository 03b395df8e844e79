"""What a project has settled in its pyproject.toml: `[tool.optbridge]`, by the options' long names.

https://packaging.python.org/en/latest/specifications/pyproject-toml/#arbitrary-tool-configuration-the-tool-table
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

FILE = "pyproject.toml"
TABLE = "tool.optbridge"


class SettingsError(Exception):
    """A project's settings cannot be used; the message says why."""


def find_settings(paths: Iterable[Path]) -> Path | None:
    """Return the nearest pyproject.toml with a `[tool.optbridge]` in or above all of `paths`.

    Raises:
        SettingsError: if one on the way cannot be read.
    """
    folders = [p if p.is_dir() else p.parent for p in (path.resolve() for path in paths)]
    for folder in (first := folders[0], *first.parents) if folders else ():
        file = folder / FILE
        above_all = all(folder == f or folder in f.parents for f in folders)
        if above_all and file.is_file() and _table(file) is not None:
            return file
    return None


def read_settings(file: Path, known: Collection[str]) -> Mapping[str, Any]:
    """Return the settings of a file.

    Args:
        file: a pyproject.toml.
        known: what may be set.

    Raises:
        SettingsError: if the file cannot be read, or sets something else.
    """
    settings = _table(file) or {}
    for name, value in settings.items():
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
            raise SettingsError(f"{file}: [{TABLE}] has no setting {name!r}; {hint}")
        if isinstance(value, dict):
            raise SettingsError(f"{file}: [{TABLE}] {name} takes a value, got a table")
    return settings


def _table(file: Path) -> Mapping[str, Any] | None:
    try:
        with file.open("rb") as opened:
            tools = tomllib.load(opened).get("tool", {})
    except (OSError, ValueError) as error:  # ValueError: no TOML, or no UTF-8
        raise SettingsError(f"cannot read {file}: {error}") from error
    table = tools.get("optbridge") if isinstance(tools, dict) else None
    if table is None or isinstance(table, dict):
        return table
    raise SettingsError(f"{file}: {TABLE} must be a table, got {table!r}")
