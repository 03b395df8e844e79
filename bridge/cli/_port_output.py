"""What `optbridge port` prints: the change to stdout, the report to stderr or where asked."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import Failure
from bridge.cli._port_paths import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from codemods.formats import Format
    from codemods.model import FileResult

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class Output:
    """What to print where: `file` takes the report, and stdout does if it is not plain text."""

    form: Format
    file: Path | None
    shows_diff: bool
    shows_port: bool
    is_check: bool
    verbose: bool

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Output:
        """Return what the command line asks for.

        Raises:
            UsageError: if two things would be printed in one place.
        """
        form: Format = "json" if chosen["as_json"] else chosen["form"]
        takes_stdout = form != "text" and chosen["output"] is None
        if takes_stdout and chosen["show_diff"]:
            raise click.UsageError(f"--diff and --format {form} both go to stdout: add --output")
        acts = chosen["write"] or chosen["check"]
        return cls(
            form,
            chosen["output"],
            chosen["show_diff"] or not (acts or takes_stdout),
            not (chosen["show_diff"] or chosen["check"] or takes_stdout),
            chosen["check"],
            chosen["verbose"],
        )

    def show(self, results: Sequence[FileResult], *, is_whole: bool) -> None:
        """Print the changes and the report; of a run that broke off, if there is something."""
        if not (results or is_whole):
            return
        for result in results:
            if result.path == STDIN and self.shows_port:
                click.echo(result.after, nl=False)
            elif self.shows_diff:
                _show_diff(result)
        self._report(results)

    def exit_code(self, results: Iterable[FileResult]) -> int:
        """Return how the command ends."""
        from codemods.report import exit_code  # noqa: PLC0415

        return exit_code(results, check=self.is_check)

    def _report(self, results: Sequence[FileResult]) -> None:
        from codemods.formats import render  # noqa: PLC0415

        if self.file is None and self.form == "text" and sys.stderr.isatty():
            _show_on_terminal(results, verbose=self.verbose)
            return
        text = render(self.form, results, verbose=self.verbose)
        if self.file is None:
            click.echo(text, nl=False, err=self.form == "text")
            return
        from codemods.batch.files import write_atomically  # noqa: PLC0415

        try:
            write_atomically(self.file, text.encode(errors="surrogateescape"))
        except OSError as error:
            raise Failure(f"cannot write {self.file}: {error.strerror}") from error


def _show_on_terminal(results: Sequence[FileResult], *, verbose: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from codemods.formats.terminal import show  # noqa: PLC0415

    show(results, Console(stderr=True, highlight=False), verbose=verbose)


def _show_diff(result: FileResult) -> None:
    from codemods.report import diff  # noqa: PLC0415

    plain = False if "NO_COLOR" in os.environ else None
    for line in diff(result):
        colour = COLOURS.get(line[:1]) if not line.startswith(("+++", "---")) else None
        text = line.rstrip("\n")
        click.echo(click.style(text, fg=colour) if colour else text, color=plain)
