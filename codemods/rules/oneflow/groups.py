"""`optimizer.param_groups` in OneFlow: a list of live groups that are no dicts.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.analysis.groups import accesses_of
from codemods.model import Blocked, Converted

if TYPE_CHECKING:
    from codemods.analysis.facts import AttributeUse
    from codemods.analysis.groups import Access, Shape
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings

# Options that a native group has exactly where torch's has them; writes are in force at once.
OPTIONS: Final = frozenset(("lr", "momentum", "weight_decay", "betas", "eps"))
# What a scheduler keeps there in both.
KEPT: Final = frozenset(("initial_lr",))


def convert_groups(_: Surroundings, __: AttributeUse, shape: Shape) -> Outcome:
    """Keep what is done with the groups where OneFlow's take it as torch's do."""
    accesses = accesses_of(shape)
    if accesses is None or not all(map(_is_kept, accesses)):
        return Blocked("OneFlow's `param_groups` are no dicts that can be used like this")
    return Converted()


def _is_kept(access: Access) -> bool:
    return access.key in OPTIONS | KEPT
