"""The momentum that a schedule cycles against the learning rate: `momentum`, or the first beta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._values import one_per_group

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Group, Value


def uses_beta1(optimizer: GroupedOptimizer) -> bool:
    """Say which of the two the optimizer has; refuse one that has neither."""
    defaults = getattr(optimizer, "defaults", {})
    if "momentum" not in defaults and "betas" not in defaults:
        raise ValueError(
            "optimizer must support momentum or beta1 with `cycle_momentum` option enabled\n"
            f"Received: {type(optimizer).__name__}, which has neither `momentum` nor `betas`.\n"
            "Hint: pass cycle_momentum=False."
        )
    return "betas" in defaults


def write_momentum(group: Group, momentum: Value, *, as_beta1: bool) -> None:
    if as_beta1:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def momentum_bounds(
    optimizer: GroupedOptimizer, base: float | list[float], highest: float | list[float]
) -> tuple[list[Value], list[Value]]:
    """Return the lowest and the highest momentum of each group."""
    highest_of_each = one_per_group("max_momentum", optimizer.param_groups, highest)
    return one_per_group("base_momentum", optimizer.param_groups, base), highest_of_each


def start_momentum(
    optimizer: GroupedOptimizer, bases: list[Value], highests: list[Value], *, as_beta1: bool
) -> None:
    """Set every group to its highest momentum, and keep both bounds in it."""
    for group, base, highest in zip(optimizer.param_groups, bases, highests, strict=True):
        write_momentum(group, highest, as_beta1=as_beta1)
        group["max_momentum"] = highest
        group["base_momentum"] = base
