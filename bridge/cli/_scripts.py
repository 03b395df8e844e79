"""The schedules of a training script, as far as its source alone tells them; it is never run.

The facts are those that `optbridge port` works with.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from bridge import optim
from bridge._expression import parse_group
from bridge.cli import Failure
from bridge.cli._defaults import Defaults
from bridge.errors import ExpressionError
from codemods.analysis.arguments import UNKNOWN, definition_of, value_of
from codemods.analysis.collect import collect
from codemods.analysis.names import find_names
from codemods.syntax.source import Source, UnreadableSourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codemods.analysis.facts import Construct, Facts

DEEPEST = 20  # names that stand for names that stand for ...
# An optimizer's hyperparameters that schedules drive.
DRIVEN: Final = ("lr", "momentum", "betas", "weight_decay")
FIRST_ARGUMENT: Final = {"ChainedScheduler": "schedulers"}


@dataclass(frozen=True, slots=True)
class Found:
    """A schedule that can be drawn: its call as text, and its optimizer's groups."""

    line: int
    text: str
    groups: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A schedule that cannot, for `reason`."""

    line: int
    name: str
    reason: str


class _UnknownError(Exception):
    """Something that the source alone does not tell."""


def schedules_of(path: Path) -> tuple[list[Found | Left], list[str]]:
    """Return every schedule that a script builds, but for the members of others.

    Returns:
        The schedules, and the defaults of the script's command line that they are drawn with.
    """
    try:
        source = Source.parse(path.read_bytes())
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error
    except UnreadableSourceError as error:
        raise Failure(f"{path}:{error.line}:{error.column}: {error.reason}") from error
    reader = _Reader(source, collect(source, find_names(source)))
    return list(reader.run()), sorted(reader.defaults.used)


class _Reader:
    def __init__(self, source: Source, facts: Facts) -> None:
        self.source = source
        self.facts = facts
        self.by_call = {construct.call: construct for construct in facts.constructs}
        self.members: set[cst.Call] = set()
        self.defaults = Defaults(source)

    def run(self) -> Iterator[Found | Left]:
        schedules = [each for each in self.facts.constructs if each.role == "scheduler"]
        read = {construct.call: self._read(construct) for construct in schedules}
        yield from (found for call, found in read.items() if call not in self.members)

    def _read(self, construct: Construct) -> Found | Left:
        line = self.source.line(construct.call)
        try:
            return Found(line, self._call(construct, DEEPEST), self._groups(construct))
        except _UnknownError as error:
            return Left(line, construct.name, str(error))

    def _call(self, construct: Construct, depth: int) -> str:
        arguments = []
        for position, argument in enumerate(construct.call.args):
            if argument.star:
                raise _UnknownError(f"`{argument.star}` hides which arguments are given")
            first = FIRST_ARGUMENT.get(construct.name, "optimizer") if position == 0 else ""
            name = argument.keyword.value if argument.keyword is not None else ""
            if (name or first) == "optimizer":
                continue
            value = self._text(argument.value, depth)
            arguments.append(f"{name}={value}" if name else value)
        return f"{construct.name}({', '.join(arguments)})"

    def _text(self, node: cst.BaseExpression, depth: int) -> str:
        value = value_of(self.source, node)
        if value is not UNKNOWN:
            return repr(value)
        match node:
            case cst.Attribute() if (value := self.defaults.value_of(node)) is not UNKNOWN:
                return repr(value)
            case cst.Call() if node in self.by_call:
                self.members.add(node)
                return self._call(self.by_call[node], depth)
            case cst.Name() if depth and (definition := definition_of(self.source, node)):
                return self._text(definition, depth - 1)
            case cst.List(elements=elements) | cst.Tuple(elements=elements):
                return f"[{', '.join(self._text(each.value, depth) for each in elements)}]"
            case cst.BinaryOperation(left=left, operator=operator, right=right):
                sign = cst.Module([]).code_for_node(operator).strip()
                return f"({self._text(left, depth)} {sign} {self._text(right, depth)})"
            case _:
                raise _UnknownError(f"the source does not tell `{self.source.text(node)}`")

    def _groups(self, construct: Construct) -> tuple[Mapping[str, Any], ...]:
        """Return the groups of the optimizer that a schedule drives, as far as they are driven."""
        slot = self.facts.slots.get(self.facts.links.get(construct.call, (None, "")))
        optimizers = [c for c in slot.constructs if c.role == "optimizer"] if slot else []
        if len(optimizers) != 1:
            raise _UnknownError(
                self.facts.orphans.get(construct.call, "its optimizer is made in several places")
            )
        kind = getattr(optim, optimizers[0].name, None)
        if kind is None:
            raise _UnknownError(f"bridge has no {optimizers[0].name}")
        known = list(inspect.signature(kind.__init__).parameters.values())[1:]
        shared = {p.name: p.default for p in known if p.name in DRIVEN}
        groups: list[dict[str, Any]] = [{}]
        for position, argument in enumerate(optimizers[0].call.args):
            if argument.star:
                raise _UnknownError(f"`{argument.star}` hides the optimizer's arguments")
            name = argument.keyword.value if argument.keyword else known[position].name
            if name == "params" and isinstance(argument.value, cst.List):
                groups = [self._group(each.value) for each in argument.value.elements] or [{}]
            elif name in DRIVEN:
                shared[name] = self._value(name, argument.value)
        return tuple(shared | group for group in groups)

    def _group(self, node: cst.BaseExpression) -> dict[str, Any]:
        if not isinstance(node, cst.Dict):
            return {}  # parameters, not groups
        return {
            key: self._value(key, each.value)
            for each in node.elements
            if isinstance(each, cst.DictElement)
            and (key := value_of(self.source, each.key)) in DRIVEN
        }

    def _value(self, name: Any, node: cst.BaseExpression) -> Any:
        try:
            return parse_group(f"{name}={self._text(node, DEEPEST)}")[name]
        except ExpressionError as error:
            raise _UnknownError(f"its {name}: {error}") from error
