"""The operations that several of OneFlow's kernels are made of.

They take their options by place, which takes a tenth off a small step.
"""

from __future__ import annotations

from typing import Any

import oneflow


def operation(name: str, *inputs: str) -> Any:
    builder = oneflow.stateful_op(name)
    for each in inputs:
        builder = builder.Input(each)
    return builder.Build()


MOMENTUM = operation("momentum_update", "model", "model_diff", "momentum")
ADAM = operation("adam_update", "model", "model_diff", "m", "v")

UNSCALED, NO_L1 = 1.0, 0.0
"""Options that all of them have and that torch has not."""
