"""Read a class that is built on LRScheduler, as far as a native one can have all that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.callees import INIT
from codemods.analysis.names import in_package
from codemods.analysis.subclasses import methods_of, references_of, start_of
from codemods.analysis.targets import is_store
from codemods.analysis.whereabouts import is_variable
from codemods.rules.functions import has_effect
from codemods.rules.own.formulas import CALLED_WITHIN_STEP, read_formula
from codemods.rules.own.model import OwnScheduler, UnfitError
from codemods.syntax.walking import walk
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from codemods.syntax.source import Source

GET_LR: Final = "get_lr"
LAST_EPOCH: Final = "last_epoch"
FORMULAS: Final = (GET_LR, "_get_closed_form_lr")
# What torch's base has, and a class that defines it for itself changes.
OF_TORCH: Final = frozenset(
    (
        "_initial_step",
        "_is_initial",
        "_last_lr",
        "_step_count",
        "_update_lr",
        CALLED_WITHIN_STEP,
        "base_lrs",
        "get_last_lr",
        "load_state_dict",
        "optimizer",
        "print_lr",
        "state_dict",
        "step",
    )
)
SPECIAL: Final = (INIT, "__repr__", "__str__")
STATIC: Final = "staticmethod"
DECORATORS: Final = ("override", "property", STATIC)


def kept_by(source: Source, init: cst.FunctionDef) -> set[str]:
    """Return the attributes that a constructor gives the instance, but for torch's own."""
    holder = init.params.params[0].name
    stores = (n for n in walk(init.body) if isinstance(n, cst.Attribute) and is_store(source, n))
    names = {n.attr.value for n in stores if n.value.deep_equals(holder)}
    return names - {LAST_EPOCH, "optimizer"}


def check_mentions(source: Source, owner: cst.ClassDef, calls: Collection[cst.Call]) -> None:
    """Let a class be called, and be named by `super` and annotations, but nothing else.

    Raises:
        UnfitError: if it is used in another way.
    """
    for node in references_of(source, owner):
        within = _around(source, node)
        is_called = within in calls and isinstance(within, cst.Call) and within.func is node
        if not (is_called or isinstance(within, cst.Annotation) or _is_super(within)):
            line = source.line(node)
            raise UnfitError(f"line {line} uses `{owner.name.value}` for more than to make one")


class Reader:
    """Reads one class; `reserved` are the names that its native base has for something else."""

    def __init__(self, source: Source, owner: cst.ClassDef, reserved: Collection[str]) -> None:
        self.source, self.owner = source, owner
        self.reserved = OF_TORCH.union(reserved)
        self.methods = methods_of(owner)
        self.names: set[str] = {*self.methods, "__class__"}
        self.found = OwnScheduler(self.methods.get(INIT))
        # What was read as a part of something else.
        self.done: set[cst.CSTNode] = set()

    def read(self) -> OwnScheduler:
        """Return what there is to write in other words.

        Raises:
            UnfitError: if a native class cannot be the same.
        """
        if GET_LR not in self.methods:
            raise UnfitError(f"`{self.owner.name.value}` has no `get_lr`")
        for statement in self.owner.body.body:
            self._statement(statement)
        if self.found.init is not None:
            self._init(self.found.init)
        for name in FORMULAS:
            if name in self.methods:
                self._holder(self.methods[name])
                read_formula(self.source, self.methods[name], self.found, self.done)
        for node in walk(self.owner.body):
            self._check_torch(node)
        for function in self.methods.values():
            self._method(function)
        return self.found

    def _statement(self, statement: cst.BaseStatement | cst.BaseSmallStatement) -> None:
        match statement:
            case cst.FunctionDef(name=cst.Name(value=name)):
                is_other = self.methods[name] is not statement or name in self.reserved
                if is_other or (_is_special(name) and name not in SPECIAL):
                    raise UnfitError(f"`{self.owner.name.value}` has a `{name}` of its own")
            case cst.SimpleStatementLine(body=[cst.Pass()]):
                pass
            case cst.SimpleStatementLine(body=[cst.Expr(value=cst.BaseString())]):
                pass
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])
                    | cst.AnnAssign(target=cst.Name(value=name))
                ]
            ) if name not in self.reserved and not _is_special(name):
                self.names.add(name)
            case _:
                line = self.source.line(statement)
                raise UnfitError(f"line {line} of `{self.owner.name.value}` is not followed")

    def _init(self, init: cst.FunctionDef) -> None:
        start = start_of(init)
        if start is None or len(init.params.params) <= 1:
            raise UnfitError("its `__init__` does not call torch's")
        self.found.start = start
        self.names |= kept_by(self.source, init)
        self.done.update(walk(start.func))
        holder, optimizer = (p.name.value for p in init.params.params[:2])
        for node in walk(init.body):
            match node:
                case cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Attribute() as target)],
                    value=cst.Name(value=name) as value,
                ) if name == optimizer and self.source.text(target) == f"{holder}.optimizer":
                    self.found.needless.append(node)
                    self.done.update((target, value))
        for node in walk(init.body):
            if isinstance(node, cst.Name) and node.value == optimizer:
                self._optimizer(node, start)

    def _optimizer(self, node: cst.Name, start: cst.Call) -> None:
        if node is start.args[0].value:
            self.found.optimizers.append(node)
        elif is_variable(self.source, node) and node not in self.done:
            raise UnfitError(f"line {self.source.line(node)} reads more of the optimizer")

    def _holder(self, function: cst.FunctionDef) -> str:
        """Return the name of the instance in a method, empty where there is none."""
        decorators = [self.source.text(d.decorator) for d in function.decorators]
        is_special = function.name.value in (INIT, *FORMULAS)
        if not set(decorators) <= set(DECORATORS[: 1 if is_special else None]):
            raise UnfitError(f"`{function.name.value}` is decorated")
        if function.asynchronous is not None:
            raise UnfitError(f"`{function.name.value}` is a coroutine")
        first = function.params.params[:1]
        return "" if STATIC in decorators or not first else first[0].name.value

    def _method(self, function: cst.FunctionDef) -> None:
        holder = self._holder(function)
        needless = {n for statement in self.found.needless for n in walk(statement)}
        needless.update(n for rates in self.found.rates for n in rates.frame)
        for node in walk(function.body):
            if isinstance(node, cst.Name) and is_variable(self.source, node):
                self._name(holder, node)
            if function is not self.found.init and node not in needless:
                is_ours = isinstance(node, cst.Call) and self._is_own_method(holder, node.func)
                changes = has_effect(self.source, node) and not is_ours
                self.found.has_effects = self.found.has_effects or changes

    def _check_torch(self, node: cst.CSTNode) -> None:
        if not isinstance(node, cst.Name) or not is_variable(self.source, node):
            return
        is_torch = in_package(outside_name(self.source, node) or "", "torch")
        if is_torch and not isinstance(_around(self.source, node), cst.Annotation):
            raise UnfitError(f"line {self.source.line(node)} computes with torch")

    def _is_own_method(self, holder: str, node: cst.BaseExpression) -> bool:
        is_member = isinstance(node, cst.Attribute) and self.source.text(node.value) == holder
        return is_member and isinstance(node, cst.Attribute) and node.attr.value in self.methods

    def _name(self, holder: str, node: cst.Name) -> None:
        above = self.source.parents[node]
        line = self.source.line(node)
        if node.value == "super" and node not in self.done:
            raise UnfitError(f"line {line} asks torch's base for more than to begin")
        if holder and node.value == holder and node not in self.done:
            if not isinstance(above, cst.Attribute):
                raise UnfitError(f"line {line} hands the scheduler on")
            self._member(above, line)

    def _member(self, member: cst.Attribute, line: int) -> None:
        name = member.attr.value
        if member in self.done:
            return
        if name == LAST_EPOCH:
            is_in_init = self.source.enclosing(member, cst.FunctionDef) is self.found.init
            if is_store(self.source, member) and not is_in_init:
                raise UnfitError(f"line {line} writes `last_epoch`")
            self.found.epochs.append(member)
        elif name in self.reserved or name in FORMULAS or name not in self.names:
            raise UnfitError(f"line {line} uses `{name}`, which natively is another thing, or none")


def _around(source: Source, node: cst.CSTNode) -> cst.CSTNode | None:
    """Return the call or the annotation that a name stands in."""
    kinds = (cst.Call, cst.Annotation, cst.BaseStatement)
    return next((a for a in source.ancestors(node) if isinstance(a, kinds)), None)


def _is_super(node: cst.CSTNode | None) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value == "super"
    )


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
