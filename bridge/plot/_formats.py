"""What a file's name asks for, and writing it whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import SimulationError
from bridge.plot import _figure
from bridge.plot._chart import chart_of
from bridge.plot._page import page
from bridge.plot._tables import as_csv, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge._simulate import Simulation
    from bridge.plot._chart import Unit

FORMATS = (*_figure.FORMATS, "html", "csv", "json")


def encoded(
    simulations: Mapping[str, Simulation],
    kind: str,
    *,
    unit: Unit = "step",
    title: str = "",
    log: bool = False,
) -> bytes:
    """Return simulations, by what the legend calls them, as a file of one of `FORMATS`."""
    if kind == "csv":
        return as_csv(simulations, unit).encode()
    if kind == "json":
        return as_json(simulations, unit).encode()
    chart = chart_of(simulations, unit, title)
    return (
        page(chart, log=log).encode() if kind == "html" else _figure.rendered(chart, kind, log=log)
    )


def kind_of(path: Path) -> str:
    """Return which of `FORMATS` a file's name asks for.

    >>> kind_of(Path("lr.PNG"))
    'png'
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise SimulationError(
            f"a figure is written as .{', .'.join(FORMATS)}, got {path.name!r}.\n"
            "Hint: the file's name says which."
        )
    return kind


def save(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file in one step: where that fails, the one before is as it was."""
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a device, such as /dev/stdout
            return
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "it is read-only")
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.resolve().parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            Path(name).chmod(mode)
            Path(name).replace(target.resolve())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SimulationError(f"cannot write {target}: {error.strerror}.") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
