"""What the user wants left as it is: by comments at lines, by codes on the command line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from bridge.equivalents import equivalents_of
from codemods.analysis.facts import MethodCall
from codemods.codes import MEMBERS, PREFIXES, RULES, THROUGH
from codemods.model import Bridge, Native, Refused, RemoveArgument
from codemods.wishes.selection import objection
from codemods.wishes.skips import Skips

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from codemods.analysis.bundles import Bundle
    from codemods.judge import Judgement
    from codemods.model import Kind, Options
    from codemods.syntax.source import Source

UNUSED = "there is nothing here that it keeps from being ported"
MIXED = "it stays torch's: a tensor of the new framework that meets it fails"
SAME_NAME = "on the new framework's own objects the same name may be another thing"


class Told(NamedTuple):
    """A finding on what the user asked for."""

    node: cst.CSTNode
    code: str
    kind: Kind
    what: str
    reason: str
    hint: str = ""


class Wish(NamedTuple):
    """Why a bundle is left, and the site that says so, with the code that it would get."""

    node: cst.CSTNode
    code: str
    reason: str


class Wishes:
    """The comments of a file and the codes of the run, asked about one site after the other."""

    def __init__(self, source: Source, options: Options) -> None:
        self.source, self.options = source, options
        self.skips = Skips(source)
        self.silent: dict[str, list[tuple[cst.CSTNode, str]]] = defaultdict(list)

    def against(self, node: cst.CSTNode, code: str) -> str | None:
        """Return why a site is left as it is, None if the rule `code` may have it."""
        return self.asked(node, code) or objection(self.options, code)

    def asked(self, node: cst.CSTNode, code: str) -> str | None:
        """Return why a comment leaves a site as it is, None if there is none."""
        skip = None if RULES[code].is_fixed else self.skips.covering(node, code)
        return None if skip is None else f"left as `{skip.text}` asks"

    def against_bundle(self, found: Bundle, judgement: Judgement) -> Wish | None:
        """Return why a whole bundle is left as it is, None if its verdict may be carried out."""
        for node, code in self._coded(found, judgement):
            if (reason := self.against(node, code)) is not None:
                if isinstance(judgement.verdict, Bridge) and self.options.style == "auto":
                    reason = f"{judgement.verdict.reason}; {reason}"
                return Wish(node, code, reason)
        for node, code in self._touched(found, judgement) if self.skips.by_line else ():
            if (reason := self.asked(node, code)) is not None:
                return Wish(node, code, reason)
        return None

    def _coded(self, found: Bundle, judgement: Judgement) -> Iterator[tuple[cst.CSTNode, str]]:
        """Yield every construction, and every class for it, with the code that it would get."""
        for construct in found.constructs:
            match judgement.verdict:
                case Native():
                    code = judgement.outcomes[construct.call].code
                case Bridge():
                    code = THROUGH[construct.role]
                case Refused():
                    code = f"{PREFIXES[self.options.target]}001"
            yield construct.call, code
            if construct.owner is not None:
                yield construct.reference.node, code

    def _touched(self, found: Bundle, judgement: Judgement) -> Iterator[tuple[cst.CSTNode, str]]:
        """Yield what else stands for a bundle, whatever its verdict.

        A port of the rest can change the verdict; what is skipped in a first run is in a second.
        """
        target = self.options.target
        for construct in found.constructs:
            yield from ((construct.call, r.code) for r in equivalents_of(target, construct.name))
        if target == "bridge":
            return
        used = f"{PREFIXES[target]}301"
        for _, use in found.uses():
            yield (use.call if isinstance(use, MethodCall) else use.node), used
        yield from judgement.used.items()
        calls = {construct.call for construct in found.constructs}
        for edit in judgement.edits:
            node = edit.argument if isinstance(edit, RemoveArgument) else edit.node
            if calls.isdisjoint(self.source.ancestors(node)):
                yield node, used

    def hint(self, code: str) -> str:
        """Return what to mind where a site is left in a file that is otherwise ported."""
        if self.options.scope == "optim" or self.options.target == "bridge":
            return ""
        return SAME_NAME if code.endswith(str(MEMBERS)) else MIXED

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
            yield Told(node, code, "skipped", what + more, reason, self.hint(code))
        for skip, reason in self.skips.unknown():
            yield Told(skip.node, "OB102", "note", skip.text, reason)
        for skip in self.skips.unused(self.options):
            yield Told(skip.node, "OB101", "note", skip.text, UNUSED)
