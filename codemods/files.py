"""The only place that touches a disk: find files, read them, replace them whole."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Folders that hold what others wrote, or what a tool made.
SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "build", "dist", "node_modules", "site-packages", "third_party", "vendor"}
)


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the Python files among `paths` and below the folders among them, each once, sorted.

    A file that is named is taken whatever it is called. In folders, hidden folders, virtual
    environments, vendored code and symbolic links are passed over.

    Raises:
        FileNotFoundError: if a path does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"no such file or folder: {path}")
        for found in [path] if path.is_file() else _walk(path):
            key = found.resolve()
            if key not in seen:
                seen.add(key)
                yield found


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(f for f in folders if _is_ours(here / f))
        yield from (
            here / name
            for name in sorted(files)
            if name.endswith(".py") and not (here / name).is_symlink()
        )


def _is_ours(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in SKIPPED_FOLDERS
    return not (hidden or folder.is_symlink() or (folder / "pyvenv.cfg").exists())


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content in one step: after a crash it is either the old or the new one.

    Raises:
        OSError: if it cannot be written; the old file is then untouched.
    """
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def is_writable(path: Path) -> bool:
    """Tell whether a file's own mode allows writing; replacing it would ask the folder only."""
    return bool(path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
