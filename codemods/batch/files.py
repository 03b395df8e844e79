"""The only place that touches a user's files: find them, replace them whole."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.batch.ignored import Filters, Ignored
from codemods.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.model import FileResult

# All that a process which is killed in the act leaves behind.
UNFINISHED = ".optbridge-{}.new"


def find_files(paths: Iterable[Path], filters: Filters | None = None) -> Iterator[Path]:
    """Yield the files among `paths` and below the folders among them, each once, sorted.

    A file that is named is taken whatever it is called. In folders, hidden folders, symbolic links
    and what `ignored` passes over are left out.

    Raises:
        FileNotFoundError: if a path does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"no such file or folder: {path}")
        for found in _walk(path, filters or Filters()) if path.is_dir() else [path]:
            key = found.resolve()
            if key not in seen:
                seen.add(key)
                yield found


def _walk(top: Path, filters: Filters) -> Iterator[Path]:
    ignored = Ignored(top, filters)
    for root, folders, files in os.walk(top):
        here = Path(root)
        ignored.enter(here)
        folders[:] = sorted(f for f in folders if not ignored.is_folder_ignored(here / f))
        yield from (here / f for f in sorted(files) if not ignored.is_file_ignored(here / f))


def write_atomically(path: Path, data: bytes) -> None:
    """Put a file in place in one step: after a crash it is either the old or the new one.

    A file that is there keeps its mode, and its owner where the system allows that.

    Raises:
        OSError: if it cannot be written; what was there is then untouched.
    """
    target = path.resolve()
    unfinished = target.with_name(UNFINISHED.format(secrets.token_hex(8)))
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            _keep_owner(target, unfinished)
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _keep_owner(old: Path, new: Path) -> None:
    if hasattr(os, "chown"):
        was = old.stat()
        with suppress(OSError):
            os.chown(new, was.st_uid, was.st_gid)


def write(result: FileResult) -> FileResult:
    """Write a port; return its result, with a finding where the file had to stay as it was."""
    path = result.path
    try:
        if not _is_writable(path):
            return _unwritten(result, "it is read-only")
        if path.read_bytes() != result.before:
            return _unwritten(result, "it was changed while it was ported")
        write_atomically(path, result.after)
    except OSError as error:
        return _unwritten(result, str(error.strerror))
    return result


def _unwritten(result: FileResult, reason: str) -> FileResult:
    reason = f"cannot be written: {reason}; it is as it was before"
    finding = Finding(1, 1, "OB005", "error", str(result.path), reason)
    counts = result.counts.copy()
    counts["error"] += 1
    findings = (*result.findings, finding)
    return replace(result, after=result.before, findings=findings, counts=counts)


def _is_writable(path: Path) -> bool:
    # the file's own mode: replacing it would ask the folder only
    return bool(path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
