"""What IPython understands in a cell beyond Python, and what stands in for it while it is ported.

A stand-in has the same number of lines, binds the same names and ends in a comment of its own, by
which it is found again: comments never change. A magic whose argument is Python is seen by the
port, so that it knows every use of an optimizer, but it may not change.

https://ipython.readthedocs.io/en/stable/interactive/magics.html
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from codemods.analysis.parsing import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

TAG = "#%optbridge-{}%"
# Cells of these are not run as Python in this notebook, whatever they hold.
OTHER_CELLS = frozenset({"file", "html", "markdown", "python", "python2", "python3", "writefile"})
# What takes a statement of Python; with an option before that the line is only a `pass`.
PYTHON_LINES = re.compile(r"%(?:time|timeit|prun|memit)\s+(?P<code>[^-\s].*)")
ESCAPE = re.compile(r"[%!?/,;]")
ASSIGNED = re.compile(r"(?P<target>[\w.\[\]'\", ]+?)\s*=\s*[%!](?!=)")
HELP = re.compile(r"[\w.%*\[\]'\"]+\?{1,2}\s*$")
INSIDE = ("multi-line", "triple-quoted")  # how tokenize says that a line is not at its end


class MagicChangedError(Exception):
    """The port would change a magic; `original` is its line, `tag` is in that of its stand-in."""

    def __init__(self, original: str, tag: str) -> None:
        super().__init__(original)
        self.original, self.tag = original, tag


class Magics:
    """The stand-ins of a notebook, and the lines that they stand in for."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[str, str]] = {}

    def mask(self, cell: str) -> str:
        """Return a cell with a stand-in for each line that is no Python."""
        if "%%" in cell and (found := re.match(r"\s*%%(\w+)", cell)) is not None:
            return "\n".join(self._masked_cell(cell.split("\n"), found[1]))
        if parsed(cell.encode(errors="surrogatepass")) is not None:
            return cell
        return "\n".join(self._masked(cell.split("\n")))

    def restore(self, text: str) -> str:
        """Return a text with every line back in its place.

        Raises:
            MagicChangedError: if one cannot be put back, because the port has changed it.
        """
        lines = text.split("\n")
        missing = dict(self._lines)
        for number, line in enumerate(lines):
            tag = line[line.rfind("#") :]
            if tag in missing:
                original, stand_in = missing.pop(tag)
                if line != stand_in:
                    raise MagicChangedError(original, tag)
                lines[number] = original
        for tag, (original, _) in missing.items():
            raise MagicChangedError(original, tag)
        return "\n".join(lines)

    def _masked_cell(self, lines: list[str], name: str) -> Iterator[str]:
        start = next(n for n, line in enumerate(lines) if line.strip()) + 1
        body = list(self._masked(lines[start:]))
        is_python = name not in OTHER_CELLS and parsed("\n".join(body).encode()) is not None
        yield from (self._stand_in(line, "") for line in lines[:start])
        yield from body if is_python else (self._stand_in(line, "") for line in lines[start:])

    def _masked(self, lines: list[str]) -> Iterator[str]:
        done: list[str] = []
        continues = False
        for line in lines:
            if continues:
                continues = line.endswith("\\")
                done.append(self._stand_in(line, ""))
                continue
            code = _stand_in(line.strip())
            if code is not None and not _is_inside(done):
                indent = line[: len(line) - len(line.lstrip())]
                continues = line.endswith("\\")
                done.append(self._stand_in(line, f"{indent}{code}  "))
            else:
                done.append(line)
        yield from done

    def _stand_in(self, original: str, code: str) -> str:
        tag = TAG.format(len(self._lines))
        self._lines[tag] = (original, code + tag)
        return code + tag


def _stand_in(line: str) -> str | None:
    """Return what a line does, as far as the port needs to know; None if it is Python."""
    if (found := PYTHON_LINES.fullmatch(line)) is not None and _is_python(found["code"]):
        return found["code"]
    if (found := ASSIGNED.match(line)) is not None:
        return f"{found['target']} = get_ipython()"
    return "pass" if ESCAPE.match(line) or HELP.match(line) else None


def _is_python(code: str) -> bool:
    return "#" not in code and parsed(code.encode()) is not None


def _is_inside(lines: list[str]) -> bool:
    """Tell whether the line after these is in the middle of a statement or string."""
    if lines and lines[-1].endswith("\\"):
        return True
    text = "".join(f"{line}\n" for line in lines)
    try:
        list(tokenize.generate_tokens(io.StringIO(text).readline))
    except tokenize.TokenError as error:
        return any(words in str(error) for words in INSIDE)
    except SyntaxError:
        return False
    return False
