"""What became of a file the last time, kept on disk: an unchanged file need not be ported again.

An entry is found by everything that its result depends on: the file's name and bytes, the options,
and this program. It says itself whether it is whole; one that is not is as if it were not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from codemods.model import FileResult, Finding

if TYPE_CHECKING:
    from codemods.model import Options

SEPARATOR = b"\0"
MONTH = 30 * 24 * 3600.0  # seconds
PROGRAM = ("bridge", "codemods")


def default_folder() -> Path:
    """Return the folder that the platform has for a program's cache."""
    return user_cache_path("optbridge") / "port"


class Cache:
    """Results of ports with the same options, in a folder.

    Args:
        folder: where; it is made when there is something to keep.
        options: what the user asked for.
        context: what else the results depend on.
    """

    def __init__(self, folder: Path, options: Options, context: str = "") -> None:
        self._folder = folder / program_digest()
        self._same = f"{options!r}{context}".encode()

    def get(self, path: Path, raw: bytes) -> FileResult | None:
        """Return what became of a file, None if that is not known."""
        try:
            entry = self._entry(path, raw).read_bytes()
        except OSError:
            return None
        digest, _, text = entry.partition(b"\n")
        if digest != _digest(text):
            return None
        found = json.loads(text)
        after = found["after"]
        findings = tuple(Finding(**finding) for finding in found["findings"])
        return FileResult(
            path,
            raw,
            raw if after is None else after.encode("latin-1"),
            findings,
            found["needs_bridge"],
            Counter(finding.kind for finding in findings),
        )

    def put(self, path: Path, raw: bytes, result: FileResult) -> None:
        """Keep what became of a file; where the disk does not take it, it is not kept."""
        found = {
            # latin-1 has a character for every byte
            "after": result.after.decode("latin-1") if result.changed else None,
            "findings": [asdict(finding) for finding in result.findings],
            "needs_bridge": result.needs_bridge,
        }
        text = json.dumps(found).encode()
        entry = self._entry(path, raw)
        unfinished = entry.with_name(f"{entry.name}.{secrets.token_hex(4)}.new")
        with suppress(OSError):
            if not self._folder.exists():
                _forget(self._folder.parent)
            entry.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(_digest(text) + b"\n" + text)
                unfinished.replace(entry)
            except OSError:
                unfinished.unlink()
                raise

    def _entry(self, path: Path, raw: bytes) -> Path:
        key = _digest(SEPARATOR.join((self._same, os.fsencode(path), raw))).decode()
        return self._folder / key[:2] / key[2:]


def _forget(folder: Path) -> None:
    """Delete what other versions of this program kept, and have not added to for a month."""
    for old in folder.glob("*"):
        if time.time() - old.stat().st_mtime > MONTH:
            shutil.rmtree(old, ignore_errors=True)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Return a word that changes with the code of the port, the parser and Python."""
    found = hashlib.sha256(f"{sys.version} {version('libcst')}".encode())
    root = Path(__file__).parents[2]
    for package in PROGRAM:
        for file in sorted((root / package).rglob("*.py")):
            found.update(str(file.relative_to(root)).encode() + SEPARATOR + file.read_bytes())
    return found.hexdigest()[:16]
