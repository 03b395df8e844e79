"""Optimizers in the hands of a gradient scaler: `scaler.step(optimizer)` is a step of it.

Where the port writes the scaler in the target's words as well, such a call is no escape.

https://docs.pytorch.org/docs/2.13/amp.html#gradient-scaling
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.api import TABLES
from codemods.api.convert import choose
from codemods.model import Blocked
from codemods.values.infer import Types
from codemods.values.kinds import SCALER

if TYPE_CHECKING:
    from codemods.analysis.names import Names
    from codemods.model import Options
    from codemods.syntax.source import Source

NAME: Final = "GradScaler"
METHODS: Final = ("step", "unscale_")


def stepped(source: Source, names: Names, options: Options) -> frozenset[cst.Arg]:
    """Return the arguments that scalers step or unscale, where the target's scaler does as well."""
    table = TABLES.get(options.target)
    made = [r for r in names.references if r.qualified.endswith(f".{NAME}")]
    if not made or table is None or options.scope != "all":
        return frozenset()
    for reference in made:
        row = table.names.get(reference.qualified)
        if row is None or isinstance(
            choose(source, reference.node, reference.qualified, row)[1], Blocked
        ):
            return frozenset()
    types = Types(source, names, table)
    calls = [
        (call.func.value, call.args[0])
        for call in source.each(cst.Call)
        if isinstance(call.func, cst.Attribute)
        and call.func.attr.value in METHODS
        and len(call.args) == 1
    ]
    types.settle([scaler for scaler, _ in calls])
    return frozenset(argument for scaler, argument in calls if types.of(scaler) == SCALER)
