"""The port that `optbridge verify` runs: of a script and of what it imports from its project."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.cli import Failure
from bridge.cli.port import port as command
from bridge.verifying.sources import local_files, mirror, mirrored, project_of
from codemods import report
from codemods.analysis.project import read_project
from codemods.batch.run import Means, port_files
from codemods.formats import render
from codemods.model import Options

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def port_into(folder: Path, script: Path, target: str, style: str | None) -> Ported:
    """Port the script and its own modules into a folder that looks like its project.

    It is done as `optbridge port` would, by the project's settings.

    Args:
        folder: what is made.
        script: the original; it and all beside it stay as they are.
        target: where to port it.
        style: another one than the settings'.

    Raises:
        NotPortedError: not all of it could be ported.
    """
    given = [str(script), "--to", target, *([] if style is None else ["--style", style])]
    chosen = command.make_context("port", given).params
    options = Options(**{field.name: chosen[field.name] for field in fields(Options)})
    project = project_of(script)
    files = local_files(script, project)
    named = [_shown(path) for path in files]
    known = read_project(named) if chosen["project"] else None
    results = list(port_files(named, options, Means(jobs=0), project=known))
    code = report.exit_code(results, check=False)
    if code:
        found = render("text", results).rstrip()
        raise (NotPortedError if code == NotPortedError.exit_code else Failure)(
            f"{script.name} was not ported, and nothing was run.\n{found}"
        )
    ports = {path: result.after for path, result in zip(files, results, strict=True)}
    changed = {path for path, result in zip(files, results, strict=True) if result.changed}
    if not changed:
        raise Failure(f"{script.name} has nothing to port to {target}.")
    # An unchanged script is copied as well: Python looks beside it for what it imports.
    place = script.resolve()
    mirror(project, {path: ports[path] for path in (*changed, place)}, folder)
    search = os.environ.get("PYTHONPATH")
    return Ported(
        folder / place.relative_to(project),
        report.totals(results),
        render("markdown", results),
        {"PYTHONPATH": mirrored(search, project, folder)} if search else {},
    )


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
