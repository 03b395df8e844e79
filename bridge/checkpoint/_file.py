"""One safetensors file: arrays, and JSON in the header's metadata; written whole or not at all.

https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge._files import replace_file
from bridge.checkpoint._values import decode, encode
from bridge.errors import CheckpointError, UnsupportedError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from types import ModuleType

    from bridge.checkpoint._values import Array

VERSION: Final = 1
_VERSION, _CONTENT, _CHECKSUM = "optbridge.version", "optbridge.content", "optbridge.sha256"


def write(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """Put `content` at `path`; whatever happens, the old file or the new one is there, whole."""
    library = _library()
    arrays: dict[str, Array] = {}
    text = json.dumps(encode(content, "", arrays), allow_nan=False)
    # The library takes memory as it lies.
    arrays = {place: array.copy(order="C") for place, array in arrays.items()}
    metadata = {_VERSION: str(VERSION), _CONTENT: text, _CHECKSUM: _checksum(text, arrays)}
    replace_file(Path(path), library.save(arrays, metadata))


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the content of the file at `path`, after every check."""
    _library()
    with Path(path).open("rb"):
        pass  # a missing or unreadable file is the system's error, not a damaged one
    with _reasons(path), import_module("safetensors").safe_open(path, "numpy") as file:
        metadata = file.metadata() or {}
        _check_version(path, metadata)
        arrays = {place: file.get_tensor(place) for place in file.keys()}  # noqa: SIM118 - no mapping
    text = metadata.get(_CONTENT, "")
    if _checksum(text, arrays) != metadata.get(_CHECKSUM):
        raise CheckpointError(
            f"{path} is damaged: its checksum is not that of its content.\nHint: load another copy."
        )
    content: dict[str, Any] = decode(json.loads(text), arrays)
    return content


def _check_version(path: str | os.PathLike[str], metadata: dict[str, str]) -> None:
    version = metadata.get(_VERSION, "")
    if not version.isdecimal():
        raise CheckpointError(
            f"{path} is a safetensors file, but not one that bridge.save wrote.\n"
            "Hint: bridge.load_native takes what the frameworks themselves save."
        )
    if int(version) > VERSION:
        raise CheckpointError(
            f"{path} has version {version} of the format, this optbridge reads up to {VERSION}.\n"
            "Hint: pip install --upgrade optbridge"
        )


@contextmanager
def _reasons(path: str | os.PathLike[str]) -> Iterator[None]:
    damaged = import_module("safetensors").SafetensorError
    try:
        yield
    # The last three are for headers that are well-formed and name what is not there.
    except (damaged, AttributeError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path} is no safetensors file, or is cut off or damaged: {error}.\n"
            "Hint: load another copy; bridge.save writes a file whole or not at all."
        ) from error


def _checksum(text: str, arrays: dict[str, Array]) -> str:
    digest = sha256(text.encode())
    for place in sorted(arrays):
        array = arrays[place]
        digest.update(f"\0{place}\0{array.dtype.name}\0{list(array.shape)}\0".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _library() -> ModuleType:
    try:
        return import_module("safetensors.numpy")
    except ImportError as error:
        raise UnsupportedError(
            f"bridge.save and bridge.load need the package safetensors: {error}.\n"
            'Hint: pip install "optbridge[checkpoint]"'
        ) from error
