"""How the tables beside this file write a code: the row, and what its examples have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.model import Kind, Target

FRAMEWORKS: Final[Mapping[Target, str]] = {"paddle": "Paddle", "oneflow": "OneFlow"}
TITLES: Final[Mapping[Target, str]] = {**FRAMEWORKS, "bridge": "bridge"}

GROUPS: Final = 303
MEMBERS: Final = 901
LEFT: Final = 999
# A script with an optimizer, to go on from.
HEAD: Final = """\
import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""


class Row(NamedTuple):
    """A number, and what its code means on each of `examples`' targets; `{}` is the framework."""

    number: int
    kind: Kind
    title: str
    text: str
    examples: Mapping[Target, str]
    is_fixed: bool = False
    goes_along: bool = False


def on_both(before: str) -> Mapping[Target, str]:
    return dict.fromkeys(FRAMEWORKS, before)


def on_all(before: str) -> Mapping[Target, str]:
    return dict.fromkeys(TITLES, before)
