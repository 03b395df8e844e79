"""How a native class stands to a torch class: the rows of the tables beside this file.

The tables are data. `optbridge port` reads them to write native code, the compatibility matrix is
printed from them, and a test executes every row on the real framework.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# a: bit-identical; b: within 1e-12 of the largest value; p: within 1e-5 of the tensor's largest
# entry after 100 float32 steps.
Grade: TypeAlias = Literal["a", "b", "p"]
Otherwise: TypeAlias = Literal["differs", "raises"]
Convert: TypeAlias = Literal[
    "as it is", "float", "factor", "its lr", "members", "last member", "only element"
]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one argument's value.

    `otherwise` is what the native class does where it does not hold: it `differs` in silence, so a
    value that cannot be read from the source is not good enough, or it `raises` at construction.
    """

    text: str
    holds: Callable[[object], bool]
    otherwise: Otherwise = "differs"


ANYTHING: Final = Condition("anything", lambda _: True)


def only(value: object) -> Condition:
    """Accept one constant.

    >>> only(0).holds(0.0), only(False).holds(True)
    (True, False)
    """
    return Condition(
        repr(value), lambda given: given == value and _is_bool(given) == _is_bool(value)
    )


def between(low: float, high: float, *, otherwise: Otherwise) -> Condition:
    """Accept numbers strictly between two bounds.

    >>> between(0, 1, otherwise="raises").holds(1.0)
    False
    """
    if math.isinf(high):
        text = "a number" if math.isinf(low) else f"> {low}"
    else:
        text = f"< {high}" if math.isinf(low) else f"between {low} and {high}"
    return Condition(text, lambda given: _is_number(given) and low < given < high, otherwise)


def one_of(*values: object) -> Condition:
    """Accept some constants.

    >>> one_of(1, 2).holds(2), one_of(1, 2).holds(3)
    (True, False)
    """
    conditions = tuple(only(value) for value in values)
    text = ", ".join(repr(value) for value in values[:-1]) + f" or {values[-1]!r}"
    return Condition(text, lambda given: any(each.holds(given) for each in conditions))


def integer(minimum: int, *, otherwise: Otherwise) -> Condition:
    """Accept integers from `minimum` on; a bool is none."""
    return Condition(
        f"an int >= {minimum}",
        lambda given: isinstance(given, int) and not _is_bool(given) and given >= minimum,
        otherwise,
    )


INCREASING: Final = Condition(
    "a list of increasing ints >= 0",
    lambda given: (
        isinstance(given, list)
        and all(isinstance(m, int) and not _is_bool(m) and m >= 0 for m in given)
        and given == sorted(set(given))
    ),
)


# What CosineAnnealingWarmRestarts may multiply its cycles by where the cycle is found by a
# logarithm: with the others that rounds down, and a restart begins at the lowest rate.
WITHOUT_ROUNDING: Final = one_of(1, 2, 4, 5, 6, 7, 8)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not _is_bool(value)


@dataclass(frozen=True, slots=True)
class To:
    """Where one torch argument goes: the native keyword, or nowhere (`name=None`).

    `convert` says what is passed on: the value, the value as a float, of a group's learning rate
    its factor to the optimizer's, of an optimizer the learning rate that it was built with, of a
    list of schedulers their equivalents or the equivalent of the last, of a list the only element.
    `note` is what the user should know where it is given and not False.
    """

    name: str | None
    when: Condition = ANYTHING
    convert: Convert = "as it is"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A two-tuple that the native class takes as two arguments, such as `betas`."""

    first: str
    second: str


def dropped(when: Condition, note: str = "") -> To:
    """Describe an argument without a native counterpart, equal only where `when` holds."""
    return To(None, when, note=note)


WITHOUT_EFFECT: Final = dropped(ANYTHING, "has no effect on the result and is dropped")
VERBOSE: Final = To("verbose", note="prints in the words of the framework")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One native class that equals a torch class under conditions.

    `arguments` maps torch's names to native ones; `written` are native arguments that must be
    spelled out where none of torch's goes there: expressions over torch's arguments and `lr`, the
    optimizer's learning rate. `requires` names conditions on the whole bundle (see
    `REQUIREMENTS`), `notes` what the user should know of the port. Positional arguments may stay
    positional where `keeps_positions`. Of a schedule of schedules, `members` are the classes that
    it may have, with conditions beyond those of their own rows. `group_options` are torch's options
    that the native class takes from each group, and where they go there.
    """

    torch: str
    native: str
    code: str
    grade: Grade
    arguments: Mapping[str, To | Pair]
    source: str
    written: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    keeps_positions: bool = False
    members: Mapping[str, Mapping[str, Condition]] = field(default_factory=dict)
    group_options: Mapping[str, To | Pair] = field(default_factory=dict)


# What a row may require of the code around it, in the words of the report.
REQUIREMENTS: Final[Mapping[str, str]] = {
    "one group": "its parameters are one flat group",
    "written groups": "its groups are written out as a list of dicts, or it has one flat group",
    "rates alone": "no other optimizer is made where groups have learning rates of their own",
    "groups alone": (
        "no other optimizer is made where groups have learning rates of their own, or a decay"
    ),
    "one rate": "its groups have one learning rate",
    "one rate or no floor": "its groups have one learning rate, or `eta_min` is 0",
    "one scheduler": "no other scheduler drives the same optimizer",
    "no lr writes": "nothing else writes the optimizer's learning rate",
    "gradients at every step": "nothing freezes parameters or adds groups",
    "one function": "the argument is one function",
    "repeatable function": "the argument is one function, of the step alone",
    "no scheduler": "no scheduler drives it, and nothing writes its learning rate",
    "linear warm-up": (
        "its members are a LinearLR that ends at factor 1.0 at the milestone, and one more"
    ),
    "no saved schedule": "the schedule's state is neither saved nor loaded",
    "rising warm-up": "its `start_lr` is at least 0 and below its `end_lr`",
}


def difference(row: Equivalent, name: str, value: object) -> str:
    """Say that a value of an argument breaks a row's condition.

    >>> row = Equivalent("SGD", "x.SGD", "X1", "p", {"dampening": dropped(only(0))}, "")
    >>> difference(row, "dampening", 0.5)
    "x.SGD equals torch's only if `dampening` is 0; here it is 0.5"
    """
    rule = row.arguments[name]
    accepted = rule.when.text if isinstance(rule, To) else ""
    return f"{row.native} equals torch's only if `{name}` is {accepted}; here it is {value!r}"


def conditions_of(row: Equivalent) -> Iterator[str]:
    """Say in words when a row equals torch's class, each condition as Markdown."""
    for name, rule in row.arguments.items():
        if isinstance(rule, To) and rule.when.text != "anything":
            yield f"`{name}` is {rule.when.text}"
    if row.members:
        yield "each member is " + ", ".join(_member(n, row.members[n]) for n in row.members)
    if row.group_options:
        yield "a group has no options but " + ", ".join(f"`{name}`" for name in row.group_options)
    yield from (REQUIREMENTS[r] for r in row.requires)
    yield from (f"note: {n}" for n in row.notes)


def _member(name: str, conditions: Mapping[str, Condition]) -> str:
    words = " and ".join(f"`{key}` {condition.text}" for key, condition in conditions.items())
    return f"`{name}`" + (f" with {words}" if words else "")
