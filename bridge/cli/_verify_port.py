"""The port that `optbridge verify` runs: of a script and of what it imports from its project."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.cli import Failure
from bridge.verifying.sources import local_files, mirror, mirrored, project_of
from codemods import report
from codemods.engine import port
from codemods.formats import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.model import Options


@dataclass(frozen=True, slots=True)
class Ported:
    """What to run as the port, and what to say of it."""

    script: Path
    summary: str
    markdown: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


class NotPortedError(Failure):
    """Something was refused or left; its message is the port's own report."""

    exit_code = 3


def port_into(folder: Path, script: Path, options: Options) -> Ported:
    """Port the script and its own modules into a folder that looks like its project.

    Args:
        folder: what is made.
        script: the original; it and all beside it stay as they are.
        options: of the port.

    Raises:
        NotPortedError: not all of it could be ported.
    """
    script, project = script.resolve(), project_of(script)
    files = local_files(script, project)
    results = [port(_read(path), _shown(path), options) for path in files]
    code = report.exit_code(results, check=False)
    if code:
        found = render("text", results).rstrip()
        raise (NotPortedError if code == NotPortedError.exit_code else Failure)(
            f"{script.name} was not ported, and nothing was run.\n{found}"
        )
    ports = {path: result.after for path, result in zip(files, results, strict=True)}
    changed = {path for path, result in zip(files, results, strict=True) if result.changed}
    if not changed:
        raise Failure(f"{script.name} has nothing to port to {options.target}.")
    # An unchanged script is copied as well: Python looks beside it for what it imports.
    mirror(project, {path: ports[path] for path in (*changed, script)}, folder)
    search = os.environ.get("PYTHONPATH")
    return Ported(
        folder / script.relative_to(project),
        report.totals(results),
        render("markdown", results),
        {"PYTHONPATH": mirrored(search, project, folder)} if search else {},
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
