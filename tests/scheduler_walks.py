"""Drives a schedule in a random order of everything that a training script may do to it."""

from __future__ import annotations

import copy
import random
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.scheduler_cases import METRICS, SCHEDULERS, Case
from tests.scheduler_runs import first_sentence, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

COMPOSED = ("SequentialLR", "ChainedScheduler")  # their step takes no epoch


@dataclass(slots=True)
class Walk:
    """A schedule on its way: what it drives, and the random choices of the walk."""

    case: Case
    module: Any
    optimizer: Any
    make_param: Callable[[], Any]
    choices: random.Random
    scheduler: Any = None
    count: int = 0

    def build(self) -> None:
        self.scheduler = self.case.schedule.build(self.module, self.optimizer)

    def step(self) -> None:
        self.optimizer.step()
        self.step_alone()

    def step_alone(self) -> None:
        metrics = METRICS[self.case.metrics] if self.case.metrics else None
        self.scheduler.step(*([metrics[self.count]] if metrics else []))
        self.count += 1

    def step_to(self) -> None:
        epoch = self.choices.randrange(12)
        if self.case.schedule.kind not in COMPOSED and not self.case.metrics:
            self.scheduler.step(epoch)

    def write_lr(self) -> None:
        self.choices.choice(self.optimizer.param_groups)["lr"] = self.choices.choice([0.3, 0.01])

    def reload(self) -> None:
        self.scheduler.load_state_dict(copy.deepcopy(self.scheduler.state_dict()))

    def add_group(self) -> None:
        self.optimizer.add_param_group({"params": [self.make_param()], "lr": 0.7})


ACTIONS = {
    Walk.step: 20,
    Walk.step_alone: 2,
    Walk.step_to: 2,
    Walk.write_lr: 2,
    Walk.reload: 2,
    Walk.build: 1,
    Walk.add_group: 1,
}
"""What may happen next -> how often."""


def case_of(seed: int) -> Case:
    """Choose the row that is walked with."""
    return random.Random(seed).choice(SCHEDULERS)  # noqa: S311 - for a test


def walk(seed: int, module: Any, optimizer: Any, make_param: Callable[[], Any]) -> list[Any]:
    """Return the groups after every action, the last learning rates, the error and the warnings."""
    choices = random.Random(seed)  # noqa: S311 - for a test
    on_its_way = Walk(case_of(seed), module, optimizer, make_param, choices)
    record: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            on_its_way.build()
            for action in choices.choices([*ACTIONS], [*ACTIONS.values()], k=25):
                action(on_its_way)
                record.append((action.__name__, snapshot(optimizer)))
                record.append(list(on_its_way.scheduler.get_last_lr()))
        except Exception as error:  # noqa: BLE001 - whatever torch raises, ours must raise as well
            kind = next(cls for cls in type(error).__mro__ if cls.__module__ == "builtins")
            is_silent = kind is NotImplementedError  # torch gives no message, ours does
            record.append((kind, "" if is_silent else first_sentence(*error.args[:1])))
    return [*record, *((each.category, first_sentence(each.message)) for each in caught)]
