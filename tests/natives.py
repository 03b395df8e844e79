"""The optimizers that the frameworks build themselves, from torch's arguments, beside torch's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TORCH = Framework("torch")
SHAPES = [(4, 3), (3,)]

# What Paddle calls torch's classes and options.
_PADDLE_CLASSES = {"RMSprop": "RMSProp"}
_PADDLE_NAMES = {"eps": "epsilon", "nesterov": "use_nesterov", "alpha": "rho"}


@dataclass(frozen=True, slots=True)
class Pair:
    """The same parameters on a framework and on torch, each under an optimizer of its own."""

    xp: Framework
    params: list[list[Any]]
    native: Any
    torch_params: list[list[Any]]
    torch: Any
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def set_grads(self, *, missing: Callable[[int, int], bool] = lambda _i, _j: False) -> None:
        """Give both sides the same new gradients."""
        for i, group in enumerate(self.params):
            for j, param in enumerate(group):
                grad = (self.random.standard_normal(SHAPES[j]) + 0.3).astype("f4")
                given = None if missing(i, j) else grad
                self.xp.set_grad(param, given)
                TORCH.set_grad(self.torch_params[i][j], given)

    def error(self) -> float:
        """The largest difference, relative to each tensor's largest entry."""
        worst = 0.0
        for ours, theirs in zip(self.params, self.torch_params, strict=True):
            for a, b in zip(ours, theirs, strict=True):
                want = TORCH.numpy(b).astype("f8")
                worst = max(
                    worst, float(np.abs(self.xp.numpy(a) - want).max() / np.abs(want).max())
                )
        return worst


def pair(
    xp: Framework, name: str, lrs: Sequence[float], *, native: bool = True, **options: Any
) -> Pair:
    """Build both with one group for each learning rate; with one, from a plain list.

    Without `native` the framework's own is left out, and the test brings another.
    """
    random = np.random.default_rng(0)
    start = [[random.standard_normal(s).astype("f4") for s in SHAPES] for _ in lrs]
    params = [[xp.param(array) for array in group] for group in start]
    torch_params = [[TORCH.param(array) for array in group] for group in start]
    theirs = getattr(torch.optim, name)(_groups(torch_params, lrs), lr=lrs[0], **options)
    built = build(xp, name, params, lrs, **options) if native else None
    return Pair(xp, params, built, torch_params, theirs)


def build(
    xp: Framework, name: str, params: list[list[Any]], lrs: Sequence[float], **options: Any
) -> Any:
    """Build the framework's own optimizer, as its users do."""
    if xp.name != "paddle":
        return getattr(xp.module.optim, name)(_groups(params, lrs), lr=lrs[0], **options)
    if "betas" in options:
        options["beta1"], options["beta2"] = options.pop("betas")
    options = {_PADDLE_NAMES.get(key, key): value for key, value in options.items()}
    paddle_name = "Momentum" if "momentum" in options and name == "SGD" else name
    groups: list[Any] = [
        {"params": group, "learning_rate": lr / lrs[0]}
        for group, lr in zip(params, lrs, strict=True)
    ]
    cls = getattr(xp.module.optimizer, _PADDLE_CLASSES.get(paddle_name, paddle_name))
    return cls(lrs[0], parameters=groups if len(lrs) > 1 else params[0], **options)


def _groups(params: list[list[Any]], lrs: Sequence[float]) -> list[dict[str, Any]]:
    return [{"params": group, "lr": lr} for group, lr in zip(params, lrs, strict=True)]
