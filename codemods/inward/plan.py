"""Decide on every native optimizer of a file: bridge's, or left as it is with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.bundles import bundle
from codemods.analysis.collect import collect
from codemods.analysis.facts import MethodCall
from codemods.analysis.names import find_names
from codemods.imports import Move, plan_moves
from codemods.inward.arguments import as_text
from codemods.inward.build import Built, build
from codemods.inward.links import link
from codemods.inward.requirements import unfit_schedule
from codemods.inward.tables import ROWS
from codemods.inward.uses import convert_called, convert_use
from codemods.model import AppendLine, Blocked, Finding, Replace, RewriteStatement
from codemods.plan import Plan
from codemods.wishes.marks import mark
from codemods.wishes.wishes import Wishes

if TYPE_CHECKING:
    from codemods.analysis.bundles import Bundle
    from codemods.analysis.facts import Role
    from codemods.inward.build import Spelled
    from codemods.model import Edit, Kind, Options
    from codemods.syntax.source import Source

MODULES = {"paddle": "paddle.optimizer.", "oneflow": "oneflow.optim."}
SUBMODULES = ("lr.", "lr_scheduler.")
BASES = ("Optimizer", "LRScheduler", "_LRScheduler")
CODES: dict[Role, str] = {"optimizer": "BR401", "scheduler": "BR402"}
REFUSED = "BR404"
HINT = "keep it native; bridge.wrap(optimizer) gives it torch's param_groups as it is"
# Paddle's optimizers honour what a parameter was made with, bridge's do not look at it.
OWN_SETTINGS = ("learning_rate", "regularizer")


def plan(source: Source, options: Options) -> Plan:
    """Decide on every native optimizer and scheduler of a file."""
    return _Planner(source, options).run()


class _Planner:
    def __init__(self, source: Source, options: Options) -> None:
        self.source, self.framework = source, options.origin
        self.names = find_names(source, self.framework)
        self.result = Plan()
        self.moved: set[cst.CSTNode] = set()
        self.built: list[Built] = []
        self.wishes = Wishes(source, options)

    def run(self) -> Plan:
        facts = collect(self.source, self.names, self._class_of)
        self.links = link(self.source, facts)
        for found in bundle(facts):
            self._bundle(found)
        calls = {c.call for c in facts.constructs}
        moves = []
        for reference in self.names.references:
            if reference.node in self.moved:
                target = f"bridge.optim.{ROWS[reference.qualified].to}"
                moves.append(Move(reference.node, reference.qualified, target, reference))
            elif (
                self._class_of(reference.qualified)
                and self.source.parents.get(reference.node) not in calls
            ):
                reason = "the class is used as a value"
                self._refuse(reference.node, reference.qualified, reason)
        kept = [r.binding for r in self.names.references if r.node not in self.moved]
        self.result.edits += self._written(plan_moves(self.source, self.names, moves, kept, ()))
        self.result.needs_bridge = bool(moves)
        for told in self.wishes.told():
            self._find(*told)
        return self.result

    def _class_of(self, qualified: str) -> tuple[Role, str] | None:
        module = MODULES[self.framework]
        rest = qualified.removeprefix(module)
        role: Role = "scheduler" if rest.startswith(SUBMODULES) else "optimizer"
        name = rest.rpartition(".")[2]
        is_class = qualified.startswith(module) and name[:1].isupper() and name not in BASES
        return (role, name) if is_class else None

    def _bundle(self, found: Bundle) -> None:
        outcome = self._judge(found)
        if self._is_skipped(found, is_refused=isinstance(outcome, Blocked)):
            return
        if isinstance(outcome, Blocked):
            for construct in found.constructs:
                self._refuse(construct.call, construct.reference.qualified, outcome.reason)
            return
        built, edits = outcome
        self.built.append(built)
        self.result.edits += [*built.edits, *edits]
        for construct in found.constructs:
            self.moved.add(construct.reference.node)
            row = ROWS[construct.reference.qualified]
            what = f"{row.native} -> bridge.optim.{row.to}"
            self._find(construct.call, CODES[construct.role], "bridge", what)

    def _is_skipped(self, found: Bundle, *, is_refused: bool) -> bool:
        """Leave a whole bundle where the user asks for it at one of its sites or codes."""
        for site in found.constructs:
            code = REFUSED if is_refused else CODES[site.role]
            if (wish := self.wishes.against(site.call, code)) is not None:
                for construct in found.constructs:
                    what = construct.reference.qualified
                    self._find(construct.call, code, "skipped", what, wish)
                return True
        return False

    def _judge(self, found: Bundle) -> tuple[Built, list[Edit]] | Blocked:
        if (reason := self._unfit(found)) is not None:
            return Blocked(reason)
        built = build(self.source, found, self.links, self.framework)
        if isinstance(built, Blocked):
            return built
        edits: list[Edit] = []
        for role, use in found.uses():
            if isinstance(use, MethodCall) and use.call in built.replaced:
                continue
            used = convert_use(self.source, self.framework, role, use)
            if isinstance(used, Blocked):
                return used
            edits += used.edits
        for call in self.links.asked:
            if self._is_of(call, found):
                edits += convert_called(call).edits
        return built, edits

    def _unfit(self, found: Bundle) -> str | None:
        if (owner := self._parameter_with_settings()) is not None:
            return f"`{owner}` gives a parameter settings of its own, of Paddle's"
        if found.escapes:
            return found.escapes[0].reason
        if not found.optimizers:
            return "its optimizer is made where it is not followed"
        is_told = any(
            role == "scheduler"
            and isinstance(use, MethodCall)
            and use.method == "step"
            and use.call.args
            for role, use in found.uses()
        )
        if is_told and not any(c.name.startswith("Reduce") for c in found.schedulers):
            return "the scheduler's `step` is told an epoch"
        return unfit_schedule(self.source, found, self.links)

    def _is_of(self, call: cst.Call, found: Bundle) -> bool:
        return any(
            isinstance(call.func, cst.Name | cst.Attribute)
            and self.source.text(call.func).rpartition(".")[2] == slot.key[1]
            for slot in found.scheduler_slots
        )

    def _parameter_with_settings(self) -> str | None:
        for reference in self.names.references:
            call = self.source.parents.get(reference.node)
            arguments = call.args if isinstance(call, cst.Call) else ()
            has_own = any(a.keyword and a.keyword.value in OWN_SETTINGS for a in arguments)
            if has_own and reference.qualified.endswith("ParamAttr"):
                return self.source.text(call) if call is not None else None
        return None

    def _written(self, moves: list[Edit]) -> list[Edit]:
        """Write moved statements out with the names that the file will have."""
        names = {e.node: "".join(map(str, e.parts)) for e in moves if isinstance(e, Replace)}
        gone = [call for built in self.built for call in built.spelled]
        edits = [
            edit
            for edit in moves
            if not (
                isinstance(edit, Replace)
                and any(call in self.source.ancestors(edit.node) for call in gone)
            )
        ]
        for built in self.built:
            edits += [RewriteStatement(statement, ()) for statement in built.removed]
            for spelled in built.spelled.values():
                if spelled.after is not None:
                    text = self._spell(spelled, built, names)
                    edits.append(AppendLine(spelled.after, f"{spelled.target} = {text}"))
        return edits

    def _spell(self, spelled: Spelled, built: Built, names: dict[cst.CSTNode, str]) -> str:
        node = spelled.construct.reference.node
        first = spelled.first
        if not isinstance(first, str):
            first = self._spell(built.spelled[first.call], built, names)
        return as_text(self.source, spelled.given, names.get(node, self.source.text(node)), first)

    def _refuse(self, node: cst.CSTNode, what: str, reason: str) -> None:
        self._find(node, REFUSED, "refused", what, reason, HINT)

    def _find(
        self, node: cst.CSTNode, code: str, kind: Kind, what: str, reason: str = "", hint: str = ""
    ) -> None:
        line, column = self.source.place(node)
        self.result.findings.append(Finding(line, column, code, kind, what, reason, hint))
        if kind == "refused":
            self.result.marks.append(mark(node, code, kind, what, reason))
