"""torch.optim -> paddle.optimizer, where the two are equal.

https://docs.pytorch.org/docs/2.13/optim.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Converted
from codemods.rules.constructs import convert_construct as _by_table
from codemods.rules.paddle.joining import join_optimizer, join_scheduler, pair_of
from codemods.rules.paddle.schedulers import absorb, attach, is_warm_up
from codemods.rules.paddle.subclasses import convert_own
from codemods.rules.paddle.uses import WORDS

if TYPE_CHECKING:
    from codemods.analysis.facts import Construct
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings

__all__ = ["WORDS", "convert_construct"]


def convert_construct(around: Surroundings, construct: Construct) -> Outcome:
    """Write an optimizer or a scheduler as Paddle's."""
    is_own = construct.owner is not None
    outcome = convert_own(around, construct) if is_own else _by_table(around, construct, "paddle")
    pair = pair_of(around)
    if pair is not None and isinstance(outcome, Converted):
        join = join_optimizer if construct.role == "optimizer" else join_scheduler
        return join(around, pair, outcome)
    if construct.role == "optimizer":
        return outcome
    if is_warm_up(around, construct):
        return absorb(around, construct, outcome)
    return attach(around, construct, outcome)
