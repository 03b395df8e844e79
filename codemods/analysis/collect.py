"""Find a file's optimizers and schedulers, and follow them from slot to slot."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeAlias

import libcst as cst
from libcst.metadata import Assignment, ClassScope

from codemods.analysis.callees import Callee, Callees, is_imported, leaves_none, optimizer_argument
from codemods.analysis.compositions import composition_of, members_list
from codemods.analysis.facts import (
    AttributeUse,
    Away,
    Construct,
    Escape,
    Facts,
    Inflow,
    MethodCall,
    Slot,
    class_of,
)
from codemods.analysis.hidden import reached_by_string
from codemods.analysis.instances import Instances
from codemods.analysis.names import parts_of_names
from codemods.analysis.subclasses import own_schedulers
from codemods.analysis.targets import Leaf, Result, goal_of, leaves, leaves_of
from codemods.analysis.whereabouts import (
    bound_in_body,
    consumer,
    is_only_tested,
    is_variable,
    whereabouts,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from libcst.metadata import Scope

    from codemods.analysis.facts import Classify, SlotKey
    from codemods.analysis.names import Names
    from codemods.analysis.project import View
    from codemods.analysis.targets import Place
    from codemods.syntax.source import Source

    Meaning: TypeAlias = Mapping[SlotKey | None, list[cst.BaseExpression]]

# What a gradient scaler does with an optimizer.
STEPPED: Final = frozenset(("step()",))


def collect(
    source: Source,
    names: Names,
    classify: Classify = class_of,
    view: View | None = None,
    stepped: Collection[cst.CSTNode] = (),
) -> Facts:
    """Find every optimizer and scheduler of a file and follow what holds them.

    `classify` tells which class a dotted name means; by default torch's are meant. `view` tells
    what functions of other files do with what they are handed. `stepped` are the arguments of
    calls that do with an optimizer what its own step does.
    """
    constructs = [*_constructs(source, names, classify), *own_schedulers(source, names)]
    if not constructs:
        return Facts()
    collector = _Collector(source, names, constructs, view)
    collector.stepped.update(stepped)
    return collector.run()


def _constructs(source: Source, names: Names, classify: Classify) -> Iterator[Construct]:
    for reference in names.references:
        role = classify(reference.qualified)
        parent = source.parents.get(reference.node)
        if role and isinstance(parent, cst.Call) and parent.func is reference.node:
            yield Construct(*role, parent, reference)


class _Collector:
    def __init__(
        self, source: Source, names: Names, constructs: list[Construct], view: View | None
    ) -> None:
        self.source, self.view = source, view
        self.facts = Facts()
        self.by_call: dict[cst.CSTNode, Construct] = {c.call: c for c in constructs}
        self.parameters: dict[SlotKey, tuple[Callee, cst.Param]] = {}
        self.attributes: dict[str, list[cst.Attribute]] = {}
        self.names: dict[str, list[cst.Name]] = {}
        self.meanings: dict[tuple[bool, str], Meaning] = {}
        self.strays: dict[str, list[cst.BaseExpression]] = {}
        self.returns: dict[cst.CSTNode, list[cst.Return]] = defaultdict(list)
        self.generators: set[cst.CSTNode] = set()
        self.stepped: set[cst.CSTNode] = set()
        modules = parts_of_names(source, names)
        attributes = (a for a in source.each(cst.Attribute) if a not in modules)
        for attribute in sorted(attributes, key=source.start):
            self.attributes.setdefault(attribute.attr.value, []).append(attribute)
        for name in sorted(source.each(cst.Name), key=source.start):
            if is_variable(source, name):
                self.names.setdefault(name.value, []).append(name)
        results: Iterator[cst.Return | cst.Yield] = source.each(cst.Return, cst.Yield)
        for result in sorted(results, key=source.start):
            self._note_result(result)
        self.instances = Instances(source, names, self.attributes)
        self.callees = Callees(source, self.instances.of, self.attributes)
        # What arrives where: an expression, or one place of it, and the slot that it gets into.
        self.arrived: dict[Leaf, SlotKey] = {}

    def _note_result(self, node: cst.Return | cst.Yield) -> None:
        function = self.source.enclosing(node, cst.FunctionDef, cst.Lambda)
        if isinstance(node, cst.Yield) and function is not None:
            self.generators.add(function)
        elif isinstance(node, cst.Return) and function is not None:
            self.returns[function].append(node)

    def run(self) -> Facts:
        self.facts.constructs = list(self.by_call.values())
        for construct in self.facts.constructs:
            self._place(construct)
        # Slots that are fed by others (a function's parameter) appear while the first are read.
        done: set[SlotKey] = set()
        while pending := [s for k, s in self.facts.slots.items() if k not in done]:
            for slot in pending:
                done.add(slot.key)
                self._read(slot)
        for slot in list(self.facts.slots.values()):
            self._check_inside(slot)
            self._check_outside(slot)
        for construct in self.facts.constructs:
            if construct.role == "scheduler":
                self._link(construct)
        return self.facts

    # where an object goes

    def _place(self, construct: Construct) -> None:
        if composition_of(self.source, self.by_call, construct.call) is not None:
            return  # it is a member of a scheduler, which the rules look up
        key = self._send(Leaf(construct.call), None)
        if key is None:
            where = whereabouts(self.source, construct.call)
            used_by = consumer(self.source, construct.call)
            self.facts.loose[construct.call] = Escape(construct.call, where, used_by)
        else:
            self._slot(key).constructs.append(construct)

    def _send(self, leaf: Leaf, origin: SlotKey | None) -> SlotKey | None:
        """Follow what an expression gives into the next slot; None where there is none."""
        goal = goal_of(self.source, leaf.node, leaf.place)
        key: SlotKey | None
        if isinstance(goal, Result):
            key = (goal.function, _returned(goal.place))
        else:
            key = self.key_of(goal) if goal is not None else None
        if key is not None:
            self.arrived[leaf] = key
            self._slot(key).inflows.append(Inflow(leaf.node, origin))
        return key

    def key_of(self, node: cst.BaseExpression) -> SlotKey | None:
        """Return the slot that a name or an attribute means, None for anything else."""
        if isinstance(node, cst.Name):
            scope = self.source.scopes.get(node)
            owner = _owner(scope, node.value)
            # A name in a class's body is also an attribute of the class and of every instance.
            is_followed = owner is not None and not isinstance(owner, ClassScope)
            return (owner, node.value) if is_followed else None
        if isinstance(node, cst.Attribute):
            owner_class = self.instances.of(node.value)
            return (owner_class, node.attr.value) if owner_class is not None else None
        return None

    def _slot(self, key: SlotKey) -> Slot:
        return self.facts.slots.setdefault(key, Slot(key))

    # what is done with a slot

    def _read(self, slot: Slot) -> None:
        owner, name = slot.key
        if isinstance(owner, cst.FunctionDef):
            self._read_result(slot, owner, _place_of(name))
            return
        # Not the assignments' references: a use above the assignment, in a loop, is none of them.
        for node in self._meaning(name, is_attribute=isinstance(owner, cst.ClassDef))[slot.key]:
            if not self._is_target(node):
                self._use(slot, node)

    def _meaning(self, name: str, *, is_attribute: bool) -> Meaning:
        """Return the nodes of a name, by the slot that each means."""
        if (is_attribute, name) not in self.meanings:
            found: dict[SlotKey | None, list[cst.BaseExpression]] = defaultdict(list)
            nodes = self.attributes if is_attribute else self.names
            for node in nodes.get(name, ()):
                found[self.key_of(node)].append(node)
            self.meanings[is_attribute, name] = found
        return self.meanings[is_attribute, name]

    def _is_target(self, node: cst.CSTNode) -> bool:
        parent = self.source.parents.get(node)
        if isinstance(parent, cst.Element):
            return leaves_of(self.source, node) is not None
        if isinstance(parent, cst.AnnAssign | cst.For | cst.CompFor):
            return parent.target is node
        return isinstance(parent, cst.AssignTarget | cst.AsName | cst.Del)

    def _read_result(self, slot: Slot, function: cst.FunctionDef, place: Place) -> None:
        """Follow what a function returns to where its calls are assigned."""
        owner = self.source.enclosing(function, cst.ClassDef, cst.FunctionDef)
        is_method = isinstance(owner, cst.ClassDef)
        found = self.callees.calls_of(Callee(function, is_bound=is_method))
        is_wrapped = bool(function.decorators) or function.asynchronous is not None
        may_be_another = isinstance(owner, cst.ClassDef) and (
            bool(owner.bases) or self.callees.is_extended(owner)
        )
        if is_wrapped or may_be_another or function in self.generators or not found.calls:
            slot.uses.append(Escape(self.returns[function][-1], "it is returned"))
            return
        reason = f"`{function.name.value}` is used as a value"
        slot.uses += [Escape(node, reason) for node in found.strays]
        for call in found.calls:
            is_dropped = isinstance(self.source.parents.get(call), cst.Expr)
            if not is_dropped and self._send(Leaf(call, place), slot.key) is None:
                where = whereabouts(self.source, call)
                slot.uses.append(Escape(call, where, consumer(self.source, call)))

    def _use(self, slot: Slot, node: cst.BaseExpression) -> None:
        parent = self.source.parents.get(node)
        if isinstance(parent, cst.Attribute) and parent.value is node:
            above = self.source.parents.get(parent)
            if isinstance(above, cst.Call) and above.func is parent:
                slot.uses.append(MethodCall(node, parent.attr.value, above))
            else:
                slot.uses.append(AttributeUse(node, parent.attr.value, parent))
        elif isinstance(parent, cst.Arg) and not parent.star:
            self._argument(slot, node, parent)
        elif composition_of(self.source, self.by_call, node) is not None:
            return  # it is a member of a scheduler
        elif not is_only_tested(self.source, node) and self._send(Leaf(node), slot.key) is None:
            slot.uses.append(Escape(node, whereabouts(self.source, node)))

    def _argument(self, slot: Slot, node: cst.BaseExpression, argument: cst.Arg) -> None:
        call = self.source.enclosing(argument, cst.Call)
        if argument in self.stepped and call is not None:
            slot.uses.append(Away(node, self.source.text(call.func), STEPPED))
            return
        if call is None or argument not in call.args:  # a base class or a decorator's keyword
            slot.uses.append(Escape(node, "it is used as an argument of a class"))
            return
        construct = self.by_call.get(call)
        if construct is not None:
            self.facts.handed.append((node, slot.key, construct))
        if construct is not None and construct.role == "scheduler":
            # The scheduler's own link says it. What else a class of the file is given, it may use.
            if construct.owner is not None and node is not optimizer_argument(call):
                slot.uses.append(Escape(node, f"it is passed to `{construct.title}`"))
            return
        callee = self.callees.of(call)
        parameter = callee.parameter(call, argument) if callee else None
        if callee is None or parameter is None:
            slot.uses.append(self._away(node, call, argument))
            return
        scope = self.source.scopes.get(callee.function.body.body[0])
        if scope is not None:
            key = (scope, parameter.name.value)
            self._slot(key).inflows.append(Inflow(call, slot.key, is_argument=True))
            self.parameters[key] = (callee, parameter)

    def _away(self, node: cst.BaseExpression, call: cst.Call, argument: cst.Arg) -> Away | Escape:
        """Return what a function that is not of this file does with an argument."""
        function = self.source.text(call.func)
        uses = None
        if self.view is not None and is_imported(self.source, call.func):
            place: int | str = call.args.index(argument)
            if argument.keyword is not None:
                place = argument.keyword.value
            is_hidden = any(a.star for a in call.args)
            uses = None if is_hidden else self.view.uses_of_argument(function, place)
        if uses is None:
            return Escape(node, f"it is passed to `{function}`", function)
        return Away(node, function, uses)

    # whether a slot holds nothing else, and nothing else reaches it

    def _check_inside(self, slot: Slot) -> None:
        owner, name = slot.key
        if isinstance(owner, cst.FunctionDef):
            for statement in self.returns[owner]:
                given = [] if statement.value is None else leaves(statement.value, _place_of(name))
                if not all(self._is_expected(leaf, slot) for leaf in given):
                    slot.uses.append(Escape(statement, "it also returns something else"))
        elif isinstance(owner, cst.ClassDef):
            self._check_attribute(slot, owner, name)
        else:
            for assignment in owner[name]:  # type: ignore[index]  # a Scope
                if isinstance(assignment, Assignment):
                    self._check_assignment(slot, assignment.node)

    def _check_attribute(self, slot: Slot, owner: cst.ClassDef, name: str) -> None:
        own = self._meaning(name, is_attribute=True)[slot.key]
        strays = [n for n in self._strays(name) if self.key_of(n) != slot.key]
        for node in sorted([*own, *strays], key=self.source.start):
            if self.key_of(node) != slot.key:
                reason = f"`.{name}` is also reached from outside `{owner.name.value}`"
                slot.uses.append(Escape(node, reason))
            elif self._is_target(node) and not isinstance(self.source.parents[node], cst.Del):
                self._check_assignment(slot, node)
        if (other := bound_in_body(self.source, owner, name, self.names.get(name, ()))) is not None:
            slot.uses.append(Escape(other, "the class has something of that name too"))
        if not self.instances.has_known_bases(owner):
            slot.uses.append(Escape(owner, f"`{owner.name.value}` has bases that may use it"))

    def _strays(self, name: str) -> list[cst.BaseExpression]:
        """Return the attributes of a name but for those of classes that are apart from others."""
        if name not in self.strays:
            by_key = self._meaning(name, is_attribute=True).items()
            self.strays[name] = [
                n for key, nodes in by_key if not self._is_apart(key) for n in nodes
            ]
        return self.strays[name]

    def _is_apart(self, key: SlotKey | None) -> bool:
        owner = None if key is None else key[0]
        return isinstance(owner, cst.ClassDef) and self.instances.has_known_bases(owner)

    def _check_assignment(self, slot: Slot, node: cst.CSTNode) -> None:
        if isinstance(node, cst.Param):
            return
        given = leaves_of(self.source, node)
        if given is None or not all(self._is_expected(leaf, slot) for leaf in given):
            slot.uses.append(Escape(node, "the same name also holds something else"))

    def _is_expected(self, leaf: Leaf, slot: Slot) -> bool:
        is_none = isinstance(leaf.node, cst.Name) and leaf.node.value == "None"
        return is_none or self.arrived.get(leaf) == slot.key

    def _check_outside(self, slot: Slot) -> None:
        """Note what reaches a slot by other ways than its name."""
        owner, name = slot.key
        if isinstance(owner, cst.FunctionDef):
            return
        if (hidden := reached_by_string(self.source, owner, name)) is not None:
            slot.uses.append(Escape(*hidden))
        if slot.key in self.parameters:
            self._check_callers(slot, *self.parameters[slot.key])
        elif not isinstance(owner, cst.ClassDef):
            for assignment in owner[name]:  # type: ignore[index]  # a Scope
                if isinstance(assignment, Assignment) and isinstance(assignment.node, cst.Param):
                    slot.uses.append(Escape(assignment.node, "a caller may hand over another"))

    def _check_callers(self, slot: Slot, callee: Callee, parameter: cst.Param) -> None:
        """Every other call of a function that we follow must hand it something we follow too."""
        name = callee.function.name.value
        found = self.callees.calls_of(callee)
        slot.uses += [Escape(node, f"`{name}` is used as a value") for node in found.strays]
        for call in found.calls:
            given = callee.given(call, parameter)
            if given is None and leaves_none(call, parameter):
                continue
            if given is None or self.key_of(given) not in self.facts.slots:
                reason = f"`{name}` is also called with something that is not followed"
                slot.uses.append(Escape(call, reason))

    # which optimizer a scheduler drives

    def _link(self, construct: Construct) -> None:
        key = self._driven(construct)
        if key is not None and key in self.facts.slots:
            self.facts.links[construct.call] = key
        else:
            self.facts.orphans[construct.call] = "its optimizer is made where it is not followed"

    def _driven(self, construct: Construct) -> SlotKey | None:
        argument = optimizer_argument(construct.call)
        key = self.key_of(argument) if argument is not None else None
        members = members_list(construct)
        if key is not None or members is None or not members.elements:
            return key
        # ChainedScheduler drives what its members drive.
        member = members.elements[0].value
        first = self.by_call.get(member)
        return self.key_of(member) if first is None else self._driven(first)


def _owner(scope: Scope | None, name: str) -> Scope | None:
    owners = {id(a.scope): a.scope for a in scope[name]} if scope is not None else {}
    return next(iter(owners.values())) if len(owners) == 1 else None


def _returned(place: Place) -> str:
    return "return" if place is None else f"return {place}"


def _place_of(name: str) -> Place:
    place = name.removeprefix("return").strip()
    return int(place) if place else None
