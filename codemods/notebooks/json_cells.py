"""Where the source of each code cell stands in the text of a notebook, and how to replace it.

A JSON writer would write all of the file anew: other indents, other escapes, other numbers. Here
everything but a changed line of a changed cell is copied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from json.decoder import JSONDecoder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BLANKS = " \t\r\n"
DECODER = JSONDecoder()


class BrokenNotebookError(Exception):
    """The text is no notebook that can be ported; the message says why."""


@dataclass(frozen=True, slots=True)
class CellSource:
    """The source of a code cell: `text[start:end]` is its JSON.

    `number` counts the code cells, as their numbers in an editor would if each ran once.
    """

    number: int
    source: str
    start: int
    end: int


def code_cells(text: str) -> list[CellSource]:
    """Return the source of every code cell; none if the notebook's language is another.

    Raises:
        BrokenNotebookError: if the text is no notebook of version 4.
    """
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenNotebookError(f"no JSON: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BrokenNotebookError("no notebook of version 4: it has no list of cells")
    if "python" not in _language(notebook):
        return []
    found: list[CellSource] = []
    for cell, start, _ in _elements(text, _member(text, _after_blanks(text, 0), "cells")[0]):
        if not isinstance(cell, dict) or "source" not in cell:
            raise BrokenNotebookError("a cell has no source")
        if cell.get("cell_type") == "code":
            where = _member(text, start, "source")
            found.append(CellSource(len(found) + 1, _joined(cell["source"]), *where))
    return found


def with_sources(text: str, changes: Iterable[tuple[CellSource, str]]) -> str:
    """Return a notebook with other sources in some cells, given in the order of the file."""
    done, position = "", 0
    for cell, source in changes:
        done += text[position : cell.start] + _replaced(text, cell, source)
        position = cell.end
    return done + text[position:]


def _replaced(text: str, cell: CellSource, source: str) -> str:
    """Return the JSON of a cell's source with another source, as much of the old kept as can be."""
    if text[cell.start] != "[":
        return _quoted(source, text)
    elements = list(_elements(text, cell.start))
    lines = source.splitlines(keepends=True)
    before = [element for element, _, _ in elements]
    kept = [text[start:end] for _, start, end in elements]
    new: list[str] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(
        None, before, lines, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            new += kept[start:end]
        else:
            new += [_quoted(line, text) for line in lines[new_start:new_end]]
    if not elements:
        return "[" + ", ".join(new) + "]"
    head = text[cell.start : elements[0][1]]
    tail = text[elements[-1][2] : cell.end]
    between = text[elements[0][2] : elements[1][1]] if len(elements) > 1 else "," + head[1:]
    return head + between.join(new) + tail


def _language(notebook: Mapping[str, Any]) -> str:
    """Return the language of a notebook's code, python where it does not say."""
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for name, key in (("language_info", "name"), ("kernelspec", "language")):
        said = metadata.get(name)
        if isinstance(said, dict) and isinstance(said.get(key), str):
            return str(said[key]).lower()
    return "python"


def _quoted(line: str, text: str) -> str:
    # Jupyter writes characters as they are, other tools escape them: as the file has it
    return json.dumps(line, ensure_ascii=text.isascii())


def _joined(source: object) -> str:
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise BrokenNotebookError("the source of a cell is neither a text nor a list of lines")


def _member(text: str, start: int, name: str) -> tuple[int, int]:
    """Return where the value of an object's member is; the last one of that name counts."""
    found = (start, start)
    position = _after_blanks(text, start + 1)
    while text[position] == '"':
        key, position = DECODER.raw_decode(text, position)
        position = _after_blanks(text, _after_blanks(text, position) + 1)
        _, end = DECODER.raw_decode(text, position)
        if key == name:
            found = (position, end)
        position = _after_blanks(text, end)
        if text[position] == ",":
            position = _after_blanks(text, position + 1)
    return found


def _elements(text: str, start: int) -> Iterator[tuple[Any, int, int]]:
    """Yield the elements of an array, and where each is."""
    position = _after_blanks(text, start + 1)
    while text[position] != "]":
        element, end = DECODER.raw_decode(text, position)
        yield element, position, end
        position = _after_blanks(text, end)
        if text[position] == ",":
            position = _after_blanks(text, position + 1)


def _after_blanks(text: str, position: int) -> int:
    while text[position : position + 1] in BLANKS and position < len(text):
        position += 1
    return position
