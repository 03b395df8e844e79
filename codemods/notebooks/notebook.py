"""A Jupyter notebook as one module, and the port of that module back into its cells.

The cells share one namespace and are meant to run from the first to the last, so they are ported
as one. Of the file only the text of a cell's `source` changes, where the port has changed that.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.notebooks.json_cells import BrokenNotebookError, code_cells, with_sources
from codemods.notebooks.magics import Magics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.model import Finding
    from codemods.notebooks.json_cells import CellSource

NOTEBOOK = ".ipynb"
# A declaration of an encoding counts in a file's first two lines; a cell never begins there.
HEAD = "#%optbridge%\n"
CELL = "#%optbridge-cell-{}%\n"
CELLS = re.compile(r"^#%optbridge-cell-\d+%\n", re.MULTILINE)

# How a reason names a line.
LINE = re.compile(r"\bline (\d+)")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook: `module` is all of its code, `starts` the line that each cell follows there."""

    text: str
    cells: Sequence[CellSource]
    magics: Magics
    module: bytes
    starts: Sequence[int]

    @classmethod
    def parse(cls, raw: bytes) -> Notebook:
        """Read a notebook.

        Raises:
            BrokenNotebookError: if it is none.
        """
        try:
            text = raw.decode()
            cells = code_cells(text)
            magics = Magics()
            module, starts = HEAD, []
            for cell in cells:
                module += CELL.format(cell.number)
                starts.append(module.count("\n"))
                module += magics.mask(cell.source) + "\n"
            return cls(text, cells, magics, module.encode(), starts)
        except UnicodeError as error:
            raise BrokenNotebookError(f"cannot be decoded: {error}") from error

    def put_back(self, module: bytes) -> bytes:
        """Return the file with the cells of a port.

        Raises:
            MagicChangedError: if a magic has to change.
        """
        head, *blocks = CELLS.split(self.magics.restore(module.decode()))
        sources = [block.removesuffix("\n") for block in blocks]
        sources[0] = head.removeprefix(HEAD) + sources[0]
        changed = [(c, s) for c, s in zip(self.cells, sources, strict=True) if s != c.source]
        return with_sources(self.text, changed).encode()

    def line_of(self, tag: str) -> int:
        """Return the line of the module that something stands in."""
        return self.module[: self.module.index(tag.encode())].count(b"\n") + 1

    def located(self, finding: Finding) -> Finding:
        """Return a finding in the module as one in its cell, and so the lines that it names."""
        cell, line = self._in_cell(finding.line)
        reason = LINE.sub(self._named_line, finding.reason)
        return replace(finding, line=line, cell=cell, reason=reason)

    def _named_line(self, found: re.Match[str]) -> str:
        cell, line = self._in_cell(int(found[1]))
        return f"line {line} of cell {cell}"

    def _in_cell(self, line: int) -> tuple[int, int]:
        """Return the cell that a line of the module is in, and the line of it there."""
        index = bisect_left(self.starts, line) - 1
        return (self.cells[index].number, line - self.starts[index]) if index >= 0 else (0, line)
