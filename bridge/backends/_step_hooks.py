"""Hooks around every optimizer's step, and how a list of hooks is run.

Here, beneath the optimizers, because on torch it is torch that calls them.
https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Hook: TypeAlias = "Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]"

BEFORE: Final[OrderedDict[int, Hook]] = OrderedDict()
AFTER: Final[OrderedDict[int, Hook]] = OrderedDict()
"""The hooks of all optimizers, in the order in which they were registered."""

LISTENERS: Final[list[Callable[[], None]]] = []
"""What wants to know that there are such hooks."""


def register(hooks: OrderedDict[int, Hook], key: int, hook: Hook) -> None:
    hooks[key] = hook
    for tell in LISTENERS:
        tell()


def run_before(
    hooks: Iterable[Hook], step: object, optimizer: Any, args: tuple[Any, ...], kwargs: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Call each hook; return the arguments of `step` as the hooks want them."""
    for hook in list(hooks):
        changed = hook(optimizer, args, kwargs)
        if changed is None:
            continue
        if not isinstance(changed, tuple) or len(changed) != 2:  # noqa: PLR2004 - args, kwargs
            raise RuntimeError(
                f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}."
            )
        args, kwargs = changed
    return args, kwargs


def run_after(
    hooks: Iterable[Hook], optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    for hook in list(hooks):
        hook(optimizer, args, kwargs)
