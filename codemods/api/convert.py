"""Convert one use of torch's API by its row: the name, and the arguments where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.arguments import is_pure
from codemods.model import Blocked, Converted, Insert, RemoveArgument, Replace

if TYPE_CHECKING:
    from codemods.api._model import Api
    from codemods.model import Edit, Outcome
    from codemods.source import Source


def convert_call(source: Source, call: cst.Call, name: str, row: Api) -> Outcome:
    """Convert a call's arguments; the caller writes the new name."""
    edits: list[Edit] = []
    for position, argument in enumerate(call.args):
        if argument.star:
            if not row.variadic:
                return Blocked(f"`{argument.star}` hides which arguments `{name}` gets")
        elif argument.keyword is None:
            if position >= len(row.positional) and not row.variadic:
                return Blocked(f"`{name}` is called with more arguments than the port knows")
            if position < len(row.positional) and row.positional[position] in row.by_keyword:
                torch_name = row.positional[position]
                word = row.keywords.get(torch_name) or torch_name
                edits.append(Insert(argument, f"{word}=", "before"))
        else:
            outcome = _keyword(source, call, argument, argument.keyword, name, row)
            if isinstance(outcome, Blocked):
                return outcome
            edits.extend(outcome.edits)
    if row.as_list and call.args:
        edits.append(Insert(call.args[0], "[", "before"))
        edits.append(Insert(call.args[-1], "]", "after"))
    return Converted(tuple(edits), (row.note,) if row.note else (), row.to)


def _keyword(
    source: Source, call: cst.Call, argument: cst.Arg, keyword: cst.Name, name: str, row: Api
) -> Outcome:
    if keyword.value not in row.keywords:
        return Blocked(f"`{name}` is called with `{keyword.value}`, which the port does not know")
    word = row.keywords[keyword.value]
    if word is None:
        if not is_pure(argument.value):
            text = source.text(argument.value)
            return Blocked(f"`{keyword.value}` would be dropped, and the evaluation of `{text}`")
        return Converted((RemoveArgument(call, argument),))
    return Converted(() if word == keyword.value else (Replace(keyword, (word,)),))
