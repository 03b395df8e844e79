"""Which expressions of a file are tensors, modules or loaders, as far as the file alone tells.

Types flow from the tables' `returns` through assignments, calls of the file's own functions and
attributes of its classes. What is not followed is unknown, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import literal_of
from codemods.analysis.definitions import Definitions
from codemods.analysis.facts import class_of
from codemods.api.convert import choose
from codemods.values.flow import attribute, named, parameter, returned
from codemods.values.kinds import (
    DICT,
    MODULE,
    NOTHING,
    OPTIMIZER,
    STATE,
    TENSOR,
    UNKNOWN,
    VALUE,
    Type,
    arithmetic,
    instance_of,
    item,
    join,
    list_of,
    of_kind,
    of_state,
    tuple_of,
)
from codemods.values.plain import outside_call, outside_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.analysis.names import Names
    from codemods.api import Table
    from codemods.api._model import Holder
    from codemods.syntax.source import Source

ROUNDS: Final = 8  # types settle in two or three; a file that needs more keeps them unknown
DEPTH: Final = 60  # expressions that wait for each other: Python's own stack is finite
LITERALS: Final[Mapping[type[cst.CSTNode], Type]] = {
    **dict.fromkeys((cst.Integer, cst.Float, cst.Imaginary, cst.Set, cst.SetComp), VALUE),
    **dict.fromkeys((cst.SimpleString, cst.FormattedString, cst.ConcatenatedString), VALUE),
    **dict.fromkeys((cst.Dict, cst.DictComp), DICT),
}
IDENTITY: Final = (cst.Is, cst.IsNot, cst.In, cst.NotIn)


class Types:
    """The types of a file's expressions; `settle` computes those that are asked for later."""

    def __init__(self, source: Source, names: Names, table: Table) -> None:
        self.source, self.table = source, table
        self.meanings: dict[cst.CSTNode, str] = {r.node: r.qualified for r in names.references}
        self.definitions = Definitions(source, self.meanings)
        self.reached: dict[cst.CSTNode, Sequence[cst.CSTNode]] = {}
        self.written: dict[str, Sequence[cst.Attribute]] = {}
        # What no loop feeds is final; of the rest there is what this round and the last one found.
        self._final: dict[cst.CSTNode, Type] = {}
        self._known: dict[cst.CSTNode, Type] = {}
        self._before: dict[cst.CSTNode, Type] = {}
        self._open: set[cst.CSTNode] = set()
        self._guesses = 0

    def settle(self, nodes: Sequence[cst.BaseExpression]) -> None:
        """Compute the types of expressions until nothing changes any more."""
        for _ in range(ROUNDS):
            self._before, self._known = self._known, {}
            for node in nodes:
                self.of(node)
            if self._known == self._before:
                return
        self._known = {}  # of() starts again from nothing: what a loop feeds stays unknown
        self._before = dict.fromkeys(self._before, UNKNOWN)

    def of(self, node: cst.CSTNode) -> Type:
        """Return an expression's type, what the last round found where a loop closes."""
        if (found := self._final.get(node)) is not None:
            return found
        guesses = self._guesses
        self._guesses += 1
        if node in self._known:
            return self._known[node]
        if node in self._open:
            return self._before.get(node, NOTHING)
        if len(self._open) > DEPTH:
            return UNKNOWN
        self._guesses = guesses
        self._open.add(node)
        found = self._compute(node)
        self._open.discard(node)
        kept = self._final if self._guesses == guesses else self._known
        kept[node] = found
        return found

    def holder(self, of: Type) -> Holder | None:
        """Return whose members an expression of this type has."""
        match of.kind:
            case "tensor":
                return "tensor"
            case "layer" | "layers" | "module":
                return "module"
            case "loader":
                return "loader"
            case "scaler":
                return "scaler"
            case "instance" if isinstance(of.owner, cst.ClassDef):
                return "module" if self.definitions.is_module(of.owner) else None
        return None

    def defines(self, owner: cst.ClassDef, name: str) -> bool:
        """Tell whether a class of the file has a member of this name of its own."""
        return attribute(self, owner, name) is not None

    def _compute(self, node: cst.CSTNode) -> Type:  # noqa: PLR0911  # one case per kind of node
        match node:
            case cst.Name() | cst.Attribute() if node in self.meanings:
                row = self.table.names.get(self.meanings[node])
                return of_kind(row.returns) if row and row.accepts is None else UNKNOWN
            case cst.Name():
                return named(self, node)
            case cst.Param():
                return parameter(self, node)
            case cst.FunctionDef():
                return returned(self, node)
            case cst.Attribute():
                return self._attribute(node)
            case cst.Call():
                return self._call(node)
            case cst.Subscript():
                return self._subscript(node)
        return LITERALS.get(type(node)) or self._compound(node)

    def _compound(self, node: cst.CSTNode) -> Type:  # noqa: PLR0911  # one case per kind of node
        match node:
            case cst.BinaryOperation(left=left, right=right):
                return arithmetic((self.of(left), self.of(right)))
            case cst.Comparison(left=left, comparisons=others):
                if any(isinstance(o.operator, IDENTITY) for o in others):
                    return VALUE
                return arithmetic((self.of(left), *(self.of(o.comparator) for o in others)))
            case cst.UnaryOperation(operator=operator, expression=expression):
                return VALUE if isinstance(operator, cst.Not) else self.of(expression)
            case cst.BooleanOperation(left=one, right=other) | cst.IfExp(body=one, orelse=other):
                return join((self.of(one), self.of(other)))
            case cst.NamedExpr(value=value):
                return self.of(value)
            case cst.Tuple(elements=elements):
                return tuple_of(self._elements(elements))
            case cst.List(elements=elements):
                return list_of(join(self._elements(elements)) if elements else UNKNOWN)
            case cst.ListComp(elt=elt) | cst.GeneratorExp(elt=elt):
                return list_of(self.of(elt))
        return UNKNOWN

    def _elements(self, elements: Iterable[cst.BaseElement]) -> list[Type]:
        return [self.of(e.value) if isinstance(e, cst.Element) else UNKNOWN for e in elements]

    # members

    def _attribute(self, node: cst.Attribute) -> Type:
        of, name = self.of(node.value), node.attr.value
        if of == VALUE:
            return VALUE
        if isinstance(of.owner, cst.ClassDef) and of.kind == "instance":
            return attribute(self, of.owner, name) or self._row_type(of, name)
        return self._row_type(of, name)

    def _row_type(self, of: Type, name: str) -> Type:
        holder = self.holder(of)
        row = self.table.members[holder].get(name) if holder is not None else None
        if row is not None:
            return of_kind(row.returns) if row.accepts is None else UNKNOWN
        return TENSOR if holder == "module" and name in ("weight", "bias") else UNKNOWN

    def _subscript(self, node: cst.Subscript) -> Type:
        of = self.of(node.value)
        if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
            index = literal_of(self.source, node.slice[0].slice.value)
            return item(of, index if isinstance(index, int) else None)
        return of if of.kind in ("list", "layers", "value", "tensor") else UNKNOWN

    # calls

    def _call(self, node: cst.Call) -> Type:
        function = node.func
        if (qualified := self.meanings.get(function)) is not None:
            row = self.table.names.get(qualified)
            if row is not None:
                return of_kind(choose(self.source, function, qualified, row)[0].returns)
            return OPTIMIZER if class_of(qualified) else UNKNOWN
        own = self.of(function)
        if isinstance(function, cst.Attribute) and own.kind != "function":
            of = self.of(function.value)
            holder = self.holder(of)
            row = self.table.members[holder].get(function.attr.value) if holder else None
            if row is not None:
                returns = choose(self.source, function, "", row)[0].returns
                return of if returns == "itself" else of_kind(returns)
            if of in (VALUE, STATE):
                return VALUE if of == VALUE else of_state(function.attr.value)
        return self._result(node, own)

    def _result(self, node: cst.Call, function: Type) -> Type:
        given = [self.of(a.value) for a in node.args if not a.star]
        match function.kind:
            case "layer":
                return TENSOR
            case "class" if isinstance(function.owner, cst.ClassDef):
                return instance_of(function.owner)
            case "instance" if isinstance(function.owner, cst.ClassDef):
                method = self.definitions.member(function.owner, "forward")
                return self.of(method) if method is not None else UNKNOWN
            case "function" if function.owner is not None:
                return self.of(function.owner)
        name = outside_name(self.source, node.func)
        if name == "super":
            return self._super(node)
        return outside_call(name, given) if name is not None else UNKNOWN

    def _super(self, node: cst.Call) -> Type:
        owner = self.source.enclosing(node, cst.ClassDef)
        return MODULE if owner is not None and self.definitions.is_module(owner) else UNKNOWN
