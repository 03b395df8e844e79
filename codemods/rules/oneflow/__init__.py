"""torch.optim -> oneflow.optim, where the two are equal.

https://docs.pytorch.org/docs/2.13/optim.html
https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.rules.constructs import convert_construct as _by_table
from codemods.rules.oneflow.subclasses import convert_own
from codemods.rules.oneflow.uses import WORDS

if TYPE_CHECKING:
    from codemods.analysis.facts import Construct
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings

__all__ = ["WORDS", "convert_construct"]


def convert_construct(around: Surroundings, construct: Construct) -> Outcome:
    """Write an optimizer or a scheduler as OneFlow's."""
    if construct.owner is not None:
        return convert_own(around, construct)
    return _by_table(around, construct, "oneflow")
