"""torch.nn's recurrent layers: gates, weights, their names and their distribution are the same.

Paddle says `time_major` where torch says the opposite, and gives the direction a name.

https://docs.pytorch.org/docs/2.13/generated/torch.nn.LSTM.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/LSTM_en.html
https://oneflow.readthedocs.io/en/v0.9.0/generated/oneflow.nn.LSTM.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT, Api, signature
from codemods.api.rewrites import direction, opposite

if TYPE_CHECKING:
    from codemods.api._model import Rows

_PADDLES: Final = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}
# Measured on the CPU: its buffer for the state of the dropout has no memory to copy.
_MOVES: Final = (
    "on the CPU Paddle 3.3 raises where it, or a layer that holds it, is moved by `to`"
    f"{HINT}make the model on the device, and leave `.to(device)` out"
)
_SIZES: Final = "input_size, hidden_size, num_layers, |, "

PADDLE: Final[Rows] = {
    f"nn.{name}": Api(
        signature(f"{_SIZES}batch_first=time_major, bidirectional=direction"),
        f"nn.{paddles}",
        "module",
        values={"batch_first": opposite, "bidirectional": direction},
        written={"time_major": "True"},
        note=_MOVES,
    )
    for name, paddles in _PADDLES.items()
}
ONEFLOW: Final[Rows] = {
    f"nn.{name}": Api(signature(f"{_SIZES}batch_first, bidirectional"), returns="module")
    for name in ("LSTM", "GRU")
}
