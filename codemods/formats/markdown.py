"""A summary in Markdown, fit for the body of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.report import NEEDS_BRIDGE, TOTALS, count, is_in_notebook, shown, totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.model import FileResult, Finding

# GitHub takes 65,536 characters; what the user writes around it has to fit, too.
ROOM = 60_000
MEANINGS = {
    "native": "the framework's own code, proven equal",
    "bridge": "`bridge` calls, with torch's meaning",
    "ported": "names that mean the same",
    "refused": "left as it was: it would train differently",
    "left": "left as it was: in no table yet",
    "skipped": "left as it was: as asked",
    "unreadable": "files that could not be ported at all",
}
STUCK = ("refused", "left", "error")
CUT = "\n*Not all of it fits in here: run `optbridge port` for the rest.*\n"


def render(results: Sequence[FileResult], *, verbose: bool) -> str:
    """Return the totals as a table, what is left to do, and each file's findings."""
    parts = ["## Port by optbridge\n", totals(results) + "\n", *_totals(results)]
    if any(r.needs_bridge for r in results):
        parts.append(f"> [!NOTE]\n> {NEEDS_BRIDGE}\n")
    parts += _left(results)
    parts += _files(results, verbose=verbose)
    return _fitting(parts)


def _totals(results: Sequence[FileResult]) -> Iterator[str]:
    counts = count(results)
    rows = [
        f"| {word} | {counts[kind]} | {MEANINGS[word]} |" for kind, word in TOTALS if counts[kind]
    ]
    if rows:
        yield "\n".join(["| verdict | sites | |", "|---|---:|---|", *rows, ""])


def _left(results: Sequence[FileResult]) -> Iterator[str]:
    found = [(r, f) for r in results for f in r.findings if f.kind in STUCK]
    if found:
        yield "### Left to do\n"
        yield from (f"- [ ] {_code(r.path.as_posix())} {_item(f)}" for r, f in found)
        yield ""


def _files(results: Sequence[FileResult], *, verbose: bool) -> Iterator[str]:
    for result in results:
        found = list(shown(result, verbose=verbose))
        if found:
            words = ", ".join(f"{n} {kind}" for kind, n in sorted(result.counts.items()))
            name = _html(result.path.as_posix())
            yield f"<details><summary><code>{name}</code>: {words}</summary>\n"
            yield from (f"- {_item(finding)}" for finding in found)
            yield "\n</details>\n"


def _item(finding: Finding) -> str:
    where = f"line {finding.line}"
    if is_in_notebook(finding):
        where = f"cell {finding.cell}, {where}"
    text = f"{where}, {finding.code} **{finding.kind}** {_code(finding.what)}"
    if finding.reason:
        text += f": {_plain(finding.reason)}"
    return f"{text}<br>Hint: {_plain(finding.hint)}" if finding.hint else text


def _code(text: str) -> str:
    """Return text as code, in as many backticks as it needs: a name may have any character."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{' '.join(text.split())}{fence}"


def _plain(text: str) -> str:
    """Return a sentence whose `code` stays code, and nothing else of which is read as markup."""
    parts = " ".join(text.split()).split("`")
    return "`".join(p if n % 2 else _escaped(p) for n, p in enumerate(parts))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\*_[]|" else c for c in _html(text))


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _fitting(parts: Iterable[str]) -> str:
    text = ""
    for part in parts:
        if len(text) + len(part) + len(CUT) > ROOM:
            return text + CUT
        text += part + "\n"
    return text
