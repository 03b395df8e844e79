"""What a file does with its optimizers and schedulers: constructions, slots, uses.

A slot is a place that holds one: a variable, `self.attribute` in a class, or a parameter of a
function of the file. Everything that is done with what a slot holds is a use. A use that the
analysis does not understand is an escape, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import libcst as cst
from libcst.metadata import Assignment, ClassScope

from codemods.callees import local_function, optimizer_argument, parameter_of
from codemods.compositions import composition_of, members_list
from codemods.hidden import reached_by_string
from codemods.whereabouts import (
    consumer,
    is_only_tested,
    is_set_to_none,
    is_variable,
    whereabouts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from libcst.metadata import Scope

    from codemods.names import Names, Reference
    from codemods.source import Source

Role: TypeAlias = Literal["optimizer", "scheduler"]
SlotKey: TypeAlias = "tuple[object, str]"
Classify: TypeAlias = "Callable[[str], tuple[Role, str] | None]"

SCHEDULER_MODULE = "torch.optim.lr_scheduler."
OPTIMIZER_MODULE = "torch.optim."
# Submodules that hold the same class again: torch.optim.sgd.SGD is torch.optim.SGD.
OPTIMIZER_SUBMODULES = ("sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "adamax")
BASE_CLASSES = ("Optimizer", "LRScheduler", "_LRScheduler")


@dataclass(frozen=True, slots=True)
class Construct:
    """A call that makes an optimizer or a scheduler of class `name`."""

    role: Role
    name: str
    call: cst.Call
    reference: Reference


@dataclass(frozen=True, slots=True)
class MethodCall:
    """`holder.method(...)`, `holder` being the node that names the slot."""

    holder: cst.BaseExpression
    method: str
    call: cst.Call


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """`holder.attribute`, read or written, and no call."""

    holder: cst.BaseExpression
    attribute: str
    node: cst.Attribute


@dataclass(frozen=True, slots=True)
class Escape:
    """The object goes where the analysis does not follow; `reason` says how."""

    node: cst.CSTNode
    reason: str
    consumer: str = ""


Use: TypeAlias = MethodCall | AttributeUse | Escape


@dataclass(eq=False, slots=True)
class Slot:
    """One place that holds an optimizer or a scheduler, and what is done with it."""

    key: SlotKey
    constructs: list[Construct] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    feeds: list[SlotKey] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Every construction of a file, and every slot that one of them reaches.

    `links` are pairs of a scheduler's construction and the slot of its optimizer; a scheduler
    whose optimizer is not followed stands in `orphans` with the reason. `handed` is what a
    construction is given of another slot: the node that names it, the slot, the construction.
    """

    constructs: list[Construct] = field(default_factory=list)
    slots: dict[SlotKey, Slot] = field(default_factory=dict)
    loose: dict[cst.Call, Escape] = field(default_factory=dict)
    links: dict[cst.Call, SlotKey] = field(default_factory=dict)
    orphans: dict[cst.Call, str] = field(default_factory=dict)
    handed: list[tuple[cst.BaseExpression, SlotKey, Construct]] = field(default_factory=list)


def class_of(qualified: str) -> tuple[Role, str] | None:
    """Tell which optimizer or scheduler class a dotted torch name means.

    >>> class_of("torch.optim.lr_scheduler.StepLR")
    ('scheduler', 'StepLR')
    >>> class_of("torch.optim.sgd.SGD")
    ('optimizer', 'SGD')
    >>> class_of("torch.optim.lr_scheduler") is None
    True
    """
    if qualified.startswith(SCHEDULER_MODULE):
        name = qualified.removeprefix(SCHEDULER_MODULE)
        return ("scheduler", name) if _is_class_name(name) else None
    if qualified.startswith(OPTIMIZER_MODULE):
        first, _, rest = qualified.removeprefix(OPTIMIZER_MODULE).partition(".")
        name = rest if first in OPTIMIZER_SUBMODULES else first + rest
        return ("optimizer", name) if _is_class_name(name) else None
    return None


def _is_class_name(name: str) -> bool:
    return name.isidentifier() and name.lstrip("_")[:1].isupper() and name not in BASE_CLASSES


def collect(source: Source, names: Names, classify: Classify = class_of) -> Facts:
    """Find every optimizer and scheduler of a file and follow what holds them.

    `classify` tells which class a dotted name means; by default torch's are meant.
    """
    return _Collector(source, names, classify).run()


class _Collector:
    def __init__(self, source: Source, names: Names, classify: Classify) -> None:
        self.source = source
        self.facts = Facts()
        self.by_call: dict[cst.CSTNode, Construct] = {}
        for reference in names.references:
            role = classify(reference.qualified)
            parent = source.parents.get(reference.node)
            if role and isinstance(parent, cst.Call) and parent.func is reference.node:
                self.by_call[parent] = Construct(*role, parent, reference)
        self.parameters: dict[SlotKey, tuple[cst.FunctionDef, cst.Param]] = {}
        self.attributes: dict[str, list[cst.Attribute]] = {}
        self.names: dict[str, list[cst.Name]] = {}
        for node in sorted(source.spans, key=source.start):
            if isinstance(node, cst.Attribute):
                self.attributes.setdefault(node.attr.value, []).append(node)
            elif isinstance(node, cst.Name) and is_variable(source, node):
                self.names.setdefault(node.value, []).append(node)

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
            self._check_outside(slot)
        for construct in self.facts.constructs:
            if construct.role == "scheduler":
                self._link(construct)
        return self.facts

    # where a construction goes

    def _place(self, construct: Construct) -> None:
        if composition_of(self.source, self.by_call, construct.call) is not None:
            return  # it is a member of a scheduler, which the rules look up
        key = self._destination(construct.call)
        if isinstance(key, Escape):
            self.facts.loose[construct.call] = key
        else:
            self._slot(key).constructs.append(construct)

    def _destination(self, call: cst.Call) -> SlotKey | Escape:
        parent = self.source.parents[call]
        target: cst.BaseExpression | None = None
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
        elif isinstance(parent, cst.AnnAssign):
            target = parent.target
        key = self.key_of(target) if target is not None else None
        return key or Escape(call, whereabouts(self.source, call), consumer(self.source, call))

    def key_of(self, node: cst.BaseExpression) -> SlotKey | None:
        """Return the slot that a name or `self.attribute` means, None for anything else."""
        if isinstance(node, cst.Name):
            scope = self.source.scopes.get(node)
            owner = _owner(scope, node.value)
            # A name in a class's body is also an attribute of the class and of every instance.
            is_followed = owner is not None and not isinstance(owner, ClassScope)
            return (owner, node.value) if is_followed else None
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            owner_class = self._class_of_self(node.value)
            return (owner_class, node.attr.value) if owner_class is not None else None
        return None

    def _class_of_self(self, name: cst.Name) -> cst.ClassDef | None:
        """Return the class whose method has the name as its first parameter, and only so."""
        scope = self.source.scopes.get(name)
        found = list(scope[name.value]) if scope is not None else []
        parameter = found[0].node if len(found) == 1 and isinstance(found[0], Assignment) else None
        if not isinstance(parameter, cst.Param):
            return None
        function = self.source.enclosing(parameter, cst.FunctionDef, cst.Lambda)
        if not isinstance(function, cst.FunctionDef) or function.decorators:
            return None
        first = next(iter([*function.params.posonly_params, *function.params.params]), None)
        owner = self.source.enclosing(function, cst.ClassDef, cst.FunctionDef)
        return owner if first is parameter and isinstance(owner, cst.ClassDef) else None

    def _slot(self, key: SlotKey) -> Slot:
        return self.facts.slots.setdefault(key, Slot(key))

    # what is done with a slot

    def _read(self, slot: Slot) -> None:
        owner, name = slot.key
        if isinstance(owner, cst.ClassDef):
            self._read_attribute(slot, owner, name)
        else:
            self._read_variable(slot, owner, name)  # type: ignore[arg-type]  # a Scope

    def _read_variable(self, slot: Slot, scope: Scope, name: str) -> None:
        for assignment in scope[name]:
            if isinstance(assignment, Assignment):
                self._check_assignment(slot, assignment.node)
        # Not the assignments' references: a use above the assignment, in a loop, is none of them.
        for node in self.names.get(name, []):
            if self.key_of(node) == slot.key:
                self._use(slot, node)

    def _read_attribute(self, slot: Slot, owner: cst.ClassDef, name: str) -> None:
        for node in self.attributes.get(name, []):
            is_self = isinstance(node.value, cst.Name) and self._class_of_self(node.value) is owner
            if not is_self:
                reason = f"`.{name}` is also reached from outside `{owner.name.value}`"
                slot.uses.append(Escape(node, reason))
            elif isinstance(self.source.parents.get(node), cst.AssignTarget | cst.AnnAssign):
                self._check_assignment(slot, node)
            else:
                self._use(slot, node)
        if (own := self._in_body(owner, name)) is not None:
            slot.uses.append(Escape(own, "the class has something of that name too"))
        if owner.bases:
            slot.uses.append(Escape(owner, f"`{owner.name.value}` has bases that may use it"))

    def _in_body(self, owner: cst.ClassDef, name: str) -> cst.CSTNode | None:
        """Return what a class's body binds a name to, unless it is None."""
        for statement in owner.body.body:
            if isinstance(statement, cst.FunctionDef | cst.ClassDef):
                if statement.name.value == name:
                    return statement
                continue
            for node in self.names.get(name, []):
                is_inside = statement in self.source.ancestors(node)
                is_bound = isinstance(self.source.scopes.get(node), ClassScope)
                if is_inside and is_bound and not is_set_to_none(self.source, node):
                    return node
        return None

    def _check_outside(self, slot: Slot) -> None:
        """Note what reaches a slot by other ways than its name."""
        owner, name = slot.key
        if (hidden := reached_by_string(self.source, owner, name)) is not None:
            slot.uses.append(Escape(*hidden))
        if slot.key in self.parameters:
            self._check_callers(slot, *self.parameters[slot.key])
        elif not isinstance(owner, cst.ClassDef):
            for assignment in owner[name]:  # type: ignore[index]  # a Scope
                if isinstance(assignment, Assignment) and isinstance(assignment.node, cst.Param):
                    slot.uses.append(Escape(assignment.node, "a caller may hand over another"))

    def _check_callers(self, slot: Slot, function: cst.FunctionDef, parameter: cst.Param) -> None:
        """Every other call of a function that we follow must hand it something we follow too."""
        name = function.name.value
        scope = self.source.scopes.get(function)
        for assignment in scope[name] if scope is not None else ():
            for access in assignment.references:
                call = self.source.parents.get(access.node)
                if not (isinstance(call, cst.Call) and call.func is access.node):
                    slot.uses.append(Escape(access.node, f"`{name}` is used as a value"))
                    continue
                given = [a for a in call.args if parameter_of(function, call, a) is parameter]
                if not given or self.key_of(given[0].value) not in self.facts.slots:
                    slot.uses.append(
                        Escape(call, f"`{name}` is also called with something that is not followed")
                    )

    def _check_assignment(self, slot: Slot, node: cst.CSTNode) -> None:
        if isinstance(node, cst.Param):
            return
        statement: cst.CSTNode | None = self.source.enclosing(node, cst.Assign, cst.AnnAssign)
        value = statement.value if isinstance(statement, cst.Assign | cst.AnnAssign) else None
        if isinstance(value, cst.Call) and self._is_placed(value, slot):
            return
        if is_set_to_none(self.source, node):
            return
        slot.uses.append(Escape(node, "the same name also holds something else"))

    def _is_placed(self, call: cst.Call, slot: Slot) -> bool:
        return call in self.by_call and self._destination(call) == slot.key

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
        elif not (
            isinstance(parent, cst.AssignTarget | cst.AnnAssign | cst.Del)
            or is_only_tested(self.source, node)
        ):
            slot.uses.append(Escape(node, whereabouts(self.source, node)))

    def _argument(self, slot: Slot, node: cst.BaseExpression, argument: cst.Arg) -> None:
        call = self.source.enclosing(argument, cst.Call)
        if call is None:  # a base class or a decorator's keyword
            slot.uses.append(Escape(node, "it is used as an argument of a class"))
            return
        construct = self.by_call.get(call)
        if construct is not None:
            self.facts.handed.append((node, slot.key, construct))
        if construct is not None and construct.role == "scheduler":
            return  # the scheduler's own link says it
        function = local_function(self.source, call)
        parameter = parameter_of(function, call, argument) if function else None
        if function is None or parameter is None:
            callee = self.source.text(call.func)
            slot.uses.append(Escape(node, f"it is passed to `{callee}`", callee))
            return
        scope = self.source.scopes.get(function.body.body[0])
        key = (scope, parameter.name.value)
        if scope is not None:
            slot.feeds.append(key)
            self._slot(key)
            self.parameters[key] = (function, parameter)

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
    if scope is None:
        return None
    owners = {id(a.scope): a.scope for a in scope[name]}
    return next(iter(owners.values())) if len(owners) == 1 else None
