"""torch.nn.init: what has the same distribution whichever way a linear layer's weight lies.

Kaiming's need the number of inputs, which Paddle reads off the other axis of a Linear's weight.

https://docs.pytorch.org/docs/2.13/nn.init.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/nn.init.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import call

if TYPE_CHECKING:
    from codemods.api._model import Rows

_ARGUMENTS: Final = {
    "constant_": "/tensor, val",
    "zeros_": "/tensor",
    "ones_": "/tensor",
    "normal_": "/tensor, mean, std",
    "uniform_": "/tensor, a, b",
    "xavier_uniform_": "/tensor, gain",
    "xavier_normal_": "/tensor, gain",
}
# Paddle's return nothing.
SHARED: Final[Rows] = {
    f"nn.init.{name}": replace(call(text, "value"), is_statement=True)
    for name, text in _ARGUMENTS.items()
}
