"""Ways to reach a variable or an attribute that leave no name in the source: getattr, exec, vars.

https://docs.python.org/3/library/functions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.callees import is_imported

if TYPE_CHECKING:
    from codemods.syntax.source import Source

RUNS_TEXT = ("eval", "exec")
NAMESPACES = ("globals", "locals", "vars")
BY_NAME = ("getattr", "setattr", "delattr")


def reached_by_string(source: Source, owner: object, name: str) -> tuple[cst.CSTNode, str] | None:
    """Return the first place that may reach a slot in such a way, and how.

    `owner` is the class whose attribute `name` is, or the scope whose variable it is.
    """
    is_attribute = isinstance(owner, cst.ClassDef)
    for node in source.each_called(cst.Attribute, "__dict__") if is_attribute else ():
        return node, "`__dict__` may reach it"
    calls = source.each_called(cst.Call, *RUNS_TEXT, *NAMESPACES, *BY_NAME)
    for call in sorted(calls, key=source.end):
        called = source.text(call.func)
        if called in RUNS_TEXT:
            return call, f"`{called}` may use it"
        # vars(args) is what every script does with its command line.
        if called in NAMESPACES and not (call.args and _is_plain_variable(call.args[0])):
            return call, f"`{called}` may reach it"
        if called in BY_NAME and _may_mean(source, call, name, is_attribute=is_attribute):
            return call, f"`{called}` may reach it"
    return None


def _is_plain_variable(argument: cst.Arg) -> bool:
    return isinstance(argument.value, cst.Name) and argument.value.value != "self"


def _may_mean(source: Source, call: cst.Call, name: str, *, is_attribute: bool) -> bool:
    if len(call.args) < 2:  # noqa: PLR2004  # getattr(object, name)
        return True
    given = call.args[1].value
    if isinstance(given, cst.SimpleString):
        return given.evaluated_value == name
    return is_attribute and not is_imported(source, call.args[0].value)
