"""OneFlow's models, to average them.

https://docs.oneflow.org/en/master/ (oneflow.nn.BatchNorm2d)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oneflow
from oneflow.nn.modules.batchnorm import _BatchNorm

from bridge.backends._averaging import Averaging, Layers, update_statistics
from bridge.backends.oneflow import BACKEND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _hook_before(norm: Any, hook: Callable[[Any, Any], None]) -> Callable[[], object]:
    # OneFlow gives no handle to take a hook back by.
    norm.register_forward_pre_hook(hook)
    hooks = norm._forward_pre_hooks  # noqa: SLF001 - there is no other way
    key = next(reversed(hooks))
    return lambda: hooks.pop(key)


_LAYERS = Layers(
    xp=BACKEND,
    parameters=lambda model: list(model.parameters()),
    buffers=lambda model: list(model.buffers()),
    norms=lambda model: [m for m in model.modules() if isinstance(m, _BatchNorm)],
    mean="running_mean",
    variance="running_var",
    momentum="momentum",
    momentum_of_share=lambda share: share,
    hook_before=_hook_before,
)


class AveragedModel(Averaging, oneflow.nn.Module):  # type: ignore[misc] # oneflow is not there for the type checker
    """A running average of a OneFlow model's parameters; a module itself."""

    layers = _LAYERS

    def _count_averaged(self) -> None:
        self.register_buffer("n_averaged", oneflow.zeros([], dtype=oneflow.int64))


def update_bn(loader: Iterable[Any], model: Any, device: Any = None) -> None:
    update_statistics(_LAYERS, loader, model, device)
