"""torch.nn.init: what has the same distribution whichever way a linear layer's weight lies.

Kaiming's need the number of inputs. Paddle reads it off the axis where its own layers have it, so
it is torch's for the weight of a Linear or of a convolution, and for no other tensor.

https://docs.pytorch.org/docs/2.13/nn.init.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/nn.init.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT, call
from codemods.api.rewrites import weight_of_a_layer, without_data

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
_KAIMING: Final = "/tensor, a, mode, nonlinearity"
_GAINS: Final = {"nonlinearity": ("relu", "leaky_relu")}
# Paddle's return nothing.
SHARED: Final[Rows] = {
    f"nn.init.{name}": replace(call(text, "value"), is_statement=True)
    for name, text in _ARGUMENTS.items()
}
PADDLE: Final[Rows] = {
    **{
        name: replace(row, values={"tensor": without_data})
        for name, row in SHARED.items()
        if not name.endswith(("constant_", "ones_", "zeros_"))
    },
    **{
        f"nn.init.{name}": replace(
            call(_KAIMING, "value"),
            is_statement=True,
            only=_GAINS,
            values={"tensor": weight_of_a_layer},
        )
        for name in ("kaiming_normal_", "kaiming_uniform_")
    },
    "nn.init.trunc_normal_": replace(
        call("/tensor, mean, std, a, b", "value"),
        is_statement=True,
        values={"tensor": without_data},
    ),
    "nn.init.orthogonal_": replace(
        call("/tensor, gain", "value"), is_statement=True, values={"tensor": without_data}
    ),
}
ONEFLOW: Final[Rows] = {
    f"nn.init.{name}": replace(call(_KAIMING, "value"), is_statement=True, only=_GAINS)
    for name in ("kaiming_normal_", "kaiming_uniform_")
}
ONEFLOW_LEFT: Final = {
    "torch.nn.init.orthogonal_": (
        "OneFlow 0.9 fills the tensor with something that is not orthogonal"
        f"{HINT}take the matrix from numpy.linalg.qr"
    )
}
