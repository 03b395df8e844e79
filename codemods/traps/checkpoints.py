"""What is saved, and where to, that a target cannot save or finds in another place.

https://docs.pytorch.org/docs/2.13/notes/serialization.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import definition_of
from codemods.traps.memory import last

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.syntax.source import Source
    from codemods.values.infer import Types

SAVING: Final = ("torch.save", "torch.load")
# The words under which a target's table says why.
MODULE: Final = "saved module"
FILE: Final = "checkpoint in an open file"
BUFFER: Final = "checkpoint in memory"
PATH: Final = "checkpoint at a Path"
AS_A_FILE: Final = "checkpoint as a file"
# Where something is opened or made, by how its call ends.
MADE: Final = {"open": FILE, "BytesIO": BUFFER, "Path": PATH}
# What asks for a file, or takes one.
ASKING: Final = ("copy", "copy2", "copyfile", "getsize", "isfile", "remove", "unlink")


def checkpoint_uses(source: Source, types: Types) -> Iterator[tuple[cst.CSTNode, str]]:
    """Yield what is saved or asked for, and the word for it."""
    calls = [c for c in source.each(cst.Call) if types.meanings.get(c.func, "") in SAVING]
    files: set[str] = set()
    for call in calls:
        given = {a.keyword.value if a.keyword else i: a.value for i, a in enumerate(call.args)}
        is_saved = types.meanings[call.func] == SAVING[0]
        file = given.get("f", given.get(1 if is_saved else 0))
        saved = given.get("obj", given.get(0)) if is_saved else None
        if saved is not None and types.holder(types.of(saved)) == "module":
            yield saved, MODULE
        if file is not None:
            files.add(source.text(file))
            if (word := _place(source, file)) is not None:
                yield file, word
    for call in source.each(cst.Call) if files else ():
        if last(call.func) in ASKING and call.args and source.text(call.args[0].value) in files:
            yield call, AS_A_FILE


def _place(source: Source, file: cst.BaseExpression) -> str | None:
    """Return what a checkpoint is written to, if it is no path in a string."""
    made = _made(source, file) or file
    match made:
        case cst.BinaryOperation(operator=cst.Divide()):
            return PATH
        case cst.Call(func=function):
            return MADE.get(last(function))
    return None


def _made(source: Source, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return what a name is assigned once, or bound to by a `with`."""
    if not isinstance(node, cst.Name):
        return None
    scope = source.scopes.get(node)
    for assignment in scope[node.value] if scope is not None else ():
        bound = source.parents.get(getattr(assignment, "node", node))
        above = source.parents.get(bound) if isinstance(bound, cst.AsName) else None
        if isinstance(above, cst.WithItem):
            return above.item
    return definition_of(source, node)
