"""What there is to write in other words in a class of the file that is built on LRScheduler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from codemods.rules.own.rates import Rates


class UnfitError(Exception):
    """The class, or the way in which it is made, has no native counterpart."""


@dataclass(slots=True)
class OwnScheduler:
    """A class that a native one can stand for.

    Attributes:
        init: its constructor, if it has one, and `start` the call of torch's in there.
        formulas: its `get_lr`, and what gives the same in closed form.
        rates: what gives a rate for each group.
        epochs: the reads and writes of `last_epoch`.
        optimizers: the places in the constructor that hand the optimizer on.
        needless: statements that assign or warn what natively is so, or never comes.
        has_effects: whether asking for the rates may change something.
    """

    init: cst.FunctionDef | None = None
    start: cst.Call | None = None
    formulas: list[cst.FunctionDef] = field(default_factory=list)
    rates: list[Rates] = field(default_factory=list)
    epochs: list[cst.Attribute] = field(default_factory=list)
    optimizers: list[cst.Name] = field(default_factory=list)
    needless: list[cst.Assign | cst.If] = field(default_factory=list)
    has_effects: bool = False

    @property
    def needs_one_group(self) -> bool:
        """Whether it shows that torch asks once for all groups, and for a list."""
        return self.has_effects or any(rates.is_single for rates in self.rates)

    @property
    def reads_now(self) -> bool:
        return any(rate == "now" for rates in self.rates for _, rate in rates.reads)
