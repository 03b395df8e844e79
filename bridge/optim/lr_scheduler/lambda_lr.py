"""LambdaLR and MultiplicativeLR: the user's own function of the epoch.

Follows https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LambdaLR.html and
https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._base import LRScheduler
from bridge.optim.lr_scheduler._functions import reference_of, restored_callable, saved_callable
from bridge.optim.lr_scheduler._optimizer import check_optimizer
from bridge.optim.lr_scheduler._resume import only_last
from bridge.optim.lr_scheduler._values import paired, read_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer
    from bridge.optim.lr_scheduler._values import Value


class _OfLambdas(LRScheduler):
    """What the two classes share: one function for each group, kept out of the state."""

    lr_lambdas: list[Callable[[int], float]]

    def state_dict(self) -> dict[str, Any]:
        """Return the state: importable functions by name, of callable objects the attributes.

        Of a lambda or closure there is nothing to keep: load into a schedule built with it.
        """
        functions = self.lr_lambdas
        state = super().state_dict() | {"lr_lambdas": [saved_callable(f) for f in functions]}
        references = [reference_of(f) for f in functions]
        # A key beyond torch's, which torch's classes take for an attribute; never without need.
        return state | ({"lr_lambda_references": references} if any(references) else {})

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state; functions stay or are found by name, objects get attributes back."""
        state = dict(state_dict)
        saved = state.pop("lr_lambdas")
        references = state.pop("lr_lambda_references", [None] * len(saved))
        super().load_state_dict(state)
        for index, each in enumerate(zip(self.lr_lambdas, saved, references, strict=False)):
            self.lr_lambdas[index] = restored_callable(*each)


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
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        epoch = self.last_epoch
        return [
            base_lr * lr_lambda(epoch)
            for lr_lambda, base_lr in paired(self.lr_lambdas, self.base_lrs)
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
        if not self._get_lr_called_within_step:
            self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self._is_initial:
            return read_values(groups, "lr")
        epoch = self.last_epoch
        return [
            group["lr"] * lr_lambda(epoch) for lr_lambda, group in paired(self.lr_lambdas, groups)
        ]


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
