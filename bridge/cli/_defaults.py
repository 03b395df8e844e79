"""The defaults of a script's own command line, by `argparse`; it is never run.

https://docs.python.org/3/library/argparse.html#the-add-argument-method
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst
import libcst.matchers as m

from codemods.analysis.arguments import UNKNOWN, definition_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.syntax.source import Source

# What a function that is given the parsed arguments calls them.
PARSED: Final = ("args", "opt", "opts")
_IS_PARSING: Final = m.Call(func=m.Attribute(attr=m.Name("parse_args")))


class Defaults:
    """What `args.epochs` is where the command line does not say."""

    def __init__(self, source: Source) -> None:
        self._source = source
        calls = m.findall(source.module, m.Call(func=m.Attribute(attr=m.Name("add_argument"))))
        found = [each for call in calls if isinstance(call, cst.Call) for each in self._of(call)]
        names = [name for name, _ in found]
        self._values = {name: value for name, value in found if names.count(name) == 1}
        writes = m.AssignTarget(target=m.Attribute()) | m.AugAssign(target=m.Attribute())
        self._written = {
            source.text(each.target)
            for each in m.findall(source.module, writes)
            if isinstance(each, cst.AssignTarget | cst.AugAssign)
        }
        self.used: set[str] = set()

    def value_of(self, node: cst.Attribute) -> object:
        """Return the default of an attribute of the parsed arguments, or `UNKNOWN`."""
        if not isinstance(node.value, cst.Name) or not self._is_parsed(node.value):
            return UNKNOWN
        name = node.attr.value
        value = self._values.get(name, UNKNOWN)
        if value is None or value is UNKNOWN or self._source.text(node) in self._written:
            return UNKNOWN
        self.used.add(f"{self._source.text(node)} = {value!r}")
        return value

    def _is_parsed(self, name: cst.Name) -> bool:
        definition = definition_of(self._source, name)
        if definition is not None:
            return m.matches(definition, _IS_PARSING)
        scope = self._source.scopes.get(name)
        assigned = list(scope[name.value]) if scope is not None else []
        is_parameter = any(isinstance(getattr(a, "node", None), cst.Param) for a in assigned)
        return is_parameter and name.value in PARSED

    def _of(self, call: cst.Call) -> Iterator[tuple[str, object]]:
        given = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
        flags = [value_of(self._source, arg.value) for arg in call.args if arg.keyword is None]
        words = [flag for flag in flags if isinstance(flag, str)]
        long = next((word for word in words if word.startswith("--")), (words or [""])[0])
        name = long.lstrip("-").replace("-", "_")
        if "dest" in given:
            name = str(value_of(self._source, given["dest"]))
        yield name, value_of(self._source, given["default"]) if "default" in given else None
