"""Whether an expression is surely a tensor, and no group of them: `[log_alpha]` of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import definition_of
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from codemods.syntax.source import Source

# What makes a tensor...
MAKERS: Final = frozenset(
    f"torch.{name}"
    for name in (
        *("tensor", "empty", "eye", "full", "linspace", "ones", "rand", "randn", "zeros"),
        *("empty_like", "full_like", "ones_like", "rand_like", "randn_like", "zeros_like"),
        *("nn.Parameter", "nn.parameter.Parameter", "as_tensor", "from_numpy", "log"),
    )
)
# ... and methods of one that give one again.
METHODS: Final = frozenset(
    ("clone", "cpu", "cuda", "detach", "double", "float", "log", "requires_grad_", "to")
)


def is_tensor(source: Source, node: cst.BaseExpression, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether an expression, or the only value of a name or `self.attribute`, is a tensor.

    `seen` are the names and attributes that were followed to it.
    """
    text = source.text(node)
    within = seen | {text}
    match node:
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(name))) if name in METHODS:
            return outside_name(source, node.func) in MAKERS or is_tensor(source, owner, seen)
        case cst.Call(func=function):
            return outside_name(source, function) in MAKERS
        case cst.Name() if text not in seen:
            definition = definition_of(source, node)
            return definition is not None and is_tensor(source, definition, within)
        case cst.Attribute(value=cst.Name("self")) if text not in seen:
            # None before there is one: torch takes no None for a parameter.
            values = [v for v in _values(source, node) if v is None or source.text(v) != "None"]
            known = [value for value in values if value is not None]
            return len(known) == len(values) > 0 and all(
                is_tensor(source, value, within) for value in known
            )
    return False


def _values(source: Source, attribute: cst.Attribute) -> list[cst.BaseExpression | None]:
    """Return what the file gives an attribute of that name; None for what is no plain value."""
    found: list[cst.BaseExpression | None] = []
    for node in source.each(cst.Attribute):
        if node.attr.deep_equals(attribute.attr):
            target = source.parents.get(node)
            statement = source.parents.get(target) if target is not None else None
            if isinstance(target, cst.AssignTarget) and isinstance(statement, cst.Assign):
                found.append(statement.value if len(statement.targets) == 1 else None)
            elif isinstance(target, cst.AnnAssign) and target.target is node:
                found.append(target.value)
            elif _is_stored(source, node):
                found.append(None)
    return found


def _is_stored(source: Source, node: cst.CSTNode) -> bool:
    """Tell whether a node is a part of what is unpacked to, or that a loop or `with` writes."""
    child = node
    for parent in source.ancestors(node):
        match parent:
            case cst.AssignTarget() | cst.AsName() | cst.Del():
                return True
            case cst.For(target=target) | cst.CompFor(target=target):
                return target is child
            case cst.BaseStatement():
                return False
        child = parent
    return False
