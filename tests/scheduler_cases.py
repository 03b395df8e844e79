"""Every schedule that is compared with torch's: rows of a name and how to build it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Schedule:
    """A class of the lr_scheduler module with its arguments, buildable from torch or bridge."""

    kind: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    members: tuple[Schedule, ...] = ()

    def build(self, module: Any, optimizer: Any) -> Any:
        make = getattr(module, self.kind)
        members = [member.build(module, optimizer) for member in self.members]
        match self.kind:
            case "ChainedScheduler":
                return make(members)
            case "SequentialLR":
                return make(optimizer, members, *self.args)
            case _:
                return make(optimizer, *self.args, **self.kwargs)


@dataclass(frozen=True, slots=True)
class Case:
    """A schedule, the optimizer it drives, and what it is fed."""

    name: str
    schedule: Schedule
    lrs: tuple[float, ...] = (0.1,)
    optimizer: str = "sgd"
    metrics: str | None = None
    steps: int = 200


def on(kind: str, *args: Any, **kwargs: Any) -> Schedule:
    return Schedule(kind, args, kwargs)


SCHEDULERS = [
    Case("StepLR", on("StepLR", 30)),
    Case("MultiStepLR", on("MultiStepLR", [30, 80])),
]
