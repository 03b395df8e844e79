"""What the names, targets, parameters and attributes of a file hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.definitions import given
from codemods.analysis.names import bindings_of
from codemods.analysis.reaching import reaching
from codemods.values.kinds import (
    MODULE,
    NOTHING,
    SCALER,
    TENSOR,
    UNKNOWN,
    VALUE,
    Type,
    arithmetic,
    element,
    instance_of,
    item,
    join,
)
from codemods.values.plain import is_plain_package

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.values.infer import Types

ANNOTATIONS: Final = {
    "torch.Tensor": TENSOR,
    "torch.nn.Module": MODULE,
    "torch.utils.data.DataLoader": Type("loader"),
    "torch.amp.GradScaler": SCALER,
    "torch.cuda.amp.GradScaler": SCALER,
}
PLAIN_ANNOTATIONS: Final = ("int", "float", "str", "bool", "bytes")
UNBOUND: Final = ("staticmethod", "classmethod")


def named(types: Types, node: cst.Name) -> Type:
    """Return what a name holds where it is used."""
    if node.value in ("True", "False"):
        return VALUE
    if node.value == "None":
        return NOTHING
    stores = stores_of(types, node)
    return join(_stored(types, s, node.value) for s in stores) if stores else UNKNOWN


def stores_of(types: Types, node: cst.Name) -> Sequence[cst.CSTNode]:
    """Return what may have bound a name that is used; nothing for a builtin."""
    if node not in types.reached:
        stores = types.definitions.stores(types.source.scopes.get(node), node.value)
        types.reached[node] = reaching(types.source, node, stores)
    return types.reached[node]


def _stored(types: Types, node: cst.CSTNode, name: str) -> Type:
    match node:
        case cst.FunctionDef():
            return Type("function", owner=node)
        case cst.ClassDef():
            return Type("class", owner=node)
        case cst.Import() | cst.ImportFrom():
            found = [b.qualified for b in bindings_of(node) if b.local == name]
            return VALUE if found and is_plain_package(found[0]) else UNKNOWN
        case cst.Param():
            return types.of(node)
    return bound(types, node)


def bound(types: Types, target: cst.CSTNode) -> Type:  # noqa: PLR0911  # one case per statement
    """Return what an assignment, a loop or a with statement puts into a target."""
    path: list[int] = []
    child = target
    for parent in types.source.ancestors(target):
        match parent:
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                if any(isinstance(e, cst.StarredElement) for e in elements):
                    return UNKNOWN
                path.append(next(i for i, e in enumerate(elements) if e is child))
            case cst.Assign(value=value) | cst.NamedExpr(value=value):
                return _unpack(types.of(value), path)
            case cst.AnnAssign(annotation=annotation, value=assigned):
                declared = annotated(types, annotation.annotation)
                return declared if declared != UNKNOWN or not assigned else types.of(assigned)
            case cst.AugAssign(target=old, value=value):
                before = types.of(old)
                return NOTHING if before == NOTHING else arithmetic((before, types.of(value)))
            case cst.For(iter=iterated) | cst.CompFor(iter=iterated):
                return _unpack(element(types.of(iterated)), path)
            case cst.WithItem(item=managed):
                return VALUE if types.of(managed) == VALUE else UNKNOWN
            case cst.Element() | cst.AssignTarget() | cst.AsName():
                pass
            case _:
                return UNKNOWN
        child = parent
    return UNKNOWN


def _unpack(found: Type, path: list[int]) -> Type:
    for index in reversed(path):
        found = item(found, index)
    return found


def attribute(types: Types, owner: cst.ClassDef, name: str) -> Type | None:
    """Return what an attribute of an instance holds; None where its class does not set it."""
    method = types.definitions.member(owner, name)
    if method is not None:
        is_property = any(_decorates(d, "property") for d in method.decorators)
        return types.of(method) if is_property else Type("function", owner=method)
    instances = [
        instance_of(c) for c in types.definitions.lineage(owner) if isinstance(c, cst.ClassDef)
    ]
    stores: list[cst.CSTNode] = [
        node for node in _written(types, name) if types.of(node.value) in instances
    ]
    stores += types.definitions.class_values(owner, name)
    return join(bound(types, s) for s in stores) if stores else None


def _written(types: Types, name: str) -> Sequence[cst.Attribute]:
    """Return the attributes of a name that are assigned to."""
    if name not in types.written:
        nodes = types.definitions.attributes[name]
        types.written[name] = [node for node in nodes if is_store(types, node)]
    return types.written[name]


def is_store(types: Types, node: cst.CSTNode) -> bool:
    """Tell whether a node is the target of an assignment or a loop."""
    child = node
    for parent in types.source.ancestors(node):
        if isinstance(parent, cst.AnnAssign | cst.AugAssign | cst.For | cst.CompFor):
            return parent.target is child
        if not isinstance(parent, cst.Element | cst.Tuple | cst.List):
            return isinstance(parent, cst.AssignTarget)
        child = parent
    return False


def parameter(types: Types, node: cst.Param) -> Type:
    """Return what a function's parameter holds: as it is annotated, or as it is called."""
    function = types.source.enclosing(node, cst.FunctionDef, cst.Lambda)
    if not isinstance(function, cst.FunctionDef) or node.star not in ("", None):
        return UNKNOWN
    if node.annotation is not None:
        return annotated(types, node.annotation.annotation)
    owner = types.definitions.class_of_method(function)
    if owner is not None and node in function.params.params[:1]:
        is_bound = not any(_decorates(d, name) for d in function.decorators for name in UNBOUND)
        return instance_of(owner) if is_bound else UNKNOWN
    if (
        owner is not None
        and function.name.value == "forward"
        and types.definitions.is_module(owner)
    ):
        return TENSOR
    return _joined(types, function, node, owner)


def _joined(
    types: Types, function: cst.FunctionDef, node: cst.Param, owner: cst.ClassDef | None
) -> Type:
    """Join what all calls in the file hand to a parameter."""
    values = _values(types, function, node, owner)
    if not values or (node.default is None and None in values):
        return UNKNOWN
    default = NOTHING if node.default is None else types.of(node.default)
    return join((default, *(types.of(v) for v in values if v is not None)))


def _values(
    types: Types, function: cst.FunctionDef, node: cst.Param, owner: cst.ClassDef | None
) -> list[cst.BaseExpression | None]:
    calls = _calls(types, function, owner)
    return [given(function, c, node, is_bound=owner is not None) for c in calls or ()]


def handed(types: Types, node: cst.Param) -> list[cst.BaseExpression]:
    """Return what the calls of a function in the file hand to one of its parameters."""
    function = types.source.enclosing(node, cst.FunctionDef, cst.Lambda)
    if not isinstance(function, cst.FunctionDef):
        return []
    owner = types.definitions.class_of_method(function)
    return [v for v in _values(types, function, node, owner) if v is not None]


def _calls(
    types: Types, function: cst.FunctionDef, owner: cst.ClassDef | None
) -> list[cst.Call] | None:
    """Return every call of a function in the file; None where it is also used as a value."""
    found: list[cst.Call] = []
    for use in _uses(types, function, owner):
        call = types.source.parents.get(use)
        if not isinstance(call, cst.Call) or call.func is not use:
            return None
        found.append(call)
    return found


def _uses(types: Types, function: cst.FunctionDef, owner: cst.ClassDef | None) -> list[cst.CSTNode]:
    """Return the nodes that name a function, or a method on an instance of its class."""
    definition: cst.FunctionDef | cst.ClassDef = function
    if owner is not None and function.name.value != "__init__":
        nodes = types.definitions.attributes[function.name.value]
        return [n for n in nodes if types.of(n.value) in (instance_of(owner), UNKNOWN)]
    if owner is not None:
        definition = owner
    scope = types.source.scopes.get(definition)
    found = list(scope[definition.name.value]) if scope is not None else []
    nodes_of_class = [access.node for a in found for access in a.references]
    return [n for n in nodes_of_class if not _is_asked_for(types, n)]


def _is_asked_for(types: Types, node: cst.CSTNode) -> bool:
    """Tell whether a class only stands in `super(Class, self)` or `isinstance(x, Class)`."""
    call = types.source.enclosing(node, cst.Call)
    return isinstance(call, cst.Call) and (
        isinstance(call.func, cst.Name) and call.func.value in ("super", "isinstance")
    )


def annotated(types: Types, node: cst.BaseExpression) -> Type:
    """Return what an annotation says: a tensor, a module, a class of the file, or unknown."""
    node = types.source.quoted.get(node, node)
    if node in types.meanings:
        return ANNOTATIONS.get(types.meanings[node], UNKNOWN)
    if isinstance(node, cst.Name) and node.value in PLAIN_ANNOTATIONS:
        return VALUE
    if isinstance(node, cst.Name) and node.value == "None":
        return NOTHING
    if isinstance(node, cst.BinaryOperation):  # X | None
        return join((annotated(types, node.left), annotated(types, node.right)))
    owner = types.definitions.local_class(node)
    return instance_of(owner) if owner is not None else UNKNOWN


def returned(types: Types, function: cst.FunctionDef) -> Type:
    """Return what a call of a function gives."""
    if function.returns is not None:
        declared = annotated(types, function.returns.annotation)
        if declared not in (UNKNOWN, NOTHING):
            return declared
    values = types.definitions.returns(function)
    decorators = [d.decorator for d in function.decorators]
    calls = [d.func if isinstance(d, cst.Call) else d for d in decorators]
    known = ("property", *UNBOUND)
    is_wrapped = any(
        d not in types.meanings and not (isinstance(d, cst.Name) and d.value in known)
        for d in calls
    )
    return UNKNOWN if values is None or is_wrapped else join(types.of(v) for v in values)


def _decorates(decorator: cst.Decorator, name: str) -> bool:
    return isinstance(decorator.decorator, cst.Name) and decorator.decorator.value == name
