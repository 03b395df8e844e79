"""What works where, as rows: the tables beside this file, and what was measured on the frameworks.

`optbridge matrix` prints them, and compat_matrix.md is written from them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from bridge.equivalents import OPTIMIZERS, SCHEDULERS, TORCH_ONLY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.equivalents import Equivalent

FRAMEWORKS: Final = ("torch", "paddle", "oneflow")
MEASURED: Final = "measured.json"
REFUSED: Final = "refused"
KERNEL: Final = {"torch": "torch's step", "paddle": "kernel", "oneflow": "kernel"}


@dataclass(frozen=True, slots=True)
class Row:
    """One class of torch, or of bridge beyond it.

    Args:
        name: the class.
        kind: what it is.
        bridge: how near `bridge.optim` comes to torch on each framework, in words.
        native: the frameworks' own classes that a port may write, where their conditions hold.
    """

    name: str
    kind: Literal["optimizer", "scheduler"]
    bridge: Mapping[str, str]
    native: Mapping[str, tuple[Equivalent, ...]]


@cache
def measured() -> dict[str, Any]:
    """Return what `make matrix` measured, with the versions and the date."""
    found: dict[str, Any] = json.loads(files("bridge.equivalents").joinpath(MEASURED).read_text())
    return found


def rows(of: Mapping[str, Any] | None = None) -> list[Row]:
    """Return all rows, from other measurements than the packaged ones if they are given.

    >>> row = rows()[0]
    >>> row.name, row.kind, [native.native for native in row.native["oneflow"]]
    ('SGD', 'optimizer', ['oneflow.optim.SGD'])
    """
    found = measured() if of is None else of
    optimizers = [
        Row(name, "optimizer", {f: _figures(f, by.get(f)) for f in FRAMEWORKS}, _native(name))
        for name, by in found["optimizers"].items()
    ]
    torchs = [
        Row(name, "optimizer", {f: _alone(f) for f in FRAMEWORKS}, _native(name))
        for name in TORCH_ONLY
    ]
    schedulers = [
        Row(
            name,
            "scheduler",
            dict.fromkeys(FRAMEWORKS, f"bit-identical, {equal} of {total}"),
            _native(name),
        )
        for name, (equal, total) in found["schedulers"].items()
    ]
    return [*optimizers, *torchs, *schedulers]


def words(row: Row, framework: str) -> list[str]:
    """Name the native classes of a row with their grade and their rule, or say what is instead.

    >>> words(rows()[0], "oneflow")
    ['SGD (p) OF101']
    """
    native = [
        f"{each.native.rpartition('.')[2]} ({each.grade}) {each.code}"
        for each in row.native[framework]
    ]
    refused = row.bridge[framework] == REFUSED
    return native or [REFUSED if refused else "through bridge"]


def _native(name: str) -> dict[str, tuple[Equivalent, ...]]:
    return {
        framework: tuple(
            row for row in (*OPTIMIZERS[framework], *SCHEDULERS[framework]) if row.torch == name
        )
        for framework in OPTIMIZERS
    }


def _alone(framework: str) -> str:
    return KERNEL[framework] if framework == "torch" else REFUSED


def _figures(framework: str, row: Mapping[str, float] | None) -> str:
    if row is None:
        return "not measured"
    named = {KERNEL[framework]: "kernel float32", "formula": "formula float32"}
    values = {name: row.get(key) for name, key in named.items()}
    return ", ".join(
        f"{name} {value:.0e}" if value else f"{name} 0"
        for name, value in values.items()
        if value is not None
    )
