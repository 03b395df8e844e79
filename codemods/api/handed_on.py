"""A class of torch's under another name: a base, a default argument, an entry of a dict.

Its calls are not found by its name, so nothing turns their arguments. Where a call of the file may
be one and gives an argument that is another one in the target, the class is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.api import torch_members
from codemods.traps.memory import last
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.api._model import Api
    from codemods.syntax.source import Source

QUERIES: Final = ("isinstance", "issubclass", "type")
MEMBERS: Final = torch_members.TENSOR | torch_members.MODULE


def given_otherwise(source: Source, node: cst.BaseExpression, row: Api) -> str | None:
    """Return why a class cannot be handed on, None if its calls mean the same."""
    parameters = row.accepts.parameters if row.accepts is not None else ()
    turned = {p.name for p in parameters if p.word != p.name or p.is_dropped} | {*row.values}
    same = next((i for i, p in enumerate(parameters) if p.name in turned), len(parameters))
    if not turned or _is_query(source, node):
        return None
    for call, places in _calls(source, node, same):
        given = _turned(call, turned)
        is_hidden = any(a.star for a in call.args)
        if given or is_hidden or sum(a.keyword is None for a in call.args) > places:
            return _why(source, call, f"`{given}`" if given else "an argument")
    # Of a call that may be of something else only the names of arguments count.
    is_base = isinstance(source.parents.get(source.parents.get(node, node)), cst.ClassDef)
    for argument in source.each_called(cst.Arg, *sorted(turned)) if not is_base else ():
        other = source.parents[argument]
        if isinstance(other, cst.Call) and _may_be(source, other.func):
            return _why(source, other, f"`{source.text(argument)}`")
    return None


def _why(source: Source, call: cst.Call, what: str) -> str:
    line = source.line(call)
    return f"it is used as a value, and line {line} may call it with {what}, another one there"


def _turned(call: cst.Call, turned: set[str]) -> str:
    """Return which argument that is another one a call gives by its name."""
    keywords = [a.keyword.value for a in call.args if a.keyword is not None]
    return next((keyword for keyword in keywords if keyword in turned), "")


def _is_query(source: Source, node: cst.BaseExpression) -> bool:
    for above in source.ancestors(node):
        if isinstance(above, cst.Annotation | cst.Comparison | cst.MatchClass):
            return True
        if isinstance(above, cst.Call):
            return isinstance(above.func, cst.Name) and above.func.value in QUERIES
        if isinstance(above, cst.BaseStatement | cst.BaseSmallStatement):
            return False
    return False


def _calls(source: Source, node: cst.BaseExpression, same: int) -> Iterator[tuple[cst.Call, int]]:
    """Yield the calls that are of the class, with how many places are the same there."""
    above = source.parents.get(source.parents.get(node, node))
    if isinstance(above, cst.ClassDef):
        yield from ((call, same) for call in _of_subclass(source, above))
        return
    if (
        isinstance(above, cst.Call)
        and last(above.func) == "partial"
        and above.args[0].value is node
    ):
        yield above, same + 1
    yield from ((call, same) for call in _called(source, _names(source, node)))


def _of_subclass(source: Source, owner: cst.ClassDef) -> Iterator[cst.Call]:
    inside = [c for c in _called(source, {"__init__"}) if owner in source.ancestors(c)]
    yield from (c for c in inside if source.text(c.func).endswith("super().__init__"))
    makes = [n for n in owner.body.body if isinstance(n, cst.FunctionDef)]
    if all(function.name.value != "__init__" for function in makes):
        yield from _called(source, {owner.name.value})


def _called(source: Source, names: set[str]) -> Iterator[cst.Call]:
    """Yield the calls of these names, or of members of these names."""
    yield from source.each_called(cst.Call, *names)
    for member in source.each_called(cst.Attribute, *names):
        call = source.parents[member]
        if isinstance(call, cst.Call) and call.func is member:
            yield call


def _names(source: Source, node: cst.BaseExpression) -> set[str]:
    """Return the names that the class gets directly."""
    match source.parents.get(node):
        case cst.Param(name=cst.Name(value=name)) | cst.Arg(keyword=cst.Name(value=name)):
            return {name}
        case cst.Assign(targets=targets):
            return {last(target.target) for target in targets} - {""}
    return set()


def _may_be(source: Source, function: cst.BaseExpression) -> bool:
    """Tell whether what is called may be a class that was handed on."""
    if isinstance(function, cst.Name | cst.Attribute):
        scope = source.scopes.get(function)
        name = last(function)
        found = scope[name] if isinstance(function, cst.Name) and scope is not None else ()
        defined = [getattr(a, "node", None) for a in found]
        is_own = any(isinstance(d, cst.FunctionDef | cst.ClassDef) for d in defined)
        is_member = isinstance(function, cst.Attribute) and name in MEMBERS
        is_known = is_own or is_member or name.startswith("__")
        return not is_known and outside_name(source, function) is None
    return isinstance(function, cst.Subscript | cst.Call)
