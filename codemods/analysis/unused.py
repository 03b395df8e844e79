"""Imported names that a file never uses: they go where the used ones of their kind go."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from libcst.helpers import get_full_name_for_node

from bridge.equivalents import OPTIMIZERS, SCHEDULERS, equivalents_of
from codemods.signatures import bridge_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.analysis.names import Binding, Names
    from codemods.api import Table


def unused(names: Names, table: Table, framework: str) -> Iterator[tuple[Binding, str | None]]:
    """Yield every binding without a use, and its new place, None if there is none."""
    unclear = {get_full_name_for_node(a.node) or "" for a in names.ambiguous}
    used = {name.partition(".")[0] for name in unclear}
    used |= {r.binding.local for r in names.references} | {q.binding.local for q in names.quoted}
    for binding in names.bindings:
        if binding.local not in used:
            yield binding, _place(binding.qualified, table, framework)


def _place(qualified: str, table: Table, framework: str) -> str | None:
    rows = equivalents_of(framework, qualified.rpartition(".")[2])
    if rows and bridge_name(qualified) is not None:
        return rows[0].native
    modules = {"torch.optim": OPTIMIZERS, "torch.optim.lr_scheduler": SCHEDULERS}
    if qualified in modules:
        return modules[qualified][framework][0].native.rpartition(".")[0]
    if (row := table.names.get(qualified)) is not None:
        return row.to
    # A module has no row of its own: it is where most of what stands in it is.
    votes: Counter[str] = Counter()
    for name, row in table.names.items():
        rest = name.removeprefix(qualified)
        if rest.startswith(".") and row.to.endswith(rest):
            votes[row.to.removesuffix(rest)] += 1
    return votes.most_common(1)[0][0] if votes else bridge_name(qualified)
