"""Classes of the file that are built on torch's optimizers and schedulers."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.callees import INIT, definition, is_ordinary
from codemods.analysis.facts import Construct
from codemods.analysis.names import SAME
from codemods.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.analysis.names import Names, Reference
    from codemods.syntax.source import Source

SCHEDULER: Final = "torch.optim.lr_scheduler.LRScheduler"


def has_own_step(source: Source, base: Reference) -> bool:
    """Tell whether a name is the base of an optimizer that computes its update itself.

    A scheduler's `step` is no such: it computes with numbers only.
    """
    owner = _class_on(source, base)
    if owner is None or base.qualified.startswith("torch.optim.lr_scheduler."):
        return False
    return "step" in methods_of(owner)


def own_schedulers(source: Source, names: Names) -> Iterator[Construct]:
    """Yield every call of a class of the file that has torch's base of schedulers and no other.

    Its first argument has to be the optimizer, as it is of torch's schedulers.
    """
    for base in names.references:
        owner = _class_on(source, base)
        if owner is None or SAME.get(base.qualified, base.qualified) != SCHEDULER:
            continue
        if len(owner.bases) != 1 or not is_ordinary(owner) or not _begins_with_optimizer(owner):
            continue
        for node in references_of(source, owner):
            call = source.parents.get(node)
            if isinstance(call, cst.Call) and call.func is node:
                yield Construct("scheduler", "LRScheduler", call, base, owner)


def references_of(source: Source, owner: cst.ClassDef) -> list[cst.Name]:
    """Return the nodes that mean a class; none where its name may mean something else."""
    scope = source.scopes.get(owner)
    found = [a.node for each in scope[owner.name.value] for a in each.references] if scope else []
    names = [node for node in found if isinstance(node, cst.Name)]
    return names if all(definition(source, name) is owner for name in names) else []


def signature_of(construct: Construct) -> inspect.Signature | None:
    """Return what a construction can be given; None where that is not known.

    A default of a class of the file is the expression that stands there.
    """
    init = methods_of(construct.owner).get(INIT) if construct.owner is not None else None
    if init is None:
        return signature(SCHEDULER if construct.owner else construct.reference.qualified)
    params = init.params
    if params.star_kwarg is not None or isinstance(params.star_arg, cst.Param):
        return None
    by_place = [*params.posonly_params, *params.params][1:]
    return inspect.Signature(
        [_parameter(p, inspect.Parameter.POSITIONAL_OR_KEYWORD) for p in by_place]
        + [_parameter(p, inspect.Parameter.KEYWORD_ONLY) for p in params.kwonly_params]
    )


def _parameter(param: cst.Param, kind: inspect._ParameterKind) -> inspect.Parameter:
    default = inspect.Parameter.empty if param.default is None else param.default
    return inspect.Parameter(param.name.value, kind, default=default)


def methods_of(owner: cst.ClassDef) -> dict[str, cst.FunctionDef]:
    """Return what a class defines, by name."""
    found = (s for s in owner.body.body if isinstance(s, cst.FunctionDef))
    return {function.name.value: function for function in found}


def start_of(init: cst.FunctionDef) -> cst.Call | None:
    """Return the `super().__init__(...)` of a constructor, if that is a statement of its body."""
    found = [
        call
        for line in init.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for statement in line.body
        if isinstance(statement, cst.Expr) and (call := _super_init(statement.value)) is not None
    ]
    return found[0] if len(found) == 1 else None


def _super_init(node: cst.BaseExpression) -> cst.Call | None:
    match node:
        case cst.Call(
            func=cst.Attribute(
                value=cst.Call(func=cst.Name(value="super")), attr=cst.Name(value="__init__")
            )
        ):
            return node
    return None


def _begins_with_optimizer(owner: cst.ClassDef) -> bool:
    """Tell whether a class hands its first argument on as the first of its base."""
    init = methods_of(owner).get(INIT)
    if init is None:
        return True
    start = start_of(init)
    first = init.params.params[1:2]
    given = start.args[0].value if start is not None and start.args else None
    return len(first) == 1 and isinstance(given, cst.Name) and given.value == first[0].name.value


def _class_on(source: Source, base: Reference) -> cst.ClassDef | None:
    """Return the class that a name is a base of."""
    argument = source.parents.get(base.node)
    owner = source.parents.get(argument) if isinstance(argument, cst.Arg) else None
    return owner if isinstance(owner, cst.ClassDef) and argument in owner.bases else None
