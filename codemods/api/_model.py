"""How one name of torch's own API reads in another framework: the rows of the tables here.

A row states what was measured to be equal. What a row does not state is not equal: a call that
uses an argument outside of it is left as it was, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

# What an expression is, as far as a port has to know; "value" is anything that is none of these.
Type: TypeAlias = Literal["tensor", "module", "device", "dtype", "loader", "value", "unknown"]


@dataclass(frozen=True, slots=True)
class Api:
    """`to` is the new dotted name, or the new method name in a table of methods.

    `positional` are torch's parameters that may be given by position, in order; `keywords` maps
    the keywords that may be given to the new ones. A positional argument stays positional unless
    `by_keyword` says that its place moved. `note` is shown with the port; `returns` is the type
    of a call's result. `is_value` rows may also be used without a call.
    """

    to: str
    positional: tuple[str, ...] = ()
    keywords: Mapping[str, str | None] = field(default_factory=dict)
    by_keyword: tuple[str, ...] = ()
    variadic: bool = False
    as_list: bool = False
    note: str = ""
    returns: Type = "unknown"
    is_value: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One framework's rows: dotted names, methods of tensors and modules, and modules."""

    names: Mapping[str, Api]
    methods: Mapping[Type, Mapping[str, Api]]
    modules: Mapping[str, str]
