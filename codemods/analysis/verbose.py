"""`verbose` of schedulers: torch took it until 2.6, by position too; `bridge` takes it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.analysis.arguments import Unbound, bind
from codemods.model import Insert
from codemods.signatures import VERBOSE, signature

if TYPE_CHECKING:
    import libcst as cst

    from codemods.analysis.facts import Construct

NOTE: Final = "`verbose` prints what torch printed until 2.6; torch rejects it since"


def verbose_of(construct: Construct) -> cst.Arg | None:
    """Return the argument of a construction that is its `verbose`, None if it has none."""
    torch_signature = signature(construct.reference.qualified)
    is_own = construct.owner is not None  # which may call anything `verbose`
    if construct.role == "optimizer" or is_own or torch_signature is None:
        return None
    bound = bind(construct.call, torch_signature)
    return None if isinstance(bound, Unbound) else bound.get(VERBOSE)


def named(argument: cst.Arg) -> tuple[Insert, ...]:
    """Return what gives an argument its name, nothing if it has one."""
    return () if argument.keyword is not None else (Insert(argument, f"{VERBOSE}=", "before"),)
