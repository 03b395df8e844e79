"""Write a file whole or not at all.

Follows https://docs.python.org/3/library/os.html#os.replace.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bridge.errors import UnwritableError


def write_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file in one step: where that fails, the one before is as it was.

    Raises:
        UnwritableError: it cannot be written; the message says why.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            _write_through(target, content)  # a device, such as /dev/stdout
            return
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "it is read-only")
        replace_file(target, content)
    except OSError as error:
        raise UnwritableError(f"cannot write {target}: {error.strerror}.") from error


def _write_through(target: Path, content: bytes) -> None:
    with target.open("wb", buffering=0) as device:
        left = memoryview(content)
        while left:
            left = left[device.write(left) :]


def replace_file(target: Path, content: bytes) -> None:
    """Put another file in a file's place, in one step; raises what the system raises."""
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    # A link stays a link: what it points to is replaced.
    place = target.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
