"""Classes that users derive from LRScheduler, from torch's or from ours, go the same way."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_runs import snapshot, torch_optimizer

MODULES = (torch.optim.lr_scheduler, lr_scheduler)


def from_base_lrs(module: Any) -> Any:
    class Warmup(module.LRScheduler):  # type: ignore[misc]  # the base is the parameter
        def __init__(self, optimizer: Any, warmup: int, last_epoch: int = -1) -> None:
            self.warmup = warmup
            super().__init__(optimizer, last_epoch)

        def get_lr(self) -> list[float]:
            if not self._get_lr_called_within_step:
                raise RuntimeError("get_lr outside step")
            factor = min(1.0, (self.last_epoch + 1) / self.warmup)
            return [base_lr * factor for base_lr in self.base_lrs]

    return lambda optimizer: Warmup(optimizer, 7)


def from_the_current_lr(module: Any) -> Any:
    class Wavy(module._LRScheduler):  # type: ignore[misc]
        def get_lr(self) -> list[float]:
            if self.last_epoch == 0:
                return [group["lr"] for group in self.optimizer.param_groups]
            factor = 1 + 0.1 * math.sin(self.last_epoch)
            return [group["lr"] * factor for group in self.optimizer.param_groups]

    return Wavy


def with_a_closed_form(module: Any) -> Any:
    class Inverse(module.LRScheduler):  # type: ignore[misc]
        def get_lr(self) -> list[float]:
            return list(self._get_closed_form_lr())

        def _get_closed_form_lr(self) -> list[float]:
            return [base_lr / (1 + self.last_epoch) for base_lr in self.base_lrs]

    return Inverse


def with_a_step_of_its_own(module: Any) -> Any:
    class Gradual(module.LRScheduler):  # type: ignore[misc]
        def __init__(self, optimizer: Any) -> None:
            self.after = module.ExponentialLR(optimizer, 0.9)
            super().__init__(optimizer)

        def get_lr(self) -> list[float]:
            if self.last_epoch > 5:
                return [group["lr"] for group in self.optimizer.param_groups]
            return [base_lr * (self.last_epoch + 1) / 6 for base_lr in self.base_lrs]

        def step(self, epoch: int | None = None) -> None:
            if self.last_epoch > 5:
                self.after.step()
                self._last_lr = self.after.get_last_lr()
                self.last_epoch += 1
            else:
                super().step(epoch)

    return Gradual


def derived_from_a_class_of_the_module(module: Any) -> Any:
    class Floored(module.CosineAnnealingLR):  # type: ignore[misc]
        def get_lr(self) -> list[float]:
            return [max(lr, 0.02) for lr in super().get_lr()]

    return lambda optimizer: Floored(optimizer, T_max=10)


def too_few_values(module: Any) -> Any:
    class Short(module.LRScheduler):  # type: ignore[misc]
        def get_lr(self) -> list[float]:
            return list(self.base_lrs[: 2 if self.last_epoch < 4 else 1])

    return Short


def no_get_lr(module: Any) -> Any:
    return module.LRScheduler


MAKERS = [
    from_base_lrs,
    from_the_current_lr,
    with_a_closed_form,
    with_a_step_of_its_own,
    derived_from_a_class_of_the_module,
    too_few_values,
    no_get_lr,
]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_users_subclass_goes_as_with_torch(maker: Any) -> None:
    records: list[list[Any]] = []
    for module in MODULES:
        optimizer = torch_optimizer(0.1, 0.03)
        records.append([])
        try:
            scheduler = maker(module)(optimizer)
            for _ in range(25):
                optimizer.step()
                scheduler.step()
                records[-1].append((snapshot(optimizer), scheduler.get_last_lr()))
        except (ValueError, NotImplementedError) as error:
            records[-1].append((type(error), snapshot(optimizer)))

    assert records[0] == records[1]


def test_what_a_subclass_keeps_is_in_its_state() -> None:
    states = []
    for module in MODULES:
        scheduler = from_base_lrs(module)(torch_optimizer(0.1))
        states.append(scheduler.state_dict())

    assert states[0] == states[1]
    assert states[1]["warmup"] == 7
