"""What an optimizer is given to optimize: surely parameters, or perhaps groups of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import definition_of, is_builtin, is_only_read
from codemods.rules.collected import is_collected
from codemods.rules.tensors import is_tensor
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.rules.collected import IsFlat
    from codemods.syntax.source import Source

# Builtins that hand on what is in their last argument.
HANDED_ON: Final = ("filter", "list", "tuple")
# Methods of a model that yield its parameters.
METHODS: Final = ("parameters", "named_parameters")


def params_of(call: cst.Call, bound: Mapping[str, cst.Arg]) -> cst.BaseExpression | None:
    """Return the first argument of an optimizer."""
    if "params" in bound and bound["params"] in call.args:
        return bound["params"].value
    named = [a.value for a in call.args if a.keyword is not None and a.keyword.value == "params"]
    positional = [a.value for a in call.args if a.keyword is None and not a.star]
    return next(iter(named or positional), None)


def yields_parameters(source: Source, params: cst.BaseExpression) -> bool:
    """Tell whether an expression is flat, and `parameters` is the framework's own method."""
    is_redefined = any(True for _ in source.each_called(cst.FunctionDef, *METHODS)) or any(
        isinstance(source.parents.get(node), cst.AssignTarget)
        for node in source.each_called(cst.Attribute, *METHODS)
    )
    return not is_redefined and is_flat(source, params)


def is_flat(  # noqa: PLR0911  # one per form
    source: Source, params: cst.BaseExpression, seen: frozenset[str] = frozenset()
) -> bool:
    """Tell whether an expression surely yields parameters, not groups of them.

    `seen` are the names that were followed to it.
    """
    again = partial(is_flat, seen=seen)
    match params:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="parameters"))):
            return True
        case cst.Call(func=function, args=arguments):
            return _is_handed_on(source, function, arguments, again)
        case cst.BinaryOperation(operator=cst.Add()):
            return again(source, params.left) and again(source, params.right)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return len(elements) > 0 and all(_is_flat_element(source, e, again) for e in elements)
        case cst.ListComp() | cst.GeneratorExp():
            return _is_comprehension(source, params, again)
        case cst.Name(name) if name not in seen:
            definition = definition_of(source, params)
            within = partial(is_flat, seen=seen | {name})
            if definition is not None and is_only_read(source, params):
                return within(source, definition)
            return is_collected(source, params, within)
    return False


def _is_flat_element(source: Source, element: cst.BaseElement, is_flat: IsFlat) -> bool:
    is_many = isinstance(element, cst.StarredElement)
    return is_flat(source, element.value) if is_many else is_tensor(source, element.value)


def _is_handed_on(
    source: Source, function: cst.BaseExpression, arguments: Sequence[cst.Arg], is_flat: IsFlat
) -> bool:
    if not arguments or any(a.star or a.keyword is not None for a in arguments):
        return False
    if isinstance(function, cst.Name) and function.value in HANDED_ON:
        return is_builtin(source, function) and is_flat(source, arguments[-1].value)
    if outside_name(source, function) == "itertools.chain":
        return all(is_flat(source, a.value) for a in arguments)
    return False


def _is_comprehension(
    source: Source, params: cst.ListComp | cst.GeneratorExp, is_flat: IsFlat
) -> bool:
    """Tell whether a comprehension only picks some of the parameters."""
    element, loop = params.elt, params.for_in
    if not isinstance(element, cst.Name) or loop.inner_for_in is not None:
        return False
    match loop.target, loop.iter:
        case cst.Name() as target, iterated:
            return element.deep_equals(target) and is_flat(source, iterated)
        case (
            cst.Tuple(elements=[_, cst.Element(value=target)]),
            cst.Call(func=cst.Attribute(attr=cst.Name(value="named_parameters"))),
        ):
            return element.deep_equals(target)
    return False
