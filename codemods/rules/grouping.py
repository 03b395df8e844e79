"""Parameter groups that are written out as a list of dicts: their options, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import Unbound, bind, definition_of, is_builtin
from codemods.analysis.branches import are_exclusive, repeats_of
from codemods.rules.parameters import params_of, yields_parameters
from codemods.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.analysis.facts import Construct
    from codemods.syntax.source import Source

PARAMS: Final = "params"


@dataclass(frozen=True, slots=True)
class Entry:
    """An option in `{"lr": 0.1}` or in `dict(lr=0.1)`: as a whole, what names it, its value."""

    node: cst.CSTNode
    key: cst.SimpleString | cst.Name
    value: cst.BaseExpression


@dataclass(frozen=True, slots=True)
class Group:
    """A group as it is written: what is optimized, and the entry of every option."""

    params: cst.BaseExpression
    options: Mapping[str, Entry]


def is_one_group(source: Source, construct: Construct) -> bool:
    """Tell whether an optimizer is surely given parameters, and no groups."""
    params = params_given(construct)
    return params is not None and yields_parameters(source, params)


def groups_of(
    source: Source, construct: Construct, makers: Iterable[Construct]
) -> tuple[Group, ...] | None:
    """Return the groups that an optimizer is given, None where they are not written out.

    Under a name they are followed where the optimizers of `makers` alone are given it: the classes
    write into the dicts, and not all of them the same.
    """
    given = params_given(construct)
    params = given
    if isinstance(given, cst.Name):
        is_fresh = _is_fresh(source, given, {params_given(maker) for maker in makers})
        params = definition_of(source, given) if is_fresh else None
    if not isinstance(params, cst.List) or not params.elements:
        return None
    found = [_group(source, element.value) for element in params.elements]
    known = [group for group in found if group is not None]
    return tuple(known) if len(known) == len(found) else None


def params_given(construct: Construct) -> cst.BaseExpression | None:
    """Return what an optimizer is given to optimize."""
    torch_signature = signature(construct.reference.qualified)
    bound = None if torch_signature is None else bind(construct.call, torch_signature)
    return params_of(construct.call, {} if bound is None or isinstance(bound, Unbound) else bound)


def _is_fresh(source: Source, name: cst.Name, params: set[cst.BaseExpression | None]) -> bool:
    """Tell whether a name's list is made anew for each optimizer, and nothing else reads it."""
    scope = source.scopes.get(name)
    assignments = list(scope[name.value]) if scope is not None else []
    made = [getattr(a, "node", None) for a in assignments]
    references = [access.node for a in assignments for access in a.references]
    given = [node for node in references if node in params]
    is_anew = all(
        node is not None and repeats_of(source, node) is repeats_of(source, name) for node in made
    )
    is_alone = all(are_exclusive(source, one, other) for one, other in combinations(given, 2))
    others = (node for node in references if node not in params)
    return is_anew and is_alone and all(_is_counted(source, node) for node in others)


def _is_counted(source: Source, node: cst.CSTNode) -> bool:
    argument = source.parents.get(node)
    call = source.parents.get(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name):
        return False
    return call.func.value == "len" and is_builtin(source, call.func)


def _group(source: Source, node: cst.BaseExpression) -> Group | None:
    options = _options(source, node)
    if options is None or PARAMS not in options:
        return None
    return Group(options.pop(PARAMS).value, options)


def _options(source: Source, node: cst.BaseExpression) -> dict[str, Entry] | None:
    found: dict[str, Entry] = {}
    match node:
        case cst.Dict(elements=elements):
            for element in elements:
                if not isinstance(element, cst.DictElement):
                    return None
                if not isinstance(element.key, cst.SimpleString):
                    return None
                found[str(element.key.evaluated_value)] = Entry(element, element.key, element.value)
            return found if len(found) == len(elements) else None
        case cst.Call(func=cst.Name("dict") as function, args=arguments):
            for argument in arguments:
                if argument.keyword is None:
                    return None
                found[argument.keyword.value] = Entry(argument, argument.keyword, argument.value)
            return found if is_builtin(source, function) else None
    return None
