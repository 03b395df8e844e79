"""A small run that is saved and loaded, for the tests of `bridge.save` and `bridge.load`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bridge import optim

if TYPE_CHECKING:
    from tests.frameworks import Framework

START = {"w": np.linspace(-1, 1, 6, dtype="f4").reshape(2, 3), "b": np.ones(3, "f4")}
GRADS = np.random.default_rng(1).standard_normal((40, 2, 3)).astype("f4")


class Run:
    """Two parameters, AdamW and a schedule."""

    def __init__(self, xp: Framework, dtype: str = "f4", **options: Any) -> None:
        self.xp = xp
        self.params = {name: xp.param(array.astype(dtype)) for name, array in START.items()}
        groups = [{"params": [param], "weight_decay": 0.1} for param in self.params.values()]
        self.optimizer: Any = optim.AdamW(groups, **{"lr": 0.1, **options})
        self.scheduler: Any = optim.lr_scheduler.MultiStepLR(self.optimizer, [5, 15, 25], gamma=0.5)

    @property
    def parts(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer, "scheduler": self.scheduler, "params": self.params}

    def train(self, steps: range) -> dict[str, Any]:
        for step in steps:
            for param in self.params.values():
                grad = GRADS[step] if len(param.shape) == 2 else GRADS[step][0]
                self.xp.set_grad(param, grad.astype(self.xp.numpy(param).dtype))
            self.optimizer.step()
            self.scheduler.step()
        return {name: self.xp.numpy(param) for name, param in self.params.items()}


class Keeper:
    """Something with a state_dict."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def state_dict(self) -> dict[str, Any]:
        return self.state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.state = state


def unchanged(run: Run) -> bool:
    """Whether nothing was loaded into a fresh run."""
    return (
        run.optimizer.state_dict()["state"] == {}
        and run.optimizer.param_groups[0]["lr"] == 0.7
        and run.scheduler.last_epoch == 0
        and all((run.xp.numpy(run.params[name]) == array).all() for name, array in START.items())
    )
