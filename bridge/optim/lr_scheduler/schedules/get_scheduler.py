"""get_scheduler: transformers' schedules by name, and NamedLR, the class behind them.

Follows https://huggingface.co/docs/transformers/main_classes/optimizer_schedules
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler.reduce_lr_on_plateau import ReduceLROnPlateau
from bridge.optim.lr_scheduler.schedules._by_epoch import ByEpoch
from bridge.optim.lr_scheduler.schedules.greedy_lr import GreedyLR
from bridge.optim.lr_scheduler.schedules.transformers_factors import FACTORS, FALLS, RISES

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._base import LRScheduler
    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value

BY_METRIC: dict[str, type[ReduceLROnPlateau]] = {
    "reduce_lr_on_plateau": ReduceLROnPlateau,
    "greedy": GreedyLR,
}
WITHOUT_WARMUP = frozenset({"constant", *BY_METRIC})
WITHOUT_TRAINING = frozenset({*WITHOUT_WARMUP, "constant_with_warmup", "inverse_sqrt"})


def get_scheduler(
    name: str,
    optimizer: GroupedOptimizer,
    num_warmup_steps: int | None = None,
    num_training_steps: int | None = None,
    scheduler_specific_kwargs: dict[str, Any] | None = None,
    **kwargs: Any,
) -> LRScheduler:
    """Build one of transformers' schedules by its name.

    Args:
        name: "linear", "cosine", "cosine_with_restarts", "polynomial", "constant",
            "constant_with_warmup", "inverse_sqrt", "reduce_lr_on_plateau", "cosine_with_min_lr",
            "cosine_warmup_with_min_lr", "warmup_stable_decay" or "greedy".
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        num_warmup_steps: how many steps the warm-up takes.
        num_training_steps: how many steps the training has, warm-up included.
        scheduler_specific_kwargs: the schedule's own arguments as a dict, as in transformers.
        **kwargs: the same as keywords, such as num_cycles, power, lr_end or min_lr.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = get_scheduler("linear", optimizer, num_warmup_steps=2, num_training_steps=6)
    >>> for step in (0, 1, 2, 4):
    ...     scheduler.resume(step)
    ...     print(scheduler.get_last_lr())
    [0.0]
    [0.4]
    [0.8]
    [0.4]
    """
    given = {**(scheduler_specific_kwargs or {}), **kwargs}
    name = getattr(name, "value", name)  # transformers' SchedulerType
    if name in BY_METRIC:
        return BY_METRIC[name](optimizer, **given)
    return NamedLR(optimizer, name, num_warmup_steps, num_training_steps, **given)


class NamedLR(ByEpoch):
    """A schedule of `get_scheduler`, by its name and arguments.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = NamedLR(optimizer, "cosine", num_warmup_steps=0, num_training_steps=2)
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)
    0.4
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        name: str,
        num_warmup_steps: int | None = None,
        num_training_steps: int | None = None,
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
        **kwargs: Any,
    ) -> None:
        check_optimizer(optimizer)
        if name not in FACTORS:
            known = ", ".join([*FACTORS, *BY_METRIC])
            raise ValueError(f"name must be one of {known}, got {name!r}.")
        is_stretched = name == "warmup_stable_decay" and "num_stable_steps" in kwargs
        if num_warmup_steps is None and name not in WITHOUT_WARMUP:
            raise ValueError(f"{name} requires `num_warmup_steps`, please provide that argument.")
        if num_training_steps is None and name not in WITHOUT_TRAINING and not is_stretched:
            raise ValueError(f"{name} requires `num_training_steps`, please provide that argument.")
        self.name = name
        self.num_warmup_steps = num_warmup_steps or 0
        self.num_training_steps = num_training_steps
        self.arguments = _complete(name, optimizer, kwargs)
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def _lr_at(self, base_lr: Value, epoch: int) -> Value:
        spans = self.num_warmup_steps, self.num_training_steps
        return base_lr * FACTORS[self.name](epoch, *spans, **self.arguments)


def _complete(name: str, optimizer: GroupedOptimizer, given: dict[str, Any]) -> dict[str, Any]:
    """Check a schedule's own arguments, and express rates as shares of the optimizer's."""
    arguments = dict(given)
    known = inspect.signature(FACTORS[name]).parameters
    if "min_lr_rate" in known:
        if ("min_lr" in arguments) == ("min_lr_rate" in arguments):
            raise ValueError(
                f"{name} takes one of min_lr and min_lr_rate, got {sorted(given) or 'neither'}."
            )
        if "min_lr" in arguments:
            arguments["min_lr_rate"] = arguments.pop("min_lr") / _default_lr(optimizer)
    if "lr_init" in known:
        arguments["lr_init"] = lr_init = _default_lr(optimizer)
        lr_end = arguments.get("lr_end", known["lr_end"].default)
        if lr_init <= lr_end:
            raise ValueError(f"lr_end ({lr_end}) must be smaller than initial lr ({lr_init})")
    own = list(known)[3:]
    unknown = sorted(arguments.keys() - set(own))
    if unknown:
        raise TypeError(f"{name} takes {', '.join(own) or 'nothing more'}; got {unknown}.")
    missing = [key for key in own if known[key].default is inspect.Parameter.empty]
    if not arguments.keys() >= set(missing):
        raise TypeError(f"{name} requires {', '.join(missing)}, got {sorted(given) or 'neither'}.")
    for key, shapes in (("warmup_type", RISES), ("decay_type", FALLS)):
        if arguments.get(key, "linear") not in shapes:
            raise ValueError(f"{key} must be one of {', '.join(shapes)}, got {arguments[key]!r}.")
    return arguments


def _default_lr(optimizer: GroupedOptimizer) -> float:
    """Return the optimizer's own rate, which transformers relates all groups to."""
    defaults = getattr(optimizer, "defaults", {})
    return float(defaults.get("lr", optimizer.param_groups[0]["lr"]))
