"""LambdaLR and MultiplicativeLR: the user's own function of the epoch.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LambdaLR.html and
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._resume import only_last
from bridge.optim.lr_scheduler._values import read_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


class _OfLambdas(LRScheduler):
    """What the two classes share: one function for each group, kept out of the state."""

    lr_lambdas: list[Callable[[int], float]]

    def state_dict(self) -> dict[str, Any]:
        """Return the state; of the functions, only the attributes of callable objects."""
        return super().state_dict() | {"lr_lambdas": [saved_callable(f) for f in self.lr_lambdas]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state; the functions stay, callable objects get their attributes back."""
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "lr_lambdas"})
        for function, attributes in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=False):
            if attributes is not None:
                function.__dict__.update(attributes)


class LambdaLR(_OfLambdas):
    """Set the learning rate to the initial one times a function of the epoch.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        lr_lambda: the function, or a list with one for each group.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
    >>> scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.4
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.lr_lambdas = _one_for_each_group(optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Scale the initial learning rates by what the functions say for this epoch."""
        self._check_within_step()
        epoch = self.last_epoch
        return [
            base_lr * lr_lambda(epoch)
            for lr_lambda, base_lr in zip(self.lr_lambdas, self.base_lrs, strict=True)
        ]

    def _turns(self, steps: int) -> Iterable[int]:
        return only_last(steps)


class MultiplicativeLR(_OfLambdas):
    """Multiply the current learning rate by a function of the epoch.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        lr_lambda: the function, or a list with one for each group.
        last_epoch: the index to go on from; -1 starts afresh.
        last_step: another name of `last_epoch`.
        verbose: print every learning rate that is set.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = MultiplicativeLR(optimizer, lambda epoch: 0.5)
    >>> scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.4
    """

    def __init__(
        self,
        optimizer: GroupedOptimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
        *,
        last_step: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.lr_lambdas = _one_for_each_group(optimizer, lr_lambda)
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(
                    f"lr_lambda should be a function, but got {type(function).__name__}"
                )
        super().__init__(optimizer, last_epoch, last_step=last_step, verbose=verbose)

    def get_lr(self) -> list[Value]:
        """Scale the current learning rates by what the functions say for this epoch."""
        self._check_within_step()
        groups = self.optimizer.param_groups
        if self._is_initial:
            return read_values(groups, "lr")
        epoch = self.last_epoch
        return [
            group["lr"] * lr_lambda(epoch)
            for lr_lambda, group in zip(self.lr_lambdas, groups, strict=True)
        ]


def saved_callable(function: Callable[..., Any]) -> dict[str, Any] | None:
    """Return what of a user's callable goes into a state: nothing of a plain function."""
    if isinstance(function, types.FunctionType) or not hasattr(function, "__dict__"):
        return None
    return function.__dict__.copy()


def _one_for_each_group(
    optimizer: GroupedOptimizer,
    lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
) -> list[Callable[[int], float]]:
    check_optimizer(optimizer)
    count = len(optimizer.param_groups)
    if not isinstance(lr_lambda, list | tuple):
        return [lr_lambda] * count
    if len(lr_lambda) != count:
        raise ValueError(f"Expected {count} lr_lambdas, but got {len(lr_lambda)}")
    return list(lr_lambda)
