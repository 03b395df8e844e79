"""A schedule for any hyperparameter: weight decay, momentum, the first beta; per group if wanted.

The classes stay the same, only what they drive changes. Follows what torch's own schedules do with
`lr`: https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._views import View, view_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def hyperparameter(optimizer: Any, name: str, groups: Sequence[int] | None = None) -> View:
    """Show an optimizer by one hyperparameter, for a schedule to drive in place of `lr`.

    Args:
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.
        name: a key of the groups, or an entry of one: "weight_decay", "momentum", "betas[0]", "lr".
        groups: the places of the groups that are driven; all if None.

    >>> from types import SimpleNamespace
    >>> from bridge.optim.lr_scheduler import ExponentialLR
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.1, "weight_decay": 0.8}])
    >>> scheduler = ExponentialLR(hyperparameter(optimizer, "weight_decay"), gamma=0.5)
    >>> scheduler.step()
    >>> optimizer.param_groups[0]["weight_decay"], optimizer.param_groups[0]["lr"]
    (0.4, 0.1)
    """
    return view_of(optimizer, name, groups)
