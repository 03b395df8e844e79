"""Classes of the file that are built on torch's LRScheduler: which ones a native class can be.

https://docs.pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LRScheduler.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.analysis.callees import INIT
from codemods.analysis.subclasses import methods_of
from codemods.analysis.targets import is_store
from codemods.model import Blocked
from codemods.rules.own.arguments import begun_with, check_arguments
from codemods.rules.own.model import OwnScheduler, UnfitError
from codemods.rules.own.reading import Reader, check_mentions, kept_by
from codemods.signatures import VERBOSE

if TYPE_CHECKING:
    from collections.abc import Collection

    from codemods.analysis.facts import AttributeUse, Construct
    from codemods.rules.requirements import Surroundings

__all__ = ["OwnScheduler", "is_kept", "lacks_one_group", "read", "verbose_notes"]

PRINTS: Final = f"`{VERBOSE}` prints in the words of the framework"


def read(
    around: Surroundings, construct: Construct, reserved: Collection[str]
) -> OwnScheduler | Blocked:
    """Read the class that a construction calls, or say why no native class is the same.

    `reserved` are the names that the native base has for something else.
    """
    if construct.owner is None:
        return Blocked("it is no class of this file")
    calls = [c.call for c in around.bundle.schedulers if c.owner is construct.owner]
    try:
        check_mentions(around.source, construct.owner, calls)
        own = Reader(around.source, construct.owner, reserved).read()
        check_arguments(around.source, construct, own)
    except UnfitError as error:
        return Blocked(str(error))
    return own


def lacks_one_group(around: Surroundings) -> str | None:
    """Return why an optimizer of a bundle may have several groups, None if each has one."""
    reasons = (around.lacks("one group", optimizer, {}) for optimizer in around.bundle.optimizers)
    return next((reason for reason in reasons if reason is not None), None)


def is_kept(around: Surroundings, use: AttributeUse) -> bool:
    """Tell whether a use of a scheduler reads what the file's own class has put there."""
    inits = [
        methods_of(c.owner).get(INIT) if c.owner is not None else None
        for c in around.bundle.schedulers
    ]
    return not is_store(around.source, use.node) and all(
        init is not None and use.attribute in kept_by(around.source, init) for init in inits
    )


def verbose_notes(own: OwnScheduler, construct: Construct) -> tuple[str, ...]:
    """Return what to know of a `verbose` that torch's constructor is handed."""
    return (PRINTS,) if VERBOSE in begun_with(own, construct) else ()
