"""Paddle's models, to average them.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/BatchNorm_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import paddle
from paddle.nn.layer.norm import _BatchNormBase

from bridge.backends._averaging import Averaging, Layers, update_statistics
from bridge.backends.paddle import BACKEND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.backends._protocol import Tensor


def _norms(model: Any) -> list[Any]:
    kinds = (_BatchNormBase, paddle.nn.BatchNorm)
    return [layer for layer in model.sublayers(include_self=True) if isinstance(layer, kinds)]


def _statistics(model: Any) -> list[Tensor]:
    return [tensor for norm in _norms(model) for tensor in (norm._mean, norm._variance)]  # noqa: SLF001 - it has no other name


def _parameters(model: Any) -> list[Tensor]:
    # Paddle counts running statistics among the parameters.
    statistics = {id(tensor) for tensor in _statistics(model)}
    return [param for param in model.parameters() if id(param) not in statistics]


def _buffers(model: Any) -> list[Tensor]:
    return [*_statistics(model), *model.buffers()]


_LAYERS = Layers(
    xp=BACKEND,
    parameters=_parameters,
    buffers=_buffers,
    norms=_norms,
    mean="_mean",
    variance="_variance",
    momentum="_momentum",
    momentum_of_share=lambda share: 1 - share,  # Paddle's is the share of what was before
    hook_before=lambda norm, hook: norm.register_forward_pre_hook(hook).remove,
)


class AveragedModel(Averaging, paddle.nn.Layer):  # type: ignore[misc] # paddle is not there for the type checker
    """A running average of a Paddle model's parameters; a layer itself."""

    layers = _LAYERS

    def _count_averaged(self) -> None:
        self.register_buffer("n_averaged", paddle.zeros([], "int64"))


def update_bn(loader: Iterable[Any], model: Any, device: Any = None) -> None:
    update_statistics(_LAYERS, loader, model, device)
