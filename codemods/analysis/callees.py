"""Which function of the file a call calls, and which parameter an argument becomes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment, ImportAssignment

from codemods.analysis.definitions import given

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.syntax.source import Source

INIT = "__init__"


@dataclass(frozen=True, slots=True)
class Callee:
    """A function of the file; `is_bound` where a call leaves its first parameter out."""

    function: cst.FunctionDef
    is_bound: bool = False

    def parameter(self, call: cst.Call, argument: cst.Arg) -> cst.Param | None:
        """Return the parameter that an argument of a call becomes; None where stars hide it."""
        if any(a.star for a in call.args):
            return None
        params = self.function.params
        positional = [*params.posonly_params, *params.params][int(self.is_bound) :]
        if argument.keyword is None:
            position = [a for a in call.args if a.keyword is None].index(argument)
            return positional[position] if position < len(positional) else None
        named = [*params.params, *params.kwonly_params]
        return next((p for p in named if p.name.value == argument.keyword.value), None)

    def given(self, call: cst.Call, parameter: cst.Param) -> cst.BaseExpression | None:
        """Return what a call hands to a parameter; None where it is left out or not seen."""
        return given(self.function, call, parameter, is_bound=self.is_bound)


@dataclass(frozen=True, slots=True)
class Calls:
    """Every call of a function in the file, and the nodes that may reach it in another way."""

    calls: tuple[cst.Call, ...]
    strays: tuple[cst.CSTNode, ...]


def optimizer_argument(call: cst.Call) -> cst.BaseExpression | None:
    """Return the optimizer that a scheduler's call is given, if it is written out."""
    for position, argument in enumerate(call.args):
        if argument.star:
            return None
        by_name = argument.keyword is not None and argument.keyword.value == "optimizer"
        if by_name or (argument.keyword is None and position == 0):
            return argument.value
    return None


class Callees:
    """The functions of a file and their calls.

    `instance_of` tells of which class of the file a name is an instance: it is `self`, or bound to
    nothing but a call of the class.
    """

    def __init__(
        self,
        source: Source,
        instance_of: Callable[[cst.BaseExpression], cst.ClassDef | None],
        attributes: dict[str, list[cst.Attribute]],
    ) -> None:
        self.source, self.instance_of, self.attributes = source, instance_of, attributes
        self._calls: dict[Callee, Calls] = {}
        self.methods: dict[cst.ClassDef, dict[str, list[cst.FunctionDef]]] = {}

    def of(self, call: cst.Call) -> Callee | None:
        """Return the function that a call calls, if it can be no other."""
        match call.func:
            case cst.Name():
                node = definition(self.source, call.func)
            case cst.Attribute(value=holder, attr=name):
                owner = self.instance_of(holder)
                if owner is None or self.is_extended(owner):
                    return None
                method = self._method(owner, name.value)
                return Callee(method, is_bound=True) if method is not None else None
            case _:
                return None
        if isinstance(node, cst.ClassDef):
            method = self._method(node, INIT) if is_ordinary(node) else None
            return Callee(method, is_bound=True) if method is not None else None
        is_function = isinstance(node, cst.FunctionDef) and not node.decorators
        return Callee(node) if is_function and isinstance(node, cst.FunctionDef) else None

    def calls_of(self, callee: Callee) -> Calls:
        """Return where a function is called, and where it may be reached in another way."""
        if callee not in self._calls:
            found = list(self._mentions(callee))
            calls: list[cst.Call] = []
            strays: list[cst.CSTNode] = []
            for node, is_sure in found:
                call = self.source.parents.get(node)
                is_called = isinstance(call, cst.Call) and call.func is node
                if is_called and is_sure and isinstance(call, cst.Call):
                    calls.append(call)
                elif not is_called or not isinstance(call, cst.Call) or _may_bind(callee, call):
                    strays.append(node)
            self._calls[callee] = Calls(tuple(calls), tuple(strays))
        return self._calls[callee]

    def _mentions(self, callee: Callee) -> Iterator[tuple[cst.CSTNode, bool]]:
        """Yield the nodes that mean a function, and whether they surely do."""
        owner = self.source.enclosing(callee.function, cst.ClassDef, cst.FunctionDef)
        if not callee.is_bound or not isinstance(owner, cst.ClassDef):
            yield from ((n, True) for n in self._references(callee.function))
        elif callee.function.name.value == INIT:
            yield from ((n, True) for n in self._references(owner) if not self._is_asked_for(n))
        else:
            for node in self.attributes.get(callee.function.name.value, []):
                known = self.instance_of(node.value)
                if known is owner or known is None:
                    yield node, known is owner

    def _references(self, definition: cst.FunctionDef | cst.ClassDef) -> Iterator[cst.CSTNode]:
        scope = self.source.scopes.get(definition)
        for assignment in scope[definition.name.value] if scope is not None else ():
            yield from (access.node for access in assignment.references)

    def _is_asked_for(self, node: cst.CSTNode) -> bool:
        """Tell whether a class is only named: in an annotation, `isinstance` or `super`."""
        within = next(
            (a for a in self.source.ancestors(node) if isinstance(a, cst.Call | cst.Annotation)),
            None,
        )
        return isinstance(within, cst.Annotation) or (
            isinstance(within, cst.Call)
            and within.func is not node
            and isinstance(within.func, cst.Name)
            and within.func.value in ("isinstance", "super")
        )

    def is_extended(self, owner: cst.ClassDef) -> bool:
        """Tell whether a class of the file has it as a base, which may have methods instead."""
        parents = self.source.parents
        return any(
            isinstance(argument := parents.get(node), cst.Arg)
            and isinstance(parents.get(argument), cst.ClassDef)
            for node in self._references(owner)
        )

    def _method(self, owner: cst.ClassDef, name: str) -> cst.FunctionDef | None:
        if owner not in self.methods:
            found: dict[str, list[cst.FunctionDef]] = defaultdict(list)
            for statement in owner.body.body:
                if isinstance(statement, cst.FunctionDef):
                    found[statement.name.value].append(statement)
            self.methods[owner] = found
        methods = self.methods[owner].get(name, [])
        return methods[0] if len(methods) == 1 and not methods[0].decorators else None


def definition(source: Source, name: cst.Name) -> cst.CSTNode | None:
    """Return the one thing that binds a name, None if there are several or none in the file."""
    scope = source.scopes.get(name)
    assignments = list(scope[name.value]) if scope is not None else []
    if len(assignments) != 1 or not isinstance(assignments[0], Assignment):
        return None
    return assignments[0].node


def leaves_none(call: cst.Call, parameter: cst.Param) -> bool:
    """Tell whether a call without an argument for a parameter leaves it at its default, None."""
    default = parameter.default
    return (
        isinstance(default, cst.Name)
        and default.value == "None"
        and not any(a.star for a in call.args)
    )


def is_imported(source: Source, function: cst.BaseExpression) -> bool:
    """Tell whether a dotted name begins with one that only imports bind."""
    root = function
    while isinstance(root, cst.Attribute):
        root = root.value
    scope = source.scopes.get(root)
    found = list(scope[root.value]) if isinstance(root, cst.Name) and scope is not None else []
    return bool(found) and all(isinstance(a, ImportAssignment) for a in found)


def is_ordinary(owner: cst.ClassDef) -> bool:
    """Tell whether calling a class calls its `__init__` with the same arguments."""
    own_new = any(
        isinstance(s, cst.FunctionDef) and s.name.value == "__new__" for s in owner.body.body
    )
    return not owner.decorators and not owner.keywords and not own_new


def _may_bind(callee: Callee, call: cst.Call) -> bool:
    """Tell whether a call of something unknown may be one of this function, by its arguments."""
    if any(a.star for a in call.args):
        return True
    params = callee.function.params
    positional = [*params.posonly_params, *params.params][int(callee.is_bound) :]
    given_names = {a.keyword.value for a in call.args if a.keyword is not None}
    count = sum(a.keyword is None for a in call.args)
    has_room = count <= len(positional) or not isinstance(params.star_arg, cst.MaybeSentinel)
    missing = [p for p in positional[count:] if p.default is None]
    missing += [p for p in params.kwonly_params if p.default is None]
    return has_room and all(p.name.value in given_names for p in missing)
