"""Convert one use of torch's API by its row: its arguments, where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.arguments import UNKNOWN, is_pure, value_of
from codemods.api.handed_on import given_otherwise
from codemods.api.settings import without
from codemods.model import Blocked, Converted, Insert, RemoveArgument, Replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.api._model import Api, Parameter, Signature
    from codemods.model import Edit, Outcome
    from codemods.syntax.source import Source


def choose(source: Source, node: cst.BaseExpression, name: str, row: Api) -> tuple[Api, Outcome]:
    """Return the row that covers a use of `name` at `node`, and what becomes of its arguments."""
    outcome = convert(source, node, name, row)
    if isinstance(outcome, Blocked) and row.otherwise is not None:
        other, converted = choose(source, node, name, row.otherwise)
        if not isinstance(converted, Blocked):
            return other, converted
    return row, outcome


def convert(source: Source, node: cst.BaseExpression, name: str, row: Api) -> Outcome:
    """Convert the arguments of a use of `name` at `node`; the caller writes the new name."""
    call = source.parents.get(node)
    notes: tuple[str, ...] = (row.note,) if row.note else ()
    if row.is_setting:
        return without(source, node, name, row.note)
    if not (isinstance(call, cst.Call) and call.func is node):
        is_equal = (row.is_value and not row.written) or (row.is_type and _is_type(source, node))
        if is_equal and (reason := given_otherwise(source, node, row)) is not None:
            return Blocked(reason)
        return Converted(notes=notes) if is_equal else Blocked(f"`{name}` is used as a value")
    if row.accepts is None:
        return Blocked(f"a call of `{name}` is in no table yet")
    if row.is_statement and not isinstance(source.parents.get(call), cst.Expr):
        return Blocked(f"what `{name}` returns is used, and is another thing there")
    return _converted(source, call, name, row, row.accepts)


def _converted(source: Source, call: cst.Call, name: str, row: Api, accepts: Signature) -> Outcome:
    edits: list[Edit] = []
    notes: tuple[str, ...] = (row.note,) if row.note else ()
    for outcome in _arguments(source, call, name, row, accepts):
        if isinstance(outcome, Blocked):
            return outcome
        edits += outcome.edits
        notes += outcome.notes
    given = _given(call, accepts)
    missing = [p.name for p in accepts.parameters if p.is_required and p.word not in given]
    for word, others in row.alone.items():
        if word in given and (other := given.intersection(others)):
            return Blocked(f"`{name}` gets `{word}` and `{min(other)}`, which differ together")
    if missing:
        return Blocked(f"`{name}` gets no `{missing[0]}`, and its default is another one there")
    written = [f"{word}={text}" for word, text in row.written.items() if word not in given]
    if written and not call.args and "#" in source.text(call):
        return Blocked(f"`{name}` needs `{', '.join(written)}` where a comment stands")
    edits += _append(call, written)
    if row.then:
        edits.append(Insert(call, row.then, "after"))
    if row.is_list and _is_next(source, call):
        edits += [Insert(call, "iter(", "before"), Insert(call, ")", "after")]
    return Converted(tuple(edits), notes)


def _is_type(source: Source, node: cst.BaseExpression) -> bool:
    """Tell whether a name stands in an annotation, or is asked for by isinstance."""
    call = source.enclosing(node, cst.Call)
    return source.enclosing(node, cst.Annotation) is not None or (
        call is not None and isinstance(call.func, cst.Name) and call.func.value == "isinstance"
    )


def _given(call: cst.Call, accepts: Signature) -> set[str]:
    """Return the new names of the parameters that a call gives."""
    positional = [p for p in accepts.parameters if p.place != "keyword"]
    count = sum(a.keyword is None for a in call.args)
    keywords = {a.keyword.value for a in call.args if a.keyword is not None}
    named = [p for p in accepts.parameters if p.name in keywords]
    return {p.word for p in [*positional[:count], *named]}


def _append(call: cst.Call, arguments: list[str]) -> Iterator[Edit]:
    if not arguments:
        return
    text = ", ".join(arguments)
    if call.args:
        yield Insert(call.args[-1], f", {text}", "after")
    else:
        yield Replace(call, (call.func, f"({text})"))


def _is_next(source: Source, call: cst.Call) -> bool:
    argument = source.parents.get(call)
    outer = source.parents.get(argument) if isinstance(argument, cst.Arg) else None
    return (
        isinstance(outer, cst.Call)
        and isinstance(outer.func, cst.Name)
        and outer.func.value == "next"
    )


def _arguments(
    source: Source, call: cst.Call, name: str, row: Api, accepts: Signature
) -> Iterator[Outcome]:
    positional = [p for p in accepts.parameters if p.place != "keyword"]
    for position, argument in enumerate(call.args):
        if argument.star == "**" or (argument.star and accepts.rest == "none"):
            yield Blocked(f"`{argument.star}` hides which arguments `{name}` gets")
        elif argument.star:
            continue
        elif argument.keyword is not None:
            keyword = argument.keyword.value
            named = [p for p in accepts.parameters if p.name == keyword and p.place != "position"]
            if named:
                yield _argument(source, call, argument, named[0], row)
            else:
                yield Blocked(f"`{name}` gets `{keyword}`, which the port does not know")
        elif position < len(positional):
            yield _argument(source, call, argument, positional[position], row)
        elif accepts.rest == "none":
            yield Blocked(f"`{name}` gets more arguments than the port knows")
    if accepts.rest == "list" and call.args:
        yield Converted((Insert(call.args[0], "[", "before"), Insert(call.args[-1], "]", "after")))


def _argument(
    source: Source, call: cst.Call, argument: cst.Arg, parameter: Parameter, row: Api
) -> Outcome:
    text = source.text(argument.value)
    if parameter.name in row.only:
        value = value_of(source, argument.value)
        if value is UNKNOWN or value not in row.only[parameter.name]:
            return Blocked(f"`{parameter.name}={text}` is not known to be equal")
    edits: list[Edit] = []
    note = "" if text in ("False", "0") else row.notes.get(parameter.name, "")
    notes = (note,) if note else ()
    if parameter.is_dropped:
        if not (is_pure(argument.value) and _may_go(call, argument, row)):
            return Blocked(f"`{parameter.name}` has no counterpart, and `{text}` would be dropped")
        return Converted((RemoveArgument(call, argument),), notes)
    if argument.keyword is None:
        if parameter.place == "moved":
            edits.append(Insert(argument, f"{parameter.word}=", "before"))
    elif parameter.word != parameter.name:
        edits.append(Replace(argument.keyword, (parameter.word,)))
    if (rewrite := row.values.get(parameter.name)) is not None:
        parts = rewrite(source, argument.value)
        if isinstance(parts, Blocked):
            return parts
        edits += _written(argument.value, parts)
    return Converted(tuple(edits), notes)


def _may_go(call: cst.Call, argument: cst.Arg, row: Api) -> bool:
    """Tell whether what is given behind an argument keeps its meaning without it."""
    if argument.keyword is not None or row.accepts is None:
        return argument.keyword is not None
    positional = [p for p in row.accepts.parameters if p.place != "keyword"]
    at = call.args.index(argument)
    behind = [a for a in call.args[at + 1 :] if a.keyword is None]
    return row.accepts.rest == "none" and all(
        p.place == "moved" for p in positional[at + 1 : at + 1 + len(behind)]
    )


def _written(node: cst.BaseExpression, parts: tuple[str | cst.CSTNode, ...]) -> tuple[Edit, ...]:
    """Write `parts` for a node; where that is the node with text around it, only the text."""
    if node not in parts:
        return (Replace(node, parts),)
    at = parts.index(node)
    before, after = ("".join(map(str, some)) for some in (parts[:at], parts[at + 1 :]))
    around = (Insert(node, before, "before"), Insert(node, after, "after"))
    return tuple(insert for insert in around if insert.text)
