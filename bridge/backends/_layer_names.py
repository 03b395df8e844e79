"""What Paddle's names of parameters tell: it names those of a layer by the layer's class.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Layer_en.html
"""

from __future__ import annotations

import re
from typing import Final

_LINEARS: Final = re.compile(r"linear_\d+\.w_\d+")
_OTHERS: Final = re.compile(
    r"(embedding|(lstm|gru|simple_rnn)_cell|create_parameter)_\d+\.w_\d+"
    r"|(eager_tmp|generated_tensor|_eager_param_base)_\d+"
)
"""Matrices that lie as in torch: of Paddle's own layers, and without a layer."""


def is_linear(name: str) -> bool:
    """Whether it is the weight of a `Linear`, which lies the other way round than torch's.

    >>> is_linear("linear_0.w_0"), is_linear("head")
    (True, False)
    """
    return _LINEARS.fullmatch(name) is not None


def is_unclear(name: str) -> bool:
    """Whether the name of a matrix does not tell how it lies.

    >>> is_unclear("linear_0.w_0"), is_unclear("embedding_0.w_0"), is_unclear("head")
    (False, False, True)
    """
    return not is_linear(name) and _OTHERS.fullmatch(name) is None
