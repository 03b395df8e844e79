"""States of the frameworks' own optimizers, into ours and out of them.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.state_dict.html, and Paddle's
and OneFlow's counterparts, which the modules here name.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bridge.backends import backend_of, typename
from bridge.errors import CheckpointError, UnsupportedError
from bridge.native_state import oneflow, paddle, paddle_export
from bridge.optim._bias_correction import is_correcting
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["export_native", "load_native"]


def load_native(
    optimizer: Any,
    checkpoint: Mapping[str, Any],
    *,
    scheduler: Any = None,
    step: int | None = None,
) -> None:
    """Load what a framework's own optimizer saved into one of ours, on any framework.

    Args:
        optimizer: one of `bridge.optim`, over the same parameters in the same order.
        checkpoint: the `state_dict` of a `torch.optim`, Paddle or OneFlow optimizer; for Paddle
            what `paddle.load("x.pdopt")` returns.
        scheduler: put where Paddle's `LR_Scheduler` stood, if given.
        step: the number of steps taken; Paddle's checkpoints tell it only roughly, or not at all.

    >>> import paddle
    >>> from bridge import optim
    >>> weight = paddle.create_parameter([2], "float32")
    >>> native = paddle.optimizer.Adam(0.1, parameters=[weight])
    >>> weight.sum().backward()
    >>> native.step()
    >>> optimizer = optim.Adam([weight], lr=0.1)
    >>> load_native(optimizer, native.state_dict())
    >>> optimizer.state[weight]["step"]
    1
    """
    kind, groups = _kind(optimizer), [dict(group) for group in optimizer.param_groups]
    optimizer.load_state_dict(_reader(checkpoint)(checkpoint, kind, groups, step))
    if scheduler is not None and "LR_Scheduler" in checkpoint:
        scheduler.resume(int(checkpoint["LR_Scheduler"]["last_epoch"]))


def export_native(optimizer: Any, *, scheduler: Any = None) -> dict[str, Any]:
    """Return our state as the framework's own optimizer, over the same parameters, loads it.

    Nothing in it is alive. For the optimizer of another framework, `bridge.move_state` to one of
    ours there first.

    Args:
        optimizer: one of `bridge.optim`.
        scheduler: for Paddle, whose optimizers keep a schedule's state beside theirs.
    """
    kind = _kind(optimizer)
    framework = backend_of(p for group in optimizer.param_groups for p in group["params"]).name
    if framework != "oneflow" and not all(map(is_correcting, optimizer.param_groups)):
        raise UnsupportedError(
            f"OneFlow alone has do_bias_correction, got a {kind} on {framework} without it.\n"
            "Hint: bridge.save keeps the state of any of ours."
        )
    if framework == "paddle":
        return paddle_export.from_ours(optimizer, scheduler)
    if framework == "oneflow":
        return oneflow.from_ours(optimizer)
    if not hasattr(sys.modules["torch"].optim, kind):
        raise UnsupportedError(
            f"torch has no {kind}.\nHint: bridge.save keeps the state of any of ours."
        )
    exported: dict[str, Any] = deepcopy(optimizer.state_dict())
    return exported


def _kind(optimizer: Any) -> str:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be one of bridge.optim, got {typename(optimizer)}.")
    return type(optimizer).__name__


def _reader(checkpoint: object) -> Callable[..., dict[str, Any]]:
    if not isinstance(checkpoint, Mapping) or not all(isinstance(key, str) for key in checkpoint):
        raise CheckpointError(
            f"checkpoint must be what an optimizer's state_dict() returned, got "
            f"{typename(checkpoint)}.\nHint: load the file first: torch.load, paddle.load, ..."
        )
    if not {"state", "param_groups"} <= checkpoint.keys():
        return paddle.to_torch
    if any("_options" in group for group in checkpoint["param_groups"]):
        return oneflow.to_torch
    # torch's own load_state_dict keeps the tensors that it is given.
    return lambda checkpoint, *_: deepcopy(dict(checkpoint))
