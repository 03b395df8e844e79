"""torch's API in OneFlow 0.9's words, as far as it is equal.

https://oneflow.readthedocs.io/en/v0.9.0/
"""

from __future__ import annotations

from typing import Final

from codemods.api import (
    amp,
    edges,
    functions,
    init,
    layers,
    left,
    members,
    recurrent,
    settings,
    training,
)
from codemods.api._model import Table, names

TABLE: Final = Table(
    edges.noted(
        names(
            "oneflow",
            *(layers.SHARED, layers.ONEFLOW),
            *(functions.SHARED, functions.ONEFLOW),
            *(init.SHARED, init.ONEFLOW),
            recurrent.ONEFLOW,
            *(training.SHARED, training.ONEFLOW),
            amp.ONEFLOW,
            settings.ONEFLOW,
        ),
        edges.ONEFLOW,
        "torch.",
    ),
    members.ONEFLOW,
    {
        "what is trained, filled": "OneFlow's gradient flows as if it had not been written: "
        "make a new tensor, or do it under no_grad",
        "a write into a view": "OneFlow's gradient does not follow a write into a view: write "
        "`y[0, 1] = z` into the tensor itself, or do it under no_grad",
        "%": "OneFlow's remainder has the sign of the dividend, torch's that of the divisor",
        "//": "OneFlow rounds the quotient of integers towards zero, torch down",
        "bits of integers": "OneFlow's bit operators give booleans",
        "data before a step": "OneFlow drops the gradient of what is assigned to by `.data`, and "
        "the step passes over it: write `.data.copy_(...)`",
        "fill of a view with gaps": "OneFlow fills what lies together, not what the view has: "
        "assign to it, as in `x[:, 1] = 0`",
        "checkpoint in an open file": "OneFlow writes a folder, and takes paths only",
        "checkpoint in memory": "OneFlow writes a folder, and takes paths only",
        "checkpoint as a file": "OneFlow's checkpoint is a folder, and no file of this name: "
        "os.path.exists finds it",
    },
    {
        name: f"what `{name}` gives is a copy in torch, and may share its memory in OneFlow: a "
        "write to either may reach the other"
        for name in ("repeat", "stack", "tile")
    },
    {**left.SHARED, **amp.ONEFLOW_LEFT, **init.ONEFLOW_LEFT},
)
