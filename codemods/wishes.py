"""What the user wants left as it is: by comments at lines, by codes on the command line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from codemods.codes import RULES
from codemods.selection import objection
from codemods.skips import Skips

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from codemods.model import Kind, Options
    from codemods.source import Source

UNUSED = "there is nothing here that it keeps from being ported"


class Told(NamedTuple):
    """A finding on what the user asked for."""

    node: cst.CSTNode
    code: str
    kind: Kind
    what: str
    reason: str


class Wishes:
    """The comments of a file and the codes of the run, asked about one site after the other."""

    def __init__(self, source: Source, options: Options) -> None:
        self.source, self.options = source, options
        self.skips = Skips(source)
        self.silent: dict[str, list[tuple[cst.CSTNode, str]]] = defaultdict(list)

    def against(self, node: cst.CSTNode, code: str) -> str | None:
        """Return why a site is left as it is, None if the rule `code` may have it."""
        skip = None if RULES[code].is_fixed else self.skips.covering(node, code)
        if skip is not None:
            return f"left as `{skip.text}` asks"
        return objection(self.options, code)

    def silences(self, node: cst.CSTNode, code: str, what: str) -> bool:
        """Tell whether a name that no rule may have is only counted: codes turned it off."""
        if objection(self.options, code) is None or self.skips.covering(node, code) is not None:
            return False
        self.silent[code].append((node, what))
        return True

    def told(self) -> Iterator[Told]:
        """Yield what there is to say of the wishes themselves, once all sites were asked about."""
        for code, sites in self.silent.items():
            node, what = sites[0]
            more = f" and {len(sites) - 1} more" if len(sites) > 1 else ""
            reason = objection(self.options, code) or ""
            yield Told(node, code, "skipped", what + more, reason)
        for skip, reason in self.skips.unknown():
            yield Told(skip.node, "OB102", "note", skip.text, reason)
        for skip in self.skips.unused(self.options):
            yield Told(skip.node, "OB101", "note", skip.text, UNUSED)
