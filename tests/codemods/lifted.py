"""Requirements that are lifted: each row of `bridge.equivalents` names what it needs around it.

For each there is a script that breaks it, so that the native code trains differently, or fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.equivalents import OPTIMIZERS, SCHEDULERS
from tests.codemods.execution_cases import READ_LR, SCHEDULED, resumed
from tests.codemods.mutants import script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.equivalents import Equivalent

GROUPS: Final = """[
    {"params": model.first.parameters(), "lr": 0.02},
    {"params": model.second.parameters()},
]"""
# An option that native groups have not, where the port does not see it.
UNSEEN: Final = """\
groups = [{"params": model.first.parameters(), "maximize": True}]
groups.append({"params": model.second.parameters()})
"""
LOOP: Final = "for step in range(STEPS):\n"
# OneFlow starts from the lr that the optimizer was made with, and some go on from their own.
EARLY: Final = 'optimizer.param_groups[0]["lr"] = 0.2\nscheduler = '
LATE: Final = '    if step == 2:\n        optimizer.param_groups[0]["lr"] = 0.01\n'
FREEZE: Final = """\
    for param in model.first.parameters():
        param.requires_grad_(step % 2 == 0)
"""
ON_THE_SAME: Final = "other = optim.SGD(model.parameters(), lr=0.1)\n"
BOTH_STEP: Final = "    optimizer.step()\n    other.step()\n"
ALONE: Final = (
    ("model.parameters()", GROUPS),
    (LOOP, ON_THE_SAME + LOOP),
    ("    optimizer.step()\n", BOTH_STEP),
)
ADAGRAD: Final = "optim.Adagrad(model.parameters(), lr"
OTHER: Final = "other = lr_scheduler.ExponentialLR(optimizer, 0.9)\n"
STEP: Final = "    scheduler.step()\n"
WARM_UP: Final = "scheduler = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=30)\n"
PLATEAU: Final = "other = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)\n"
METRIC: Final = "    scheduler.step(METRICS[step])\n"
SHORT_OF_ONE: Final = (
    "[lr_scheduler.LinearLR(optimizer, 0.1, 0.5, total_iters=10), "
    "lr_scheduler.StepLR(optimizer, 30)]"
)
CHAINED: Final = "lr_scheduler.LinearLR(optimizer, 0.1), lr_scheduler.StepLR(optimizer, 30)"
COUNTING: Final = "lambda step, seen=[]: 0.99 if seen.append(step) or len(seen) % 2 else 0.9"


GIVEN: Final[Mapping[str, Mapping[str, str]]] = {
    "one function": {"lr_lambda": "[lambda step: 0.95**step]"},
    "repeatable function": {"lr_lambda": COUNTING},
    "linear warm-up": {"schedulers": SHORT_OF_ONE, "milestones": "[10]"},
}
CHANGES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "one group": (("model.parameters()", GROUPS),),
    "rates alone": ALONE,
    "groups alone": ALONE,
    "PD101 groups alone": (*ALONE, ("optim.SGD(model.parameters(), lr", ADAGRAD)),
    "one rate": (("model.parameters()", GROUPS),),
    "one rate or no floor": (("model.parameters()", GROUPS),),
    "written groups": (
        ("optimizer = ", f"{UNSEEN}optimizer = "),
        ("model.parameters()", "groups"),
        (READ_LR, ""),
    ),
    "OF105 written groups": (("model.parameters()", "model.named_parameters()"),),
    "one scheduler": ((LOOP, OTHER + LOOP), (STEP, f"{STEP}    other.step()\n")),
    "PD208 one scheduler": (
        (LOOP, PLATEAU + LOOP),
        (METRIC, METRIC + METRIC.replace("scheduler", "other")),
    ),
    "no lr writes": (("scheduler = ", EARLY), (LOOP, LOOP + LATE)),
    "gradients at every step": ((LOOP, LOOP + FREEZE),),
    "no scheduler": ((LOOP, WARM_UP + LOOP), (READ_LR, SCHEDULED)),
}
# What a row's script needs besides, for that row to be the one that is taken.
ALONG: Final[Mapping[str, Mapping[str, str]]] = {
    "PD102": {"momentum": "0.9"},
    "PD205": {"eta_min": "0.01"},
    "PD208": {"min_lr": "0.01", "patience": "1"},
    "PD212": {"eta_min": "0.01"},
    "OF212": {"schedulers": f"[{CHAINED}]"},
}
# OneFlow's goes on from whatever rate it finds, or finds each from the first one, as torch's does.
STRICTER: Final = frozenset(
    (
        ("OF204", "no lr writes"),
        ("OF208", "no lr writes"),
        ("OF208", "one scheduler"),
        ("OF210", "no lr writes"),
    )
)


@dataclass(frozen=True, slots=True)
class Lifted:
    """A row without one of its requirements, and the texts that are native for want of it."""

    row: Equivalent
    requirement: str
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.row.code} without {self.requirement!r}"


def lifted(framework: str) -> Iterator[Lifted]:
    """Yield each requirement of each row of a framework's tables."""
    for is_scheduler, table in ((False, OPTIMIZERS), (True, SCHEDULERS)):
        for row in table[framework]:
            plain = script(row.torch, ALONG.get(row.code), is_scheduler=is_scheduler)
            for requirement in row.requires:
                if (row.code, requirement) not in STRICTER:
                    yield Lifted(row, requirement, tuple(_breaking(row, requirement, plain)))


def _breaking(row: Equivalent, requirement: str, plain: str) -> Iterator[str]:
    if requirement in GIVEN:
        yield script(row.torch, GIVEN[requirement], is_scheduler=True)
    elif requirement == "no saved schedule":
        yield from resumed(
            "", "SGD(model.parameters(), lr=0.1)", f"{row.torch}(optimizer, 25)"
        ).texts
    else:
        changes = CHANGES.get(f"{row.code} {requirement}") or CHANGES[requirement]
        for old, new in changes:
            plain = plain.replace(old, new)
        yield plain
