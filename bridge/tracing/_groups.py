"""The parameter groups of any optimizer, under torch's names, read without changing it.

https://docs.pytorch.org/docs/stable/optim.html#per-parameter-options
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from bridge.backends.native.oneflow import OneFlowOptimizer
from bridge.backends.native.paddle import PaddleOptimizer
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

Groups = Sequence[Mapping[str, Any]]

# framework -> where its optimizers are, and what shows the groups of one as torch's
NATIVE: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "torch": ("optim", lambda optimizer: optimizer),
    "paddle": ("optimizer", PaddleOptimizer),
    "oneflow": ("optim", OneFlowOptimizer),
}


def base_of(framework: str) -> type | None:
    """Return the framework's base class of optimizers, if it is imported."""
    names = getattr(sys.modules.get(framework), NATIVE[framework][0], None)
    base: type | None = getattr(names, "Optimizer", None)
    return base


def groups_of(optimizer: Any) -> Callable[[], Groups]:
    """Return what reads the groups as they are at each call."""
    groups = getattr(optimizer, "param_groups", None)
    if groups and all(isinstance(group, Mapping) for group in groups):
        return lambda: optimizer.param_groups
    for framework, (_, adapt) in NATIVE.items():
        base = base_of(framework)
        if base is not None and isinstance(optimizer, base):
            try:
                view = adapt(optimizer)
            except UnsupportedError:  # a class of the user's own, or one without a counterpart
                return lambda: _only_lr(optimizer)
            return lambda: view.groups
    return lambda: _only_lr(optimizer)


def hyperparameters(groups: Groups) -> list[dict[str, float]]:
    """Return what is traced of each group; the first beta of Adam's kind is its momentum.

    >>> hyperparameters([{"lr": 0.1, "betas": (0.9, 0.999), "foreach": None}])
    [{'lr': 0.1, 'momentum': 0.9}]
    """
    return [dict(_of_group(group)) for group in groups]


def _of_group(group: Mapping[str, Any]) -> list[tuple[str, float]]:
    betas = group.get("betas")
    momentum = betas[0] if betas else group.get("momentum")
    values: tuple[tuple[str, Any], ...] = (
        ("lr", group.get("lr")),
        ("momentum", momentum),
        ("weight_decay", group.get("weight_decay")),
    )
    # A rate may be a tensor; a decay may be an object of Paddle's that has no one number.
    return [(name, float(value)) for name, value in values if hasattr(value, "__float__")]


def _only_lr(optimizer: Any) -> Groups:
    # both frameworks' classes of any kind can say at least that much
    params = getattr(optimizer, "_parameter_list", None) or []
    read = getattr(optimizer, "get_lr", None)
    if read is not None:
        return [{"params": params, "lr": read()}]
    native = getattr(optimizer, "param_groups", [])
    return [{"params": group.parameters, "lr": group["lr"]} for group in native]
