"""Count the configurations in which our schedules beyond torch's equal what they are made after.

    python tools/measure_beyond.py paddle

On Paddle and OneFlow that is their own class, on torch, which has none, the closed form, the curve
of transformers or the hand-written class of a script. JSON to stdout.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
Graded: TypeAlias = "Iterator[tuple[str, str, str]]"


def measure(framework: str) -> dict[str, dict[str, dict[str, int]]]:
    """Return schedule -> what it is compared with -> grade -> number of configurations."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    graded = _beside_references if framework == "torch" else _beside_natives
    for kind, reference, grade in graded(framework):
        found[kind][reference][grade] += 1
    return {kind: dict(by_reference) for kind, by_reference in found.items()}


def _beside_natives(framework: str) -> Graded:
    from importlib import import_module  # noqa: PLC0415  # after the path is set

    from bridge.optim.lr_scheduler import schedules  # noqa: PLC0415
    from tests.frameworks import Framework  # noqa: PLC0415
    from tests.scheduler_natives import graded, our_curve  # noqa: PLC0415

    xp = Framework(framework)
    rows = import_module(f"tests.scheduler_{framework}").ROWS
    native_curve = import_module(f"tests.bridge.test_scheduler_{framework}").native_curve
    module: Any = xp.module.optimizer.lr if framework == "paddle" else xp
    for row in rows:
        if row.ours.kind in schedules.__all__:
            yield row.ours.kind, framework, graded(our_curve(row), native_curve(row, module))


def _beside_references(_: str) -> Graded:
    from bridge.optim import lr_scheduler  # noqa: PLC0415
    from tests.bridge import test_greedy_lr  # noqa: PLC0415
    from tests.bridge import test_scheduler_beyond as tests  # noqa: PLC0415
    from tests.scheduler_beyond import NAMED  # noqa: PLC0415
    from tests.scheduler_forms import FORMS  # noqa: PLC0415
    from tests.scheduler_natives import graded  # noqa: PLC0415

    def curve(scheduler: Any, steps: int) -> list[list[float]]:
        return [[lr] for lr in tests.lrs_of(scheduler, steps)]

    lr, every = tests.GOLDEN["lr"], tests.GOLDEN["every"]
    for schedule, factors in FORMS:
        ours = curve(schedule.build(lr_scheduler, tests.plain_optimizer()), len(factors) - 1)
        yield schedule.kind, "closed form", graded([[lr * each] for each in factors], ours)
    source = f"transformers {tests.GOLDEN['transformers']}"
    for (name, warmup, total, kwargs), expected in zip(NAMED, tests.GOLDEN["curves"], strict=True):
        optimizer = tests.plain_optimizer()
        scheduler = lr_scheduler.get_scheduler(name, optimizer, warmup, total, **kwargs)
        ours = curve(scheduler, 59)[::every]
        yield "NamedLR", source, graded([[each] for each in expected], ours)
    for kwargs in test_greedy_lr.CONFIGURATIONS:
        yield "GreedyLR", source, _equal(*test_greedy_lr.both(kwargs))
    for kwargs in tests.WARMBOOTING:
        pair = tests.warmbooted(kwargs)
        yield "CosineAnnealingWarmbootingLR", "the scripts' own class", _equal(*pair)


def _equal(theirs: object, ours: object) -> str:
    return "a" if theirs == ours else "c"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    warnings.simplefilter("ignore")
    json.dump({"beyond": measure(sys.argv[1])}, sys.stdout)
