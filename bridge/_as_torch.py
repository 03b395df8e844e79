"""`bridge.as_torch`: optimizers and schedules of other frameworks, for what insists on torch's.

Follows https://docs.pytorch.org/docs/stable/optim.html, whose classes it returns.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bridge._wrap import Wrapped
from bridge.backends import backend, typename
from bridge.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from types import ModuleType


def as_torch(value: Any) -> Any:
    """Return a real `torch.optim.Optimizer` or `LRScheduler` over an optimizer or schedule.

    torch's own schedulers, and those of transformers, can then drive a Paddle or OneFlow
    optimizer. Nothing is copied: groups, steps and state are those of `value`. What is torch's
    already is returned as it is.

    >>> import bridge, paddle, torch
    >>> weight = paddle.create_parameter([2], "float32")
    >>> optimizer = bridge.wrap(paddle.optimizer.SGD(0.1, parameters=[weight]))
    >>> scheduler = torch.optim.lr_scheduler.ExponentialLR(as_torch(optimizer), gamma=0.5)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> optimizer.native.get_lr()
    0.05
    """
    if _is_torchs(value):
        return value
    if isinstance(value, (Optimizer, Wrapped)):
        return _facades().OptimizerFacade(value)
    if isinstance(value, LRScheduler):
        facades = _facades()
        takes_metric = isinstance(value, ReduceLROnPlateau)
        facade = facades.PlateauFacade if takes_metric else facades.SchedulerFacade
        return facade(value, as_torch(value.optimizer))
    raise TypeError(
        "as_torch takes an optimizer or scheduler of bridge.optim, or what bridge.wrap returns, "
        f"got {typename(value)}.\n"
        "Hint: give a native Paddle or OneFlow optimizer as as_torch(wrap(optimizer))."
    )


def _is_torchs(value: Any) -> bool:
    optim = getattr(sys.modules.get("torch"), "optim", None)
    schedulers = getattr(optim, "lr_scheduler", None)
    return any(
        base is not None and isinstance(value, base)
        for base in (getattr(optim, "Optimizer", None), getattr(schedulers, "LRScheduler", None))
    )


def _facades() -> ModuleType:
    backend("torch")  # says what to install where torch is missing
    return import_module("bridge.backends.torch_facade")
