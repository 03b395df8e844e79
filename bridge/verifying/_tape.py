"""What the original hands to the other runs: a file of records, in the order they were made in.

A record is a line of JSON and then its arrays, as they lie in memory; a boolean one in bits.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bridge.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

Array: TypeAlias = Any
Kind: TypeAlias = Literal["weights", "glimpse", "optimizer", "draw", "mask", "order"]
"""A model's state at its first call, and before that; weights that no model holds; random tensors;
dropout; shuffling."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one run had, for the others to take."""

    kind: Kind
    label: str
    arrays: Mapping[str, Array]


class Recording:
    """The tape of the run that goes first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mode: Literal["xb", "ab"] = "xb"

    def exchange(self, record: Record) -> Record | None:
        """Keep the record; there is nothing to take."""
        try:
            with self._path.open(self._mode) as file:
                file.write(_encoded(record))
        except FileExistsError as error:
            raise TraceError("it runs in more than one process") from error
        self._mode = "ab"
        return None


class Replaying:
    """The tape in a run that follows: it gives, kind by kind, what the first run had."""

    def __init__(self, path: Path) -> None:
        self._records = records(path)
        self._waiting: dict[str, deque[Record]] = {}

    def exchange(self, record: Record) -> Record | None:
        """Return the first run's record in the place of this one.

        Raises:
            TraceError: the first run had none here, or another one.
        """
        queue = self._waiting.setdefault(record.kind, deque())
        while not queue:
            found = next(self._records, None)
            if found is None:
                raise TraceError(f"the original has no more {_WORDS[record.kind]}")
            self._waiting.setdefault(found.kind, deque()).append(found)
        return queue.popleft()


_WORDS: Mapping[Kind, str] = {
    "weights": "models",
    "glimpse": "looks at a model",
    "optimizer": "optimizers",
    "draw": "random tensors",
    "mask": "dropouts",
    "order": "shuffled orders",
}


def records(path: Path) -> Iterator[Record]:
    """Read a tape from its start; a last record that is cut off is none."""
    numpy = import_module("numpy")
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        while line := file.readline():
            try:
                kind, label, layout = json.loads(line)
                arrays = {name: _array(numpy, file, *form) for name, form in layout.items()}
            except ValueError:
                return
            yield Record(kind, label, arrays)


def contents(path: Path) -> Counter[str]:
    """Count the records of each kind."""
    return Counter(record.kind for record in records(path))


def _encoded(record: Record) -> bytes:
    numpy = import_module("numpy")
    layout, parts = {}, []
    for name, array in record.arrays.items():
        is_bits = array.dtype.kind == "b"
        # not ascontiguousarray, which makes a vector of a number
        whole = numpy.packbits(array) if is_bits else numpy.asarray(array, order="C")
        layout[name] = (array.dtype.str, array.shape)
        parts.append(whole.tobytes())
    head = json.dumps([record.kind, record.label, layout], separators=(",", ":"))
    return b"".join((head.encode(), b"\n", *parts))


def _array(numpy: Any, file: BinaryIO, dtype: str, shape: list[int]) -> Array:
    size = int(numpy.prod(shape, dtype="int64"))
    is_bits = numpy.dtype(dtype).kind == "b"
    length = -(-size // 8) if is_bits else size * numpy.dtype(dtype).itemsize
    raw = bytearray(file.read(length))
    if len(raw) < length:
        raise ValueError("cut off")
    if is_bits:
        bits = numpy.unpackbits(numpy.frombuffer(raw, "uint8"), count=size)
        return bits.astype(bool).reshape(shape)
    return numpy.frombuffer(raw, dtype).reshape(shape)
