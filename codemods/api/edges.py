"""Numbers at which a function, or its gradient, is another one in a framework: one note each.

Everywhere else these rows are equal, so they are ported, and the report says where they are not.
Measured on the CPU; https://github.com/PaddlePaddle/Paddle/tree/v3.3.1/paddle/phi/kernels/cpu
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.api._model import Api, Rows

_CUT: Final = "on the CPU Paddle's log-probabilities end at -64"
_ZERO_LOGIT: Final = (
    "at a logit of exactly 0, as a layer of zeros gives, Paddle's gradient is too small by 1"
    f"{HINT}start from other weights than zeros, or port it as "
    "binary_cross_entropy(sigmoid(logits), target)"
)
_SLOPE: Final = "at exactly 0 Paddle's gradient is 1, torch's the slope"
_SWISH: Final = "below -86 Paddle's gradient is not finite in float32, torch's is 0"
_ZERO_FACTOR: Final = "where an entry is 0 its gradient is nan, torch's the product of the others"

PADDLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("log_softmax", "nn.functional.log_softmax", "nn.LogSoftmax"), _CUT),
    **dict.fromkeys(
        ("nn.functional.cross_entropy", "nn.CrossEntropyLoss"),
        f"{_CUT}; a mean over no label is 0, torch's nan",
    ),
    "nn.functional.binary_cross_entropy_with_logits": _ZERO_LOGIT,
    "nn.BCEWithLogitsLoss": _ZERO_LOGIT,
    **dict.fromkeys(("nn.functional.leaky_relu", "nn.LeakyReLU"), _SLOPE),
    **dict.fromkeys(("nn.functional.silu", "nn.SiLU"), _SWISH),
    "prod": _ZERO_FACTOR,
}
ONEFLOW: Final[Mapping[str, str]] = {
    **dict.fromkeys(("nn.functional.mish", "nn.Mish"), "above 88 it is nan in float32"),
    "nn.functional.normalize": "at a vector of zeros its gradient is another one",
    "prod": _ZERO_FACTOR,
}


def noted(rows: Rows, notes: Mapping[str, str], root: str = "") -> Rows:
    """Add notes to the rows of these names, as far as the table has them, under a root."""
    added = {key: _noted(rows[key], t) for n, t in notes.items() if (key := root + n) in rows}
    return {**rows, **added}


def _noted(row: Api, text: str) -> Api:
    other = row.otherwise and _noted(row.otherwise, text)
    return replace(row, note=f"{row.note}; {text}" if row.note else text, otherwise=other)
