"""torch's API in Paddle 3.3's words, as far as it is equal.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/index_en.html
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

_COPIED: Final = (
    "as_tensor", "broadcast_to", "chunk", "dropout", "expand", "expand_as", "meshgrid", "split",
)  # fmt: skip

TABLE: Final = Table(
    edges.noted(
        names(
            "paddle",
            *(layers.SHARED, layers.PADDLE),
            *(functions.SHARED, functions.PADDLE),
            *(init.SHARED, init.PADDLE),
            recurrent.PADDLE,
            *(training.SHARED, training.PADDLE),
            amp.PADDLE,
            settings.PADDLE,
        ),
        edges.PADDLE,
        "torch.",
    ),
    members.PADDLE,
    {
        "a write into a view": "Paddle's gradient does not follow a write into a view: write "
        "`y[0, 1] = z` into the tensor itself, or do it under no_grad",
        "augmented assignment": "Paddle makes a new tensor here, torch writes into the old one, "
        "which others may hold as well",
        "an input that is changed": "torch's layer changes its input here, and Paddle's does "
        "not: it is read again",
        "a view that is initialised": "Paddle's random initialisers fill a copy of a part or "
        "another view: initialise the parameter itself",
        "bits of integers": "Paddle's bit operators take tensors only",
        "weight": "a linear layer's weight is [in, out] in Paddle, torch's is [out, in]",
        "in-place change of a gradient": "Paddle refuses it outside of no_grad: write "
        "`.grad.detach()` for `.grad`",
        "data of a gradient": "Paddle forgets what is assigned to a gradient's data: assign to "
        "`.grad` itself, as torch can too",
        "saved module": "Paddle saves no layers: save its state_dict()",
        "checkpoint in an open file": "Paddle writes to paths and to BytesIO only",
        "checkpoint at a Path": "Paddle takes a path as a string only: write str(...)",
        "train() of its own": "Paddle's train() and eval() switch the layers within by themselves, "
        "without a call of this one",
    },
    {
        name: f"what `{name}` gives is a copy in Paddle, and shares its memory in torch: a write "
        "to either does not reach the other"
        for name in _COPIED
    },
    {**left.SHARED, **left.PADDLE, **amp.PADDLE_LEFT},
)
