"""What a schedule needs of an optimizer, and how it learns whether the optimizer was stepped.

torch replaces `optimizer.step` to see its calls. A step hook sees the same calls and leaves the
optimizer's methods alone; the note goes into `_opt_called`, the attribute that torch's own
schedulers read and write, so both kinds can share an optimizer.
https://pytorch.org/docs/2.13/generated/torch.optim.Optimizer.register_step_post_hook.html
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SEE = "See https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
REPLACED = (
    "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
    "initialization. Whether it runs before `lr_scheduler.step()`, as it must, is unknown now. "
    + SEE
)
WRONG_ORDER = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. "
    "The first learning rate of the schedule is never used this way: "
    "call `optimizer.step()` first, then `lr_scheduler.step()`. " + SEE
)


class GroupedOptimizer(Protocol):
    """Anything with torch's `param_groups`: mappings that hold an absolute `lr`."""

    @property
    def param_groups(self) -> Sequence[MutableMapping[str, Any]]: ...
    @property
    def defaults(self) -> Mapping[str, Any]: ...


def check_optimizer(optimizer: object) -> None:
    """Refuse what has no torch-style groups, before any of it is touched."""
    groups = getattr(optimizer, "param_groups", None)
    if isinstance(groups, Sequence) and all(isinstance(group, MutableMapping) for group in groups):
        return
    kind = type(optimizer)
    raise TypeError(
        f"{kind.__name__} is not an Optimizer\n"
        f"Received: {kind.__module__}.{kind.__qualname__}. Accepted: an optimizer whose "
        "`param_groups` are mappings, of bridge.optim or torch.optim.\n"
        "Hint: give a native Paddle or OneFlow optimizer as bridge.wrap(optimizer); "
        "not a model, nor its parameters."
    )


@dataclass(frozen=True, slots=True)
class StepWatch:
    """What is known of an optimizer's `step` at the moment a schedule is built on it."""

    seen: bool
    replaced: bool


def watch_steps(optimizer: Any) -> StepWatch:
    """Have the optimizer note its first step, if it gives a way to."""
    seen = hasattr(optimizer, "__dict__")
    if seen and not hasattr(optimizer, "_opt_called"):
        try:
            optimizer.register_step_post_hook(_note_step)
        except AttributeError:  # no hooks, or a wrapper that inherits them but never made them
            seen = False
        else:
            optimizer._opt_called = False  # noqa: SLF001 - torch's name, read by its schedulers
    return StepWatch(seen, replaced=_is_replaced(optimizer))


def order_warning(watch: StepWatch, optimizer: object) -> str | None:
    """Say what is wrong with the order of the two `step` calls, if that can be known."""
    if not watch.seen:
        return None
    # A copy of an optimizer leaves hooks and note behind; torch then speaks of a replaced step.
    if not hasattr(optimizer, "_opt_called") or (not watch.replaced and _is_replaced(optimizer)):
        return REPLACED
    return None if optimizer._opt_called else WRONG_ORDER  # noqa: SLF001 - as above


def _note_step(optimizer: Any, _args: object, _kwargs: object) -> None:
    optimizer._opt_called = True  # noqa: SLF001 - as above


def _is_replaced(optimizer: object) -> bool:
    step = getattr(optimizer, "__dict__", {}).get("step")
    return step is not None and not hasattr(step, "_wrapped_by_lr_sched")  # torch's own patch
