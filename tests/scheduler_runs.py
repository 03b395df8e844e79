"""Runs a schedule, torch's or ours, and records everything that it does to its optimizer."""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import METRICS

if TYPE_CHECKING:
    from tests.scheduler_cases import Case

# What the rows of the table raise on their way.
STEP_ERRORS = (ValueError, ZeroDivisionError, NotImplementedError, RuntimeError, KeyError)
HYPERPARAMETERS = ("lr", "momentum", "betas", "initial_lr", "max_lr", "min_lr")


class SGDWithBetas(torch.optim.SGD):  # type: ignore[misc]  # torch is Any to mypy here
    """An optimizer that has both of the hyperparameters that may be cycled."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        super().__init__([{"betas": (0.8, 0.99), **group} for group in groups], momentum=0.5)
        self.defaults["betas"] = (0.8, 0.99)


OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda groups: torch.optim.SGD(groups, momentum=0.5),
    "adam": torch.optim.Adam,
    "adagrad": torch.optim.Adagrad,
    "sgd with betas": SGDWithBetas,
}


def torch_optimizer(*lrs: float | torch.Tensor, name: str = "sgd") -> Any:
    """Make an optimizer with one group for each learning rate, and no gradients to apply."""
    make = OPTIMIZERS[name]
    return make([{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in lrs])


def frozen(value: Any) -> Any:
    """Copy a tensor, as schedules change it in place."""
    return value.clone() if isinstance(value, torch.Tensor) else value


def snapshot(optimizer: Any) -> list[dict[str, Any]]:
    return [
        {key: frozen(group[key]) for key in HYPERPARAMETERS if key in group}
        for group in optimizer.param_groups
    ]


def first_sentence(text: object = "") -> str:
    """Return what users match on: up to the first full stop or line break."""
    return re.split(r"\.\s|\n", f"{text}\n")[0]


def step(scheduler: Any) -> None:
    """Step the optimizer, then the scheduler."""
    scheduler.optimizer.step()
    scheduler.step(*([1.0] if hasattr(scheduler, "num_bad_epochs") else []))


def built_at(case: Case, at: int) -> Any:
    """Build our schedule and step it, up to the first error; None if it cannot be built."""
    optimizer = torch_optimizer(*case.lrs, name=case.optimizer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            scheduler = case.schedule.build(lr_scheduler, optimizer)
        except (ValueError, TypeError, ZeroDivisionError):
            return None
        with suppress(*STEP_ERRORS):
            for _ in range(at):
                step(scheduler)
    return scheduler


def run(case: Case, module: Any, optimizer: Any) -> list[Any]:
    """Return what each step leaves in the groups, what is warned of, and the error at the end."""
    metrics = METRICS[case.metrics] if case.metrics else None
    record: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            scheduler = case.schedule.build(module, optimizer)
            record.append((snapshot(optimizer), scheduler.get_last_lr()))
            for index in range(case.steps):
                optimizer.step()
                scheduler.step(*([metrics[index]] if metrics else []))
                record.append((snapshot(optimizer), scheduler.get_last_lr()))
        except Exception as error:  # noqa: BLE001 - whatever torch raises, ours must raise as well
            record.append((type(error), first_sentence(*error.args[:1])))
    return [*((each.category, first_sentence(each.message)) for each in caught), *record]
