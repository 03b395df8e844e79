"""From facts to verdicts to edits: what becomes of every site of a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from textwrap import shorten
from typing import TYPE_CHECKING

from libcst.metadata import GlobalScope

from codemods.analysis.annotations import natives_of
from codemods.analysis.bundles import bundle
from codemods.analysis.collect import collect
from codemods.analysis.names import find_names, imported, in_package
from codemods.analysis.optim_names import HINT_LEFT, HINT_PATCH, Moved, OptimNames, Stuck
from codemods.analysis.scalers import stepped
from codemods.analysis.unclear import unclear
from codemods.analysis.unused import unused
from codemods.analysis.verbose import NOTE, named, verbose_of
from codemods.api import HINT, TABLES
from codemods.api.convert import choose
from codemods.api.ecosystem import needs_torch
from codemods.codes import GROUPS, LEFT, MEMBERS, PREFIXES, THROUGH, api_number
from codemods.imports import Move, plan_moves, taken_names
from codemods.judge import Judgement, judge
from codemods.model import Blocked, Bridge, Finding, Native, Refused, RemoveArgument, Replace
from codemods.signatures import bridge_name
from codemods.traps.operators import operator_uses
from codemods.values.infer import Types
from codemods.values.members import member_uses
from codemods.wishes.marks import mark
from codemods.wishes.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import libcst as cst

    from codemods.analysis.annotations import Natives
    from codemods.analysis.bundles import Bundle
    from codemods.analysis.names import Binding, Dotted, Names, Reference
    from codemods.analysis.project import View
    from codemods.model import Edit, Kind, Options, PrependLine
    from codemods.syntax.source import Source

WIDTH = 72  # of what stands at a site, in the report
# Packages whose names may go with their last use; others are where something else is as well.
DROPPED = ("torch.backends", "torch.optim")
HINT_ECOSYSTEM = "use what the target has in its place, or exchange numpy arrays with it"


@dataclass(slots=True)
class Plan:
    """The edits of a file, the findings of its report, and whether it will need `bridge`.

    `marks` are the comments that say, in a file written in part, what is left to do.
    """

    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    marks: list[PrependLine] = field(default_factory=list)
    needs_bridge: bool = False


def plan(source: Source, options: Options, view: View | None = None) -> Plan:
    """Decide on every site of a file; `view` tells of the other files of the run."""
    return _Planner(source, options, view).run()


class _Planner:
    def __init__(self, source: Source, options: Options, view: View | None) -> None:
        self.source, self.options, self.view = source, options, view
        self.names: Names = find_names(source)
        self.result = Plan()
        self.moves: list[Move] = []
        self.kept: list[Reference] = []
        self.native_names: dict[cst.CSTNode, str] = {}
        self.kept_names: set[cst.CSTNode] = set()
        self.wishes = Wishes(source, options)
        self.noted: set[str] = set()
        self.unused: list[tuple[Binding, str]] = []
        self.held: list[Binding] = []
        self.gone: list[Binding] = []
        self.dropped: set[cst.CSTNode] = set()
        self.optim = OptimNames(source, self.names, options)
        self.natives: Natives = {}
        self.unported: set[cst.CSTNode] = set()

    def run(self) -> Plan:
        self._hold()
        by_scalers = stepped(self.source, self.names, self.options)
        facts = collect(self.source, self.names, view=self.view, stepped=by_scalers)
        bundles = bundle(facts)
        judged = [(found, self._judge(found, bundles)) for found in bundles]
        for found, judgement in judged:
            if not self._is_skipped(found, judgement):
                self._bundle(found, judgement)
        if not self.kept_names:
            self.natives = natives_of(self.options.target, judged)
        for reference in self.names.references:
            self._reference(reference)
        if self.options.scope == "all" and self.options.target in TABLES:
            self._members()
            self._ecosystem()
        self._unclear()
        self._unused()
        targets = [*(m.target for m in self.moves), *(target for _, target in self.unused)]
        self.result.needs_bridge = any(in_package(t, "bridge") for t in targets)
        quoted = [q.binding for q in self.names.quoted]
        kept = [*(r.binding for r in self.kept), *quoted, *self.held]
        self.result.edits += plan_moves(
            self.source, self.names, self.moves, kept, self.unused, self.gone
        )
        self._collisions(targets)
        for told in self.wishes.told():
            self._report(*told)
        return self.result

    def _hold(self) -> None:
        """Keep the imports whose line the user wants left; their names are written out."""
        for binding in self.names.bindings:
            code = self._code(api_number(binding.qualified)) if self._ports_all() else "BR301"
            if (wish := self.wishes.asked(binding.alias, code)) is not None:
                self.held.append(binding)
                self._report(binding.alias, code, "skipped", binding.qualified, wish)

    # optimizers and schedulers

    def _judge(self, found: Bundle, bundles: list[Bundle]) -> Judgement:
        if self.optim.patch is not None:
            line = self.source.line(self.optim.patch.node)
            return Judgement(Refused(f"line {line} changes torch.optim itself", HINT_PATCH))
        others = [bundle for bundle in bundles if bundle is not found]
        return judge(self.source, found, self.options, self.view, others)

    def _bundle(self, found: Bundle, judgement: Judgement) -> None:
        match judgement.verdict:
            case Native(notes):
                self.result.edits += judgement.edits
                self.dropped.update(_left_out(judgement.edits))
                for construct in found.constructs:
                    outcome = judgement.outcomes[construct.call]
                    native = "" if outcome.is_absorbed else outcome.native
                    self.native_names[construct.reference.node] = native
                    what = f"{construct.title} -> {outcome.native}"
                    self._find(construct.call, outcome.code, "native", what)
                for use, code in judgement.used.items():
                    text = shorten(self.source.text(use), WIDTH, placeholder=" ...")
                    what = "parameter groups" if code == self._code(GROUPS) else text
                    self._find(use, code, "native", what)
                for note in notes:
                    self._find(found.constructs[0].call, self._code(801), "note", note)
            case Bridge(reason):
                self._to_bridge(found, reason)
            case Refused(reason, hint):
                for construct in found.constructs:
                    self.kept_names.add(construct.reference.node)
                    what = construct.title
                    self._find(construct.call, self._code(1), "refused", what, reason, hint)

    def _to_bridge(self, found: Bundle, reason: str) -> None:
        first = found.constructs[0]
        for construct in found.constructs:
            if construct is not first:
                reason = f"goes with line {self.source.line(first.call)}"
            what = f"{construct.title} -> {bridge_name(construct.reference.qualified) or ''}"
            self._find(construct.call, THROUGH[construct.role], "bridge", what, reason)
            if (verbose := verbose_of(construct)) is not None:
                self.result.edits += named(verbose)
                self._note(construct.call, 801, construct.title, (NOTE,))

    def _is_skipped(self, found: Bundle, judgement: Judgement) -> bool:
        """Leave a whole bundle where the user asks for it at one of its sites or codes."""
        if (wish := self.wishes.against_bundle(found, judgement)) is None:
            return False
        hint = self.wishes.hint(wish.code)
        line = f"goes with line {self.source.line(wish.node)}: "
        for construct in found.constructs:
            self.kept_names.add(construct.reference.node)
            reason = wish.reason if construct.call is wish.node else line + wish.reason
            self._report(construct.call, wish.code, "skipped", construct.title, reason, hint)
        return True

    # every name of torch

    def _reference(self, reference: Reference) -> None:
        if self._is_dropped(reference.node):
            self.gone.append(reference.binding)
        elif reference.node in self.kept_names:
            self.kept.append(reference)
        elif (native := self.native_names.get(reference.node)) is not None:
            if native:
                self._move(reference, reference.node, reference.qualified, native)
            else:
                self.gone.append(reference.binding)
        elif in_package(reference.qualified, "torch.optim"):
            self._optim(reference)
        elif self.options.scope == "all" and self.options.target in TABLES:
            self._api(reference)
        else:
            self.kept.append(reference)

    def _optim(self, reference: Reference) -> None:
        match self.optim.decide(reference, self.natives, self._code(301)):
            case Moved(node, qualified, target, code, kind):
                if code and self._is_unwanted(node, code, qualified):
                    self.kept.append(reference)
                    return
                self._move(reference, node, qualified, target)
                if code:
                    self._find(node, code, kind, f"{qualified} -> {target}")
            case Stuck(number, kind, reason, hint):
                self.kept.append(reference)
                if number:
                    code = self._code(number)
                    self._find(reference.node, code, kind, reference.qualified, reason, hint)

    # the rest of torch

    def _api(self, reference: Reference) -> None:
        node, qualified = reference.node, reference.qualified
        row = TABLES[self.options.target].names.get(qualified)
        if row is None:
            self._leave(reference, TABLES[self.options.target].why_left(qualified))
            return
        row, outcome = choose(self.source, node, qualified, row)
        if isinstance(outcome, Blocked):
            self._leave(reference, outcome.reason)
            return
        code = self._code(api_number(qualified))
        if self._is_unwanted(node, code, qualified):
            self.kept.append(reference)
            self.unported.add(node)
            return
        self.result.edits += outcome.edits
        self.dropped.update(_left_out(outcome.edits))
        if outcome.is_absorbed:  # the whole statement goes
            self.dropped.add(self.source.parents[self.source.parents[node]])
            self.gone.append(reference.binding)
        else:
            self._move(reference, node, qualified, row.to)
            self._find(node, code, "ported", f"{qualified} -> {row.to}")
        self._note(node, 802, qualified, outcome.notes)

    def _members(self) -> None:
        table = TABLES[self.options.target]
        # What a name that stays torch's makes is nothing of the target's.
        ported = tuple(r for r in self.names.references if r.node not in self.unported)
        types = Types(self.source, replace(self.names, references=ported), table)
        for found in operator_uses(self.source, types, table):
            self._find(found.node, self._code(LEFT), "left", found.name, found.reason, HINT_LEFT)
        imported = self._is_imported()
        handled = {e.node for e in self.result.edits if isinstance(e, Replace)}
        members = member_uses(
            self.source, self.names, types, table, is_imported=imported, is_whole=not self.kept
        )
        for use in members:
            if self._is_dropped(use.node):
                continue
            if self.source.parents.get(use.node) in handled:  # by the rules of its optimizer
                continue
            if isinstance(use.outcome, Blocked):
                self._find_left(use.node.attr, use.name, use.outcome.reason)
                continue
            if use.outcome.edits:
                if self._is_unwanted(use.node.attr, self._code(MEMBERS), use.name):
                    continue
                what = f"{use.name} -> {use.new_name}"
                self._find(use.node.attr, self._code(MEMBERS), "ported", what)
            self.result.edits += use.outcome.edits
            self._note(use.node.attr, 802, use.name, use.outcome.notes)

    def _ecosystem(self) -> None:
        for binding in imported(self.source, needs_torch):
            what, reason = binding.qualified, "it works with torch's tensors"
            self._find(binding.alias, self._code(LEFT), "left", what, reason, HINT_ECOSYSTEM)

    def _is_imported(self) -> bool:
        """Tell whether the port will have the target's own name everywhere, as `torch` is now."""
        moved = [*(m.reference.binding for m in self.moves), *(b for b, _ in self.unused)]
        return any(
            b.qualified == "torch" and isinstance(self.source.scopes[b.statement], GlobalScope)
            for b in moved
        )

    def _code(self, number: int) -> str:
        return f"{PREFIXES[self.options.target]}{number:03}"

    def _note(self, node: cst.CSTNode, number: int, name: str, notes: tuple[str, ...]) -> None:
        """Say what a reader has to know of a row, once for a file."""
        for note in notes:
            if note not in self.noted:
                self.noted.add(note)
                reason, _, hint = note.partition(HINT)
                self._find(node, self._code(number), "note", name, reason, hint)

    def _leave(self, reference: Reference, reason: str) -> None:
        self.kept.append(reference)
        self._find_left(reference.node, reference.qualified, reason)

    def _find_left(self, node: cst.CSTNode, what: str, told: str) -> None:
        """Report what is left; after a HINT the reason says what helps."""
        reason, _, hint = told.partition(HINT)
        self._find(node, self._code(LEFT), "left", what, reason, hint or HINT_LEFT)

    def _move(self, reference: Reference, node: Dotted, qualified: str, target: str) -> None:
        self.moves.append(Move(node, qualified, target, reference))

    # what cannot be decided

    def _unclear(self) -> None:
        for node, what, reason, hint in unclear(self.source, self.names, self.options, self.view):
            self._find(node, self._code(998), "left", what, reason, hint)

    def _unused(self) -> None:
        if self.options.scope != "all" or self.options.target not in TABLES:
            return
        used = tuple(r for r in self.names.references if not self._is_dropped(r.node))
        names = replace(self.names, references=used)
        for binding, target in unused(names, TABLES[self.options.target], self.options.target):
            is_gone = binding in self.gone and any(
                in_package(binding.qualified, package) for package in DROPPED
            )
            if is_gone or binding in self.held:
                continue
            code = self._code(api_number(binding.qualified))
            if target is not None and self._is_unwanted(binding.alias, code, binding.qualified):
                self.held.append(binding)
            elif target is not None:
                self.unused.append((binding, target))
            else:
                what, reason = binding.qualified, "it is imported and not used, and in no table"
                self._find(binding.alias, self._code(LEFT), "left", what, reason, "remove it")

    def _collisions(self, targets: Iterable[str]) -> None:
        roots = {target.partition(".")[0] for target in targets}
        for name, node in taken_names(self.source, roots).items():
            self._find(
                node,
                self._code(997),
                "refused",
                name,
                f"the port imports `{name}`, and this file uses that name for something else",
                "rename it first",
            )

    def _ports_all(self) -> bool:
        return self.options.scope == "all" and self.options.target in TABLES

    def _is_dropped(self, node: cst.CSTNode) -> bool:
        """Tell whether a node stands in what native code has no place for."""
        around = self.source.ancestors(node) if self.dropped else ()
        return node in self.dropped or any(a in self.dropped for a in around)

    def _is_unwanted(self, node: cst.CSTNode, code: str, what: str) -> bool:
        """Tell whether a site is left because the user asks for it, and report it then."""
        if self.wishes.silences(node, code, what):
            return True
        if (wish := self.wishes.against(node, code)) is None:
            return False
        self._report(node, code, "skipped", what, wish, self.wishes.hint(code))
        return True

    def _find(
        self, node: cst.CSTNode, code: str, kind: Kind, what: str, reason: str = "", hint: str = ""
    ) -> None:
        """Report a site, unless the user does not want to hear of what is left there."""
        if kind == "note" and self.wishes.against(node, code) is not None:
            return
        if kind in ("left", "refused") and self._is_unwanted(node, code, what):
            return
        self._report(node, code, kind, what, reason, hint)

    def _report(
        self, node: cst.CSTNode, code: str, kind: Kind, what: str, reason: str = "", hint: str = ""
    ) -> None:
        line, column = self.source.place(node)
        self.result.findings.append(Finding(line, column, code, kind, what, reason, hint))
        if kind in ("left", "refused"):
            self.result.marks.append(mark(node, code, kind, what, reason))


def _left_out(edits: Iterable[Edit]) -> Iterator[cst.CSTNode]:
    """Yield what edits take out, where they keep no part of it."""
    for edit in edits:
        match edit:
            case RemoveArgument(argument=argument):
                yield argument
            case Replace(node=node, parts=parts) if all(isinstance(part, str) for part in parts):
                yield node
