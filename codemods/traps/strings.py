"""Strings that name what is called otherwise in a target, or is not there: asked for in silence.

`m.__class__.__name__ == "Conv2d"` holds for no layer of Paddle's, which has `Conv2D`, and
`hasattr(m, "reset_parameters")` for none either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import is_builtin
from codemods.traps.memory import last

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.api import Table
    from codemods.syntax.source import Source

LAYERS: Final = "torch.nn."
MEMBER: Final = "Module."
# What takes code or the name of a module, and where modules are found by their names.
RUNNING: Final = ("__import__", "eval", "exec", "import_module")
NAMESPACES: Final = ("globals()", "locals()", "sys.modules", "vars()")
TORCH: Final = re.compile(r"\btorch\b")
DOTTED: Final = re.compile(r"torch(\.\w+)+")
ASKING: Final = ("delattr", "getattr", "hasattr", "setattr")


def misleading(source: Source, table: Table) -> Iterator[tuple[cst.CSTNode, str, str]]:
    """Yield every such string, why it is left, and what helps."""
    if any(node.attr.value == "__name__" for node in source.each(cst.Attribute)):
        yield from _classes(source, table)
    yield from _members(source, table)
    yield from _code(source)


def _classes(source: Source, table: Table) -> Iterator[tuple[cst.CSTNode, str, str]]:
    renamed = {
        name.removeprefix(LAYERS): row.to.rpartition(".")[2]
        for name, row in table.names.items()
        if name.startswith(LAYERS) and not name.endswith(row.to.rpartition(".")[2])
    }
    for node in source.each(cst.SimpleString):
        if (value := node.evaluated_value) in renamed and isinstance(value, str):
            reason = f"a class of this name is called `{renamed[value]}` there"
            yield node, reason, "ask with isinstance, which is the same on torch"


def _members(source: Source, table: Table) -> Iterator[tuple[cst.CSTNode, str, str]]:
    for call in source.each(cst.Call):
        match call:
            case cst.Call(
                func=cst.Name(value=asking) as function,
                args=[_, cst.Arg(value=cst.SimpleString() as node), *_],
            ) if asking in ASKING and is_builtin(source, function):
                name = MEMBER + node.raw_value
                if name in table.left:
                    yield node, table.left[name], "ask for the class with isinstance"


def _code(source: Source) -> Iterator[tuple[cst.CSTNode, str, str]]:
    """Yield strings that are run, that name a module, or that a name is compared with."""
    for node in source.each(cst.SimpleString):
        if not TORCH.search(node.raw_value):
            continue
        index = source.enclosing(node, cst.Subscript)
        argument = source.parents.get(node)
        call = source.parents.get(argument) if isinstance(argument, cst.Arg) else None
        if (
            (isinstance(call, cst.Call) and last(call.func) in RUNNING)
            or (index is not None and source.text(index.value) in NAMESPACES)
            or (DOTTED.fullmatch(node.raw_value) and source.enclosing(node, cst.Comparison))
        ):
            yield node, "a name of torch in a string", "import it, and use its name"
