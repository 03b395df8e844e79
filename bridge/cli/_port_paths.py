"""Where the files of `optbridge port` and the settings for them come from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import Failure
from codemods.batch.files import find_files
from codemods.batch.settings import SettingsError, find_settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from codemods.batch.ignored import Filters

STDIN = Path("-")
# What belongs to one call, and would surprise in a file.
NOT_SETTINGS = frozenset(
    {"check", "config", "diff", "explain", "files-from", "help", "json", "list", "output", "write"}
)


def settled_by(ctx: click.Context, param: click.Parameter, file: Path | None) -> None:
    """Take what a project has settled for what the command line does not say.

    The folder of the file is left in `ctx.obj`: patterns are relative to it.
    """
    del param
    names = {
        option.removeprefix("--"): parameter.name
        for parameter in ctx.command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    known = names.keys() - NOT_SETTINGS
    paths = [path for path in ctx.params.get("paths", ()) if path != STDIN]
    try:
        file = file or find_settings(paths or [Path.cwd()])
        settings = read_settings(file, known) if file is not None else {}
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    ctx.obj = None if file is None else file.parent
    ctx.default_map = {names[name]: value for name, value in settings.items()}


def all_files(paths: Sequence[Path], listed_in: BinaryIO | None, filters: Filters) -> list[Path]:
    """Return the files to port, in the order of the report.

    Raises:
        Failure: if a path does not exist.
        UsageError: if there is no path, or stdin is given beside others.
    """
    if STDIN in paths:
        if list(paths) != [STDIN] or listed_in is not None:
            raise click.UsageError("`-` stands alone: stdin cannot be mixed with files")
        return [STDIN]
    if listed_in is None and not paths:
        raise click.UsageError("Missing argument 'PATHS...': give files, folders, `-`")
    listed = [] if listed_in is None else _names(listed_in.read())
    try:
        return list(find_files([*paths, *listed], filters))
    except FileNotFoundError as error:
        raise Failure(str(error)) from error


def reader(paths: Sequence[Path]) -> Callable[[Path], bytes]:
    """Return what reads a file."""
    if STDIN in paths:
        return lambda _: sys.stdin.buffer.read()
    return Path.read_bytes


def _names(raw: bytes) -> list[Path]:
    """Return the names in a list: of lines, or with zero bytes between as of `git ls-files -z`."""
    names = raw.split(b"\0") if b"\0" in raw else raw.splitlines()
    return [
        Path(name.decode(sys.getfilesystemencoding(), "surrogateescape")) for name in names if name
    ]
