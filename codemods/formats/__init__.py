"""The report of a run, one file per form; each has `render`, from results to text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from codemods.model import FileResult

Format: TypeAlias = Literal["text", "json", "sarif", "markdown", "github"]

# Imported when asked for: --help needs none of them.
FORMATS: Mapping[Format, str] = {
    "text": "codemods.formats.lines",
    "json": "codemods.formats.findings",
    "sarif": "codemods.formats.sarif",
    "markdown": "codemods.formats.markdown",
    "github": "codemods.formats.github",
}


def render(form: Format, results: Sequence[FileResult], *, verbose: bool = False) -> str:
    """Return the report of a run.

    Args:
        form: one of `FORMATS`.
        results: what became of each file, in the order of the report.
        verbose: whether plain names that were ported are in it, too.
    """
    module = import_module(FORMATS[form])
    return cast("Callable[..., str]", module.render)(results, verbose=verbose)
