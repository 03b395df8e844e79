"""The codes of native code: one for each row of `bridge.equivalents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.equivalents import OPTIMIZERS, SCHEDULERS, VERSIONS, conditions_of
from codemods.codes._examples import example_of
from codemods.codes._model import Example, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.equivalents import Equivalent
    from codemods.model import Target

PAGES = {
    "optimizer": "https://docs.pytorch.org/docs/2.13/generated/torch.optim.{}.html",
    "scheduler": "https://docs.pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.{}.html",
}
TEXT = (
    "Written where every condition holds in the source, and every use of the bundle can be "
    "followed. Where one does not hold, the bundle goes to `bridge`, which has torch's meaning."
)
FRAMEWORKS: tuple[Target, ...] = ("paddle", "oneflow")


def native_rules() -> Iterator[Rule]:
    """Yield the rule of every row, in the order of the tables."""
    for target in FRAMEWORKS:
        yield from (_rule(row, target, "optimizer") for row in OPTIMIZERS[target])
        yield from (_rule(row, target, "scheduler") for row in SCHEDULERS[target])


def _rule(row: Equivalent, target: Target, role: str) -> Rule:
    module = "torch.optim" if role == "optimizer" else "torch.optim.lr_scheduler"
    return Rule(
        row.code,
        "native",
        f"`{module}.{row.torch}` becomes `{row.native}`",
        TEXT,
        Example(example_of(row), target),
        tuple(conditions_of(row)),
        row.grade,
        {target: VERSIONS[target]},
        links=(PAGES[role].format(row.torch), row.source),
    )
