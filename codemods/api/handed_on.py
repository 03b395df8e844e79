"""A class of torch's under another name: a base, a default argument, an entry of a dict.

Its calls are not found by its name, so nothing turns their arguments. Where a call of the file may
be one and gives an argument that is another one in the target, the class is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.api import torch_members
from codemods.memory import last
from codemods.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.api._model import Api
    from codemods.source import Source

QUERIES: Final = ("isinstance", "issubclass", "type")
# Of a call that may be of something else only the names of arguments count.
ANY: Final = 1000
MEMBERS: Final = torch_members.TENSOR | torch_members.MODULE


def given_otherwise(source: Source, node: cst.BaseExpression, row: Api) -> str | None:
    """Return why a class cannot be handed on, None if its calls mean the same."""
    parameters = row.accepts.parameters if row.accepts is not None else ()
    turned = {p.name for p in parameters if p.word != p.name or p.is_dropped} | {*row.values}
    same = next((i for i, p in enumerate(parameters) if p.name in turned), len(parameters))
    if not turned or _is_query(source, node):
        return None
    for call, most in _calls(source, node, same):
        keywords = [a.keyword.value for a in call.args if a.keyword is not None]
        given = next((k for k in keywords if k in turned), "")
        is_hidden = most < ANY and any(a.star for a in call.args)
        if given or is_hidden or sum(a.keyword is None for a in call.args) > most:
            name = f"`{given}`" if given else "an argument"
            text = f"line {source.line(call)} may call it with {name}, which is another one there"
            return f"it is used as a value, and {text}"
    return None


def _is_query(source: Source, node: cst.BaseExpression) -> bool:
    for above in source.ancestors(node):
        if isinstance(above, cst.Annotation | cst.ComparisonTarget | cst.MatchClass):
            return True
        if isinstance(above, cst.Call):
            return isinstance(above.func, cst.Name) and above.func.value in QUERIES
        if isinstance(above, cst.BaseStatement | cst.BaseSmallStatement):
            return False
    return False


def _calls(source: Source, node: cst.BaseExpression, same: int) -> Iterator[tuple[cst.Call, int]]:
    """Yield the calls that may be of the class, with how many places are the same there."""
    above = source.parents.get(source.parents.get(node, node))
    if isinstance(above, cst.ClassDef):
        yield from ((call, same) for call in _of_subclass(source, above))
        return
    names = _names(source, node)
    for call in source.each(cst.Call):
        if last(call.func) == "partial" and call.args and call.args[0].value is node:
            yield call, same + 1
        elif last(call.func) in names:
            yield call, same
        elif _may_be(source, call.func):
            yield call, ANY


def _of_subclass(source: Source, owner: cst.ClassDef) -> Iterator[cst.Call]:
    inside = [c for c in source.each(cst.Call) if owner in source.ancestors(c)]
    yield from (c for c in inside if source.text(c.func).endswith("super().__init__"))
    makes = [n for n in owner.body.body if isinstance(n, cst.FunctionDef)]
    if all(function.name.value != "__init__" for function in makes):
        yield from (c for c in source.each(cst.Call) if last(c.func) == owner.name.value)


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
