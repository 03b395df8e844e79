"""The shapes in which code uses `optimizer.param_groups`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import libcst as cst

from codemods.analysis.arguments import is_builtin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from libcst.metadata import Scope

    from codemods.syntax.source import Source

Kind: TypeAlias = Literal["read", "write", "augment", "contains", "default"]

WRITES: Final = ("write", "augment", "default")
PAIR: Final = 2
LOOPS: TypeAlias = cst.For | cst.ListComp | cst.GeneratorExp


@dataclass(frozen=True, slots=True)
class Access:
    """What is done with one option of a group: `group[key]`, and the node that does it.

    The node is the subscript that reads, the statement that writes, `key in group`, or the call of
    `setdefault`; `value` is what is written.
    """

    node: cst.CSTNode
    key: str
    kind: Kind
    value: cst.BaseExpression | None = None


@dataclass(frozen=True, slots=True)
class Single:
    """`optimizer.param_groups[i]["lr"]`; `index` is i, None where it is no constant."""

    access: Access
    index: int | None


@dataclass(frozen=True, slots=True)
class Each:
    """A loop or comprehension over all groups; `counter` is the loop's index if it is used."""

    loop: LOOPS
    accesses: tuple[Access, ...]
    counter: cst.Name | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """`len(optimizer.param_groups)`."""

    call: cst.Call


@dataclass(frozen=True, slots=True)
class OtherShape:
    """Any other use of the groups."""


Shape: TypeAlias = Single | Each | Count | OtherShape


def shape_of(source: Source, groups: cst.Attribute) -> Shape:
    """Classify a use of `x.param_groups` by what stands around it."""
    parent = source.parents.get(groups)
    match parent:
        case cst.Subscript() if parent.value is groups:
            access = _access(source, parent)
            return Single(access, _index(parent)) if access is not None else OtherShape()
        case cst.Arg():
            call = source.parents.get(parent)
            if _is_call_of(source, call, "len") and isinstance(call, cst.Call):
                return Count(call)
            if _is_call_of(source, call, "enumerate") and isinstance(call, cst.Call):
                return _each(source, call, is_counted=True) if len(call.args) == 1 else OtherShape()
        case cst.For() | cst.CompFor() if parent.iter is groups:
            return _each(source, groups, is_counted=False)
    return OtherShape()


def accesses_of(shape: Shape) -> tuple[Access, ...] | None:
    """Return what a use does with the options of the groups; None where that is not known."""
    match shape:
        case Single(access):
            return (access,)
        case Each(accesses=accesses):
            return accesses
        case Count():
            return ()
    return None


def writes(shape: Shape, *keys: str) -> bool:
    """Tell whether a use may write one of some options, or any if none is named."""
    accesses = accesses_of(shape)
    return accesses is None or any(
        a.kind in WRITES and (not keys or a.key in keys) for a in accesses
    )


def _each(source: Source, iterated: cst.CSTNode, *, is_counted: bool) -> Shape:
    loop = source.parents.get(iterated)
    whole = source.parents.get(loop) if isinstance(loop, cst.CompFor) else loop
    if not isinstance(loop, cst.For | cst.CompFor) or loop.iter is not iterated:
        return OtherShape()
    if not isinstance(whole, cst.For | cst.ListComp | cst.GeneratorExp):
        return OtherShape()
    counter, group = _targets(loop.target, is_counted=is_counted)
    accesses = _accesses(source, whole, group) if group is not None else None
    if group is None or accesses is None:
        return OtherShape()
    is_used = counter is not None and any(n is not counter for n in _named(source, counter))
    return Each(whole, tuple(accesses), counter if is_used else None)


def _targets(
    target: cst.BaseExpression, *, is_counted: bool
) -> tuple[cst.Name | None, cst.Name | None]:
    if not is_counted:
        return None, target if isinstance(target, cst.Name) else None
    match target:
        case cst.Tuple(
            elements=[cst.Element(cst.Name() as counter), cst.Element(cst.Name() as it)]
        ):
            return counter, it
    return None, None


def _accesses(source: Source, loop: LOOPS, group: cst.Name) -> list[Access] | None:
    """Return what a loop does with its group; None if that, or what is done later, is unclear."""
    found: list[Access] = []
    for name in _named(source, group):
        if name is group or _is_target_of_loop(source, name):
            continue
        around = source.ancestors(name)
        inner = next((a for a in around if isinstance(a, cst.For) and _loops_by(a, name)), None)
        if isinstance(loop, cst.For) and inner is not loop:
            if inner is None:
                return None  # the last group, after the loop
            continue
        is_here = source.scopes.get(name) is source.scopes.get(group)
        access = _access(source, name) if is_here else None
        if access is None:
            return None
        found.append(access)
    return found


def _named(source: Source, name: cst.Name) -> Iterator[cst.Name]:
    """Yield every node that means the variable which a name means, also in functions within."""
    owner = _owner(source, name)
    for node in source.each(cst.Name):
        if node.value == name.value:
            parent = source.parents.get(node)
            is_label = isinstance(parent, cst.Attribute | cst.Arg) and parent.value is not node
            if not is_label and _owner(source, node) is owner:
                yield node


def _owner(source: Source, name: cst.Name) -> Scope | None:
    scope = source.scopes.get(name)
    return next((a.scope for a in scope[name.value]), None) if scope is not None else None


def _is_target_of_loop(source: Source, name: cst.Name) -> bool:
    parent = source.parents.get(name)
    if isinstance(parent, cst.Element):
        parent = source.parents.get(source.parents[parent])
        return isinstance(parent, cst.For) and _is_counted(source, parent)
    return isinstance(parent, cst.For) and parent.target is name and _is_over_groups(parent.iter)


def _is_over_groups(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value == "param_groups"


def _is_counted(source: Source, loop: cst.For) -> bool:
    call = loop.iter
    is_call = isinstance(call, cst.Call) and _is_call_of(source, call, "enumerate")
    return is_call and isinstance(call, cst.Call) and _is_over_groups(call.args[0].value)


def _loops_by(loop: cst.For, name: cst.Name) -> bool:
    match loop.target:
        case cst.Name(value=value):
            return value == name.value
        case cst.Tuple(elements=elements):
            return any(
                isinstance(e.value, cst.Name) and e.value.value == name.value for e in elements
            )
    return False


def _access(source: Source, group: cst.CSTNode) -> Access | None:
    """Return what is done with a group: with one option of it, or None."""
    parent = source.parents.get(group)
    match parent:
        case cst.Subscript() if parent.value is group:
            key = _key(parent)
            return _read_or_write(source, parent, key) if key is not None else None
        case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
            whole = source.parents.get(parent)
            if isinstance(whole, cst.Comparison) and isinstance(whole.left, cst.SimpleString):
                return Access(whole, str(whole.left.evaluated_value), "contains")
        case cst.Attribute(attr=cst.Name("setdefault")):
            return _default(source, source.parents.get(parent))
    return None


def _default(source: Source, call: cst.CSTNode | None) -> Access | None:
    """Return what `group.setdefault(key, value)` does, where its result is not used."""
    if not isinstance(call, cst.Call) or not isinstance(source.parents.get(call), cst.Expr):
        return None
    values = [a.value for a in call.args if a.keyword is None and not a.star]
    key = values[0] if len(values) == len(call.args) == PAIR else None
    if not isinstance(key, cst.SimpleString):
        return None
    return Access(call, str(key.evaluated_value), "default", values[1])


def _read_or_write(source: Source, option: cst.Subscript, key: str) -> Access | None:
    parent = source.parents.get(option)
    if isinstance(parent, cst.AssignTarget):
        statement = source.parents.get(parent)
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            return Access(statement, key, "write", statement.value)
        return None
    if isinstance(parent, cst.AugAssign) and parent.target is option:
        return Access(parent, key, "augment", parent.value)
    if isinstance(parent, cst.AnnAssign | cst.Del) or _is_target(source, option):
        return None
    return Access(option, key, "read")


def _is_target(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node is written by unpacking, by a loop or by `with ... as`."""
    for ancestor in source.ancestors(node):
        loop = isinstance(ancestor, cst.For | cst.CompFor)
        if isinstance(ancestor, cst.AssignTarget | cst.AsName):
            return True
        if loop and _within(source, node, ancestor.target):  # type: ignore[attr-defined]
            return True
        if isinstance(ancestor, cst.BaseStatement):
            break
    return False


def _within(source: Source, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return node is outer or outer in source.ancestors(node)


def _is_call_of(source: Source, call: cst.CSTNode | None, name: str) -> bool:
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Name)
        and call.func.value == name
        and is_builtin(source, call.func)
    )


def _only_slice(node: cst.Subscript) -> cst.BaseExpression | None:
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return None
    return node.slice[0].slice.value


def _index(node: cst.Subscript) -> int | None:
    value = _only_slice(node)
    if isinstance(value, cst.Integer):
        return int(value.evaluated_value)
    minus = isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Minus)
    if minus and isinstance(value.expression, cst.Integer):  # type: ignore[union-attr]
        return -int(value.expression.evaluated_value)  # type: ignore[union-attr]
    return None


def _key(node: cst.Subscript) -> str | None:
    value = _only_slice(node)
    return str(value.evaluated_value) if isinstance(value, cst.SimpleString) else None
