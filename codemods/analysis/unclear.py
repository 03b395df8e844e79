"""Names whose meaning the source does not tell: ambiguous ones, those in strings, star imports.

And those that mean something else at a second look: iterators that are lists in the target, and
parameters that are more there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from codemods.api import TABLES
from codemods.traps import batch_statistics
from codemods.traps.exhausted import read_again
from codemods.traps.strings import misleading

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from codemods.analysis.names import Names
    from codemods.analysis.project import View
    from codemods.model import Options
    from codemods.syntax.source import Source


class Unclear(NamedTuple):
    """A name that is left, and what to do about it."""

    node: cst.CSTNode
    what: str
    reason: str
    hint: str


def unclear(source: Source, names: Names, options: Options, view: View | None) -> Iterator[Unclear]:
    """Yield every name in scope that cannot be decided."""
    for found in names.ambiguous:
        if options.scope == "all" or any("optim" in m for m in found.meanings):
            meanings = " or ".join(found.meanings)
            reason = f"this name means {meanings}, depending on the path taken"
            hint = "import it in one place, unconditionally"
            yield Unclear(found.node, source.text(found.node), reason, hint)
    ports_all = options.scope == "all" and options.target in TABLES
    for quoted in names.quoted:
        text = source.text(quoted.node)
        if ports_all or "optim" in text:
            hint = "write the annotation without quotes"
            yield Unclear(quoted.node, text, "a name of torch in a string", hint)
    for star in names.stars:
        reason = "a star import hides which names are torch's"
        yield Unclear(star, source.text(star), reason, "import the names that are used")
    for node in read_again(source, options.target) if ports_all else ():
        reason = "in torch it is an iterator, which an earlier read has emptied; here it is a list"
        yield Unclear(node, source.text(node), reason, "wrap it in list() where it is made")
    if ports_all and options.target == "paddle":
        for call in batch_statistics.meets_statistics(source, names, view):
            what, reason = source.text(call), batch_statistics.REASON
            yield Unclear(call, what, reason, batch_statistics.HINT)
    for node, reason, hint in misleading(source, TABLES[options.target]) if ports_all else ():
        yield Unclear(node, source.text(node), reason, hint)
