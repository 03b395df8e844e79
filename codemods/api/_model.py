"""How one name of torch's own API reads in another framework: the rows of the tables here.

A row states what was measured to be equal. What a row does not state is not equal: a call that
uses an argument outside of it is left as it was, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import libcst as cst

    from codemods.model import Blocked
    from codemods.syntax.source import Source

# What a call gives or a name holds, as far as a port has to know it. A "layer" is a module whose
# call gives a tensor; "itself" is what the method was called on; a "value" is nothing of torch's.
Kind: TypeAlias = Literal[
    "tensor",
    "tensors",
    "pair of tensors",
    "named tensors",
    "state",
    "layer",
    "layers",
    "module",
    "modules",
    "named modules",
    "dataset",
    "loader",
    "device",
    "dtype",
    "value",
    "itself",
    "scaler",
    "unknown",
]
Holder: TypeAlias = Literal["tensor", "module", "loader", "scaler"]


# What stands in a note between what differs and what can be done about it.
HINT: Final = "\nHint: "
Place: TypeAlias = Literal["both", "position", "moved", "keyword"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that may be given, what it is called there, and how it may be given.

    `place` is "moved" where a positional argument has to be written with its name.
    """

    name: str
    word: str
    place: Place = "both"
    is_dropped: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters that a call may use; `rest` says what becomes of more positional ones."""

    parameters: tuple[Parameter, ...] = ()
    rest: Literal["none", "same", "list"] = "none"


def signature(text: str) -> Signature:
    """Read a signature as the tables write it.

    `a` keeps its place and name, `a=b` is called `b`, `/a` is given by position only, `~a` has no
    effect there and is dropped, `!a` has to be given: its default differs. After a `*` places
    differ: a positional argument is written with its name. After a `|` only keywords may be given.
    `*args` takes any number, `[*args]` puts them into one list.

    >>> [p.word for p in signature("x, bias=bias_attr").parameters]
    ['x', 'bias_attr']
    >>> signature("[*tensors]").rest
    'list'
    """
    parameters: list[Parameter] = []
    rest: Literal["none", "same", "list"] = "none"
    place: Place = "both"
    for word in filter(None, (w.strip() for w in text.split(","))):
        if word in ("*", "|"):
            place = "moved" if word == "*" else "keyword"
        elif word.startswith(("*", "[*")):
            rest = "list" if word.startswith("[") else "same"
        else:
            name, _, renamed = word.lstrip("~/!").partition("=")
            signs = word[: word.index(name)]
            here: Place = "position" if "/" in signs else place
            parameters.append(Parameter(name, renamed or name, here, "~" in signs, "!" in signs))
    return Signature(tuple(parameters), rest)


# Turns the expression of an argument into the parts of the new one.
Rewrite: TypeAlias = (
    "Callable[[Source, cst.BaseExpression], tuple[str | cst.CSTNode, ...] | Blocked]"
)


@dataclass(frozen=True, slots=True)
class Api:
    """One row: the name `to` (empty: torch's own), what a call may be given, what it returns.

    Attributes:
        accepts: None where the name may be used, but not called.
        values: how an argument's value is rewritten.
        only: the constants that an argument may be, where others are not equal.
        note: what a reader of the port has to know, and after a `HINT` what helps; shown once
            for a file.
        notes: the same, shown where an argument is given.
        written: arguments to add where a call does not give them: torch's default is another one.
        alone: an argument, and others that it is not equal together with.
        is_value: whether the name may also be used without a call.
        is_statement: whether it is equal only where its result is not used.
        is_property: whether torch's call is an attribute there.
        is_writable: whether the attribute may be assigned to.
        is_list: whether torch's call gives an iterator, and a list there.
        is_function: whether torch's method is a function `to` of the receiver there.
        is_type: whether the name may stand in an annotation, or be asked for by isinstance.
        is_setting: whether an assignment to the name is left out.
        then: what is written behind a call.
        otherwise: the row for a call that this one does not cover.
    """

    accepts: Signature | None = None
    to: str = ""
    returns: Kind = "unknown"
    values: Mapping[str, Rewrite] = field(default_factory=dict)
    only: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    note: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    alone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_value: bool = False
    is_statement: bool = False
    is_property: bool = False
    is_writable: bool = False
    is_list: bool = False
    is_function: bool = False
    is_type: bool = False
    is_setting: bool = False
    then: str = ""
    otherwise: Api | None = None


Rows: TypeAlias = "Mapping[str, Api]"
Members: TypeAlias = "Mapping[Holder, Rows]"


@dataclass(frozen=True, slots=True)
class Table:
    """One framework's rows: names of torch, and members of its objects.

    `operators` says why an operator between tensors is not torch's; `memory` why a write into what
    a function gives is not, and a write into what it was given. `left` says of names that no row
    has, and of all below them, why that is, and after a `HINT` what helps.
    """

    names: Rows
    members: Members
    operators: Mapping[str, str]
    memory: Mapping[str, str]
    left: Mapping[str, str]

    def why_left(self, name: str) -> str:
        """Return why a name of torch, `torch.linspace` or `Tensor.add_`, has no row."""
        above = name
        while above and above not in self.left:
            above = above.rpartition(".")[0]
        return self.left[above] if above else f"`{name}` is in no table yet"


def call(text: str, returns: Kind = "tensor", to: str = "", *, note: str = "") -> Api:
    """Return the row of a function or a method that takes the arguments of a signature."""
    return Api(signature(text), to, returns, note=note)


def layer(text: str, to: str = "", *, note: str = "") -> Api:
    """Return the row of a module's class: called, subclassed, or asked for by isinstance."""
    return Api(signature(text), to, "layer", note=note, is_value=True)


def value(returns: Kind = "value", to: str = "") -> Api:
    """Return the row of a name that is used, and not called."""
    return Api(None, to, returns, is_value=True)


def function(text: str, to: str, returns: Kind = "tensor") -> Api:
    """Return the row of a method that is a function of its receiver in the new framework."""
    return Api(signature(text), to, returns, is_function=True)


def names(root: str, *tables: Rows) -> Rows:
    """Put tables together, later rows before earlier ones, under the whole dotted names."""
    merged = {key: row for rows in tables for key, row in rows.items()}
    return {f"torch.{key}": _rooted(root, key, row) for key, row in merged.items()}


def _rooted(root: str, key: str, row: Api) -> Api:
    other = row.otherwise and _rooted(root, key, row.otherwise)
    to = "" if row.is_setting else f"{root}.{row.to or key}"
    return replace(row, to=to, otherwise=other)
