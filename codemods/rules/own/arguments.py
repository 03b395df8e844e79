"""How a scheduler of the file's own class is made: at its first epoch, with its optimizer first."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.arguments import Unbound, bind, value_of
from codemods.analysis.callees import optimizer_argument
from codemods.analysis.subclasses import signature_of
from codemods.rules.own.model import UnfitError
from codemods.signatures import VERBOSE
from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.analysis.facts import Construct
    from codemods.rules.own.model import OwnScheduler
    from codemods.syntax.source import Source

LAST_EPOCH = "last_epoch"
BASE = inspect.Signature(
    [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in ("optimizer", LAST_EPOCH, VERBOSE)
    ]
)


def check_arguments(source: Source, construct: Construct, own: OwnScheduler) -> None:
    """Let a scheduler begin at its first epoch, with its optimizer given first or by that name.

    Raises:
        UnfitError: if it is made in another way, or that is not seen.
    """
    given = given_to(construct)
    optimizer = next(iter(given.values()), None)
    if optimizer is None or optimizer.value is not optimizer_argument(construct.call):
        raise UnfitError("its optimizer is not given first")
    epoch = _first_epoch(construct, own)
    if epoch is not None and value_of(source, epoch) != -1:
        raise UnfitError(f"it begins at epoch `{source.text(epoch)}`, which may not be -1")


def given_to(construct: Construct) -> Mapping[str, cst.Arg]:
    """Return the arguments of a construction by their names.

    Raises:
        UnfitError: if they cannot be told apart.
    """
    signature = signature_of(construct)
    if signature is None:
        raise UnfitError("its constructor takes any arguments")
    return _bound(construct.call, signature)


def begun_with(own: OwnScheduler, construct: Construct) -> Mapping[str, cst.Arg]:
    """Return what torch's constructor is given.

    Raises:
        UnfitError: if its arguments cannot be told apart.
    """
    return _bound(own.start or construct.call, BASE)


def _bound(call: cst.Call, signature: inspect.Signature) -> Mapping[str, cst.Arg]:
    bound = bind(call, signature)
    if isinstance(bound, Unbound):
        raise UnfitError(bound.reason)
    return bound


def _first_epoch(construct: Construct, own: OwnScheduler) -> cst.BaseExpression | None:
    """Return the epoch that a scheduler is told to begin at, None if it is told none."""
    argument = begun_with(own, construct).get(LAST_EPOCH)
    epoch = argument.value if argument is not None else None
    if own.init is None or not isinstance(epoch, cst.Name):
        return epoch
    stored = (n for n in walk(own.init.body) if isinstance(n, cst.AssignTarget | cst.AugAssign))
    is_changed = any(epoch.deep_equals(node.target) for node in stored)
    parameter = next((p for p in own.init.params.params if epoch.deep_equals(p.name)), None)
    if parameter is None or is_changed:
        return epoch
    told = given_to(construct).get(epoch.value)
    return told.value if told is not None else parameter.default
