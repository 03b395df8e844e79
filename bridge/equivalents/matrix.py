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
        Row(name, "optimizer", {f: _figures(by.get(f)) for f in FRAMEWORKS}, _native(name))
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
    return "0" if framework == "torch" else REFUSED


def _figures(row: Mapping[str, float] | None) -> str:
    return "not measured" if row is None else " / ".join(by_path(row).values())


def by_path(row: Mapping[str, float]) -> dict[str, str]:
    """Return the differences that were measured in float32, by formula and by kernel.

    >>> by_path({"formula float32": 1.2e-7, "formula float64": 1e-16})
    {'formula': '1e-07'}
    """
    values = {path: row.get(f"{path} float32") for path in ("formula", "kernel")}
    return {p: f"{v:.0e}" if v else "0" for p, v in values.items() if v is not None}
