"""The verdict on a bundle: native where it is provably equal, else bridge, else refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from bridge.equivalents import TORCH_ONLY
from codemods.analysis.exposure import misused, warnings
from codemods.analysis.facts import MethodCall
from codemods.analysis.names import bindings_of
from codemods.codes import GROUPS, PREFIXES
from codemods.model import Blocked, Bridge, Converted, Native, Refused
from codemods.rules import NATIVE
from codemods.rules.requirements import Surroundings
from codemods.signatures import bridge_name
from codemods.versions import lacks, parsed, version_of
from codemods.wishes.selection import objection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.analysis.bundles import Bundle
    from codemods.analysis.project import View
    from codemods.model import Edit, Options, Verdict
    from codemods.syntax.source import Source

# Packages whose consumers of an optimizer know torch's only; bridge's would fail in them.
TORCH_PACKAGES = ("accelerate", "apex", "deepspeed", "pytorch_lightning", "lightning", "fairscale")


@dataclass(slots=True)
class Judgement:
    """A verdict, and for native the edits, each construction's outcome, the codes of the rest."""

    verdict: Verdict
    edits: list[Edit] = field(default_factory=list)
    outcomes: dict[cst.Call, Converted] = field(default_factory=dict)
    used: dict[cst.CSTNode, str] = field(default_factory=dict)


def judge(
    source: Source,
    found: Bundle,
    options: Options,
    view: View | None = None,
    others: Sequence[Bundle] = (),
) -> Judgement:
    """Decide on one bundle.

    Args:
        source: the file.
        found: the bundle.
        options: what the user asked for.
        view: what the other files of the run do, if they are read.
        others: the file's other bundles.
    """
    if (refusal := _refusal(source, found, options)) is not None:
        return Judgement(refusal)
    judgement = Judgement(Bridge("bridge was asked for"))
    if options.target != "bridge" and options.style != "bridge":
        optimizers = (construct for other in others for construct in other.optimizers)
        version = parsed(version_of(options))
        around = Surroundings(source, found, version, tuple(optimizers))
        judgement = _native(around, options, view)
    if isinstance(judgement.verdict, Bridge) and (reason := lacks(options, "BR101")) is not None:
        reason = f"{judgement.verdict.reason}; {reason}"
        return Judgement(Refused(reason, "port to the newest version, or change the code"))
    if isinstance(judgement.verdict, Bridge) and options.style == "native":
        hint = "take --style auto, which uses bridge here, or change the code"
        return Judgement(Refused(judgement.verdict.reason, hint))
    return judgement


def _refusal(source: Source, found: Bundle, options: Options) -> Refused | None:
    for construct in found.constructs:
        if options.target != "bridge" and construct.name in TORCH_ONLY:
            hint = "keep this optimizer on torch, or use its dense counterpart"
            return Refused(TORCH_ONLY[construct.name], hint)
        if bridge_name(construct.reference.qualified) is None:
            hint = "keep this part on torch, or use an optimizer that bridge has"
            return Refused(f"bridge has no {construct.name}", hint)
    for package in TORCH_PACKAGES if found.escapes else ():
        if _imports(source, package):
            escape = found.escapes[0]
            way = f"it is passed to `{escape.consumer}`" if escape.consumer else escape.reason
            reason = f"{way}, and {package} knows torch's only"
            return Refused(reason, f"take {package} out of this script first")
    return None


def _imports(source: Source, package: str) -> bool:
    found: Iterator[cst.Import | cst.ImportFrom] = source.each(cst.Import, cst.ImportFrom)
    return any(
        binding.qualified.partition(".")[0] == package
        for node in found
        for binding in bindings_of(node)
    )


def _native(around: Surroundings, options: Options, view: View | None) -> Judgement:
    source, found, rules = around.source, around.bundle, NATIVE[options.target]
    judgement = Judgement(Native())
    used, grouped = (f"{PREFIXES[options.target]}{number}" for number in (301, GROUPS))
    notes: list[str] = []
    for construct in found.constructs:
        outcome = rules.convert_construct(around, construct)
        if isinstance(outcome, Blocked):
            return Judgement(Bridge(outcome.reason))
        if outcome.groups is not None:
            judgement.used[outcome.groups] = grouped
        codes = [outcome.code, *([grouped] if outcome.groups is not None else [])]
        if (reason := _unwanted(options, codes)) is not None:
            return Judgement(Bridge(reason))
        judgement.outcomes[construct.call] = outcome
        judgement.edits += outcome.edits
        notes += outcome.notes
    if (reason := _escape(source, found) or misused(found, rules.WORDS, view)) is not None:
        return Judgement(Bridge(reason))
    notes += warnings(source, found, rules.WORDS, view)
    for role, use in found.uses():
        outcome = rules.WORDS.convert(around, role, use)
        if isinstance(outcome, Blocked):
            return Judgement(Bridge(outcome.reason))
        judgement.edits += outcome.edits
        notes += outcome.notes
        if outcome.edits and (reason := objection(options, used)) is not None:
            return Judgement(Bridge(reason))
        if outcome.edits:
            judgement.used[use.call if isinstance(use, MethodCall) else use.node] = used
    judgement.verdict = Native(tuple(dict.fromkeys(notes)))
    return judgement


def _unwanted(options: Options, codes: Iterable[str]) -> str | None:
    """Return why a rule does not hold for the version that is written for, or is not wanted."""
    reasons = (lacks(options, code) or objection(options, code) for code in codes)
    return next((reason for reason in reasons if reason is not None), None)


def _escape(source: Source, found: Bundle) -> str | None:
    if not found.escapes:
        return None
    escape = found.escapes[0]
    return f"{escape.reason} (line {source.line(escape.node)})"
