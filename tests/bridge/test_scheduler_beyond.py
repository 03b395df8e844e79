"""What the schedules beyond torch's are for, and what they refuse."""

from __future__ import annotations

import ast
import json
import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_beyond import NAMED, in_front
from tests.scheduler_cases import WARM_UP, Schedule, chained, of
from tests.scheduler_forms import FORMS
from tests.scheduler_natives import WITHIN_B
from tests.scheduler_runs import snapshot, step, torch_optimizer

ROOT = Path(__file__).resolve().parents[2]
# What transformers' own functions return, which is not installed here; its version is inside.
GOLDEN = json.loads((ROOT / "tests/golden/transformers_schedules.json").read_text("utf-8"))
METRIC_SEQUENTIAL = Schedule(
    "MetricSequentialLR",
    ([4, 12],),
    members=(
        of("LinearLR", 0.25, 1.0, 4),
        of("ReduceLROnPlateau", factor=0.5, patience=1),
        of("ExponentialLR", 0.9),
    ),
)


def plain_optimizer() -> Any:
    """Make one whose own learning rate is that of its group: transformers relates to it."""
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=GOLDEN["lr"])


def lrs_of(scheduler: Any, steps: int) -> list[float]:
    values = [scheduler.optimizer.param_groups[0]["lr"]]
    for _ in range(steps):
        step(scheduler)
        values.append(scheduler.optimizer.param_groups[0]["lr"])
    return values


@pytest.mark.parametrize(
    ("row", "expected"), [*zip(NAMED, GOLDEN["curves"], strict=True)], ids=lambda it: str(it)[:60]
)
def test_get_scheduler_gives_what_transformers_gives(row: Any, expected: list[float]) -> None:
    name, warmup, total, kwargs = row
    by_keyword, by_dict = (
        lr_scheduler.get_scheduler(name, plain_optimizer(), warmup, total, **given)
        for given in (kwargs, {"scheduler_specific_kwargs": kwargs})
    )
    curve = lrs_of(by_keyword, 59)

    assert curve[:: GOLDEN["every"]] == expected
    assert lrs_of(by_dict, 59) == curve


@pytest.mark.parametrize(("schedule", "factors"), FORMS, ids=lambda it: str(it)[:60])
def test_what_no_framework_has_goes_by_its_closed_form(schedule: Schedule, factors: Any) -> None:
    lrs = lrs_of(schedule.build(lr_scheduler, plain_optimizer()), len(factors) - 1)

    assert lrs == pytest.approx(0.1 * factors, rel=0, abs=0.1 * WITHIN_B)


def test_get_scheduler_knows_the_plateau_too() -> None:
    scheduler = lr_scheduler.get_scheduler("reduce_lr_on_plateau", torch_optimizer(0.1), factor=0.5)

    assert isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "message"),
    [
        (("lineal", 1, 2), {}, ValueError, "name must be one of linear, cosine"),
        (("linear",), {}, ValueError, "linear requires `num_warmup_steps`"),
        (("linear", 1), {}, ValueError, "linear requires `num_training_steps`"),
        (("linear", 1, 2), {"power": 2.0}, TypeError, r"nothing more; got \['power'\]"),
        (("cosine_with_min_lr", 1, 2), {}, ValueError, "one of min_lr and min_lr_rate"),
        (("polynomial", 1, 2), {"lr_end": 0.2}, ValueError, "must be smaller than initial lr"),
        (("warmup_stable_decay", 1, 2), {}, TypeError, "requires num_decay_steps"),
        (
            ("warmup_stable_decay", 1, 2),
            {"num_decay_steps": 1, "decay_type": "cubic"},
            ValueError,
            "decay_type must be one of linear, cosine, 1-sqrt",
        ),
    ],
)
def test_get_scheduler_refuses_with_the_reason(
    args: Any, kwargs: dict[str, Any], error: type[Exception], message: str
) -> None:
    name, *spans = args
    with pytest.raises(error, match=message):
        lr_scheduler.get_scheduler(name, torch_optimizer(0.1), *spans, **kwargs)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (of("NoamDecay", 0, 5), "d_model should be greater than 0"),
        (of("PiecewiseDecay", [], [0.1]), "The boundaries cannot be empty"),
        (of("PiecewiseDecay", [1], [0.1]), "The values have one more element than boundaries"),
        (of("NaturalExpDecay", 0.0), "gamma must be positive"),
        (of("PolynomialDecay", 0), "positive integer decay_steps"),
        (of("PolynomialDecayLR", 0), "decay_batch must be greater than zero"),
        (of("CosineDecayLR", 0), "decay_steps must be greater than zero"),
        (of("WarmupCosineLR", 5, 4), "0 <= warmup_steps <= total_steps"),
        (of("WSDLR", 1, 2, 3, "cubic"), "decay must be one of linear, cosine, 1-sqrt"),
        (of("WarmUpLR", 0.1, 5, "cubic"), "'warmup_method' must be 'linear' or 'constant'"),
        (of("LinearWarmup", 0, 0.0, 0.1), "positive integer warmup_steps"),
        (
            in_front("LinearWarmup", 5, 0.0, 0.1, behind=of("ReduceLROnPlateau")),
            "does not support `ReduceLROnPlateau`",
        ),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused(schedule: Schedule, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        schedule.build(lr_scheduler, torch_optimizer(0.1))


def test_oneflows_older_name_of_an_argument_is_taken() -> None:
    old, new = (
        lr_scheduler.PolynomialDecayLR(torch_optimizer(0.1), **{name: 30})  # type: ignore[arg-type]
        for name in ("steps", "decay_batch")
    )

    assert lrs_of(old, 40) == lrs_of(new, 40)
    with pytest.raises(TypeError, match="two names of one argument"):
        lr_scheduler.PolynomialDecayLR(torch_optimizer(0.1), 3, steps=3)


def example_class() -> Any:
    """Take the hand-written scheduler out of the example, without running the script."""
    tree = ast.parse((ROOT / "examples/warmboot.py").read_text("utf-8"))
    tree.body = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name.startswith("CosineAnnealing")
    ]
    names: dict[str, Any] = {"math": math}
    exec(compile(tree, "warmboot.py", "exec"), names)  # noqa: S102 - a script of this repository
    return names["CosineAnnealingWarmbootingLR"]


WARMBOOTING: list[dict[str, Any]] = [
    {"epochs": 30},
    {"epochs": 30, "steps": [20, 10], "step_scale": 0.7, "batchs": 4, "warmup_epoch": 2},
    {"epochs": 30, "steps": [40, 5, 1], "eta_min": 0.3, "warmup_epoch": 3, "epoch_scale": 1.5},
    {"epochs": 30, "steps": [10], "lf": lambda since, gap: 1 - since / (gap + 1)},
]


def warmbooted(kwargs: dict[str, Any]) -> list[Any]:
    """Record every learning rate of the hand-written class, and of ours."""
    records = []
    for make in (example_class(), lr_scheduler.CosineAnnealingWarmbootingLR):
        optimizer = torch_optimizer(0.1, 0.02)
        scheduler = make(optimizer, **{**kwargs, "steps": list(kwargs.get("steps", []))})
        record: list[Any] = [snapshot(optimizer)]
        for _ in range(30):
            record.append((scheduler.step(), snapshot(optimizer)))
            record += [(scheduler.step_batch(), snapshot(optimizer)) for _ in range(4)]
        record.append((scheduler.step(12), snapshot(optimizer)))
        records.append(record)
    return records


@pytest.mark.parametrize("kwargs", WARMBOOTING, ids=str)
def test_warmbooting_goes_the_way_of_the_hand_written_class(kwargs: dict[str, Any]) -> None:
    theirs, ours = warmbooted(kwargs)

    assert ours == theirs


def test_warmbooting_leaves_the_list_it_is_given() -> None:
    steps = [20, 10]
    lr_scheduler.CosineAnnealingWarmbootingLR(torch_optimizer(0.1), epochs=30, steps=steps)

    assert steps == [20, 10]


METRICS = [1.0] * 4 + [1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 9.0, 9.0, 9.0, 9.0]


def metric_sequential() -> Any:
    return METRIC_SEQUENTIAL.build(lr_scheduler, torch_optimizer(0.1))


def test_a_plateau_may_follow_a_warm_up_and_be_followed() -> None:
    scheduler = metric_sequential()
    lrs = scheduler.get_last_lr()
    for metric in METRICS:
        scheduler.optimizer.step()
        scheduler.step(metric)
        lrs = lrs + scheduler.get_last_lr()
    warm = [0.1 * (0.25 + 0.75 * i / 4) for i in range(4)]
    plateau = [0.1] * 4 + [0.05] * 2 + [0.025] * 2
    decay = [0.1 * 0.9**i for i in range(5)]

    assert lrs == pytest.approx(warm + plateau + decay)


@pytest.mark.parametrize("at", range(17))
def test_a_sequence_with_a_plateau_resumes_and_reloads(at: int) -> None:
    whole, resumed, loaded = (metric_sequential() for _ in range(3))
    for metric in METRICS[:at]:
        whole.optimizer.step()
        whole.step(metric)
    resumed.resume(at, METRICS)
    loaded.optimizer.load_state_dict(whole.optimizer.state_dict())
    loaded.load_state_dict(json.loads(json.dumps(whole.state_dict())))
    for scheduler in (whole, resumed, loaded):
        scheduler.optimizer.step()
        scheduler.step(0.7)

    assert snapshot(resumed.optimizer) == snapshot(whole.optimizer)
    assert snapshot(loaded.optimizer) == snapshot(whole.optimizer)


def test_a_plateau_without_its_metric_is_an_error_that_says_whose_turn_it_is() -> None:
    scheduler = metric_sequential()
    scheduler.resume(4)
    with pytest.raises(TypeError, match="needs the metric at step 5: it is the turn of Reduce"):
        scheduler.step()
    with pytest.raises(ValueError, match="needs the metrics of the first 6 steps to resume, got 1"):
        scheduler.resume(6, [1.0])

    assert scheduler.last_epoch == 4


def test_a_plateau_may_come_first() -> None:
    optimizer: Any = SimpleNamespace(param_groups=[{"lr": 0.8}])
    members = [
        lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0),
        lr_scheduler.ExponentialLR(optimizer, 0.5),
    ]
    scheduler = lr_scheduler.MetricSequentialLR(optimizer, members, [3])
    lrs = []
    for _ in range(5):
        scheduler.step(1.0)
        lrs += scheduler.get_last_lr()

    assert lrs == [0.8, 0.4, 0.8, 0.4, 0.2]


def test_the_documentation_runs_and_names_every_schedule() -> None:
    text = (ROOT / "docs/schedulers.md").read_text("utf-8")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)  # noqa: S102 - a page of this repository
    unnamed = {name for name in lr_scheduler.schedules.__all__ if name not in text}

    assert names["scheduler"].last_epoch == 40
    assert not unnamed


def test_torchs_sequence_says_which_class_takes_a_plateau() -> None:
    optimizer = torch_optimizer(0.1)
    members = [
        lr_scheduler.ExponentialLR(optimizer, 0.5),
        lr_scheduler.ReduceLROnPlateau(optimizer),
    ]
    with pytest.raises(ValueError, match="Hint: MetricSequentialLR takes it"):
        lr_scheduler.SequentialLR(optimizer, members, [3])


def test_what_is_behind_a_warm_up_starts_with_its_momentum() -> None:
    cycle = of("OneCycleLR", 0.1, 60)
    alone = cycle.build(lr_scheduler, torch_optimizer(0.1))
    behind = in_front("LinearWarmup", 5, 0.0, 0.2, behind=cycle)
    scheduler = behind.build(lr_scheduler, torch_optimizer(0.1))
    for _ in range(5):
        step(scheduler)
    for _ in range(20):
        assert snapshot(scheduler.optimizer) == snapshot(alone.optimizer)
        step(scheduler)
        step(alone)


def test_a_warm_up_that_is_no_prefix_leads_to_where_the_schedule_stands() -> None:
    decay = of("ExponentialLR", 0.9)
    alone = decay.build(lr_scheduler, torch_optimizer(0.1))
    scheduler = in_front("WarmUpLR", 0.0, 10, behind=decay).build(
        lr_scheduler, torch_optimizer(0.1)
    )
    lrs, expected = lrs_of(scheduler, 30), lrs_of(alone, 30)

    assert lrs[5] == pytest.approx(expected[10] / 2)
    assert lrs[10:] == expected[10:]


def test_beyond_schedules_chain_with_torchs_own() -> None:
    optimizer = torch_optimizer(0.1)
    ours = lr_scheduler.CosineDecayLR(optimizer, 10)
    scheduler = torch.optim.lr_scheduler.SequentialLR(
        optimizer, [torch.optim.lr_scheduler.ConstantLR(optimizer, 0.5, 5), ours], [5]
    )
    alone = lrs_of(of("CosineDecayLR", 10).build(lr_scheduler, torch_optimizer(0.1)), 10)

    assert lrs_of(scheduler, 15)[5:] == alone


def test_a_schedule_beyond_torchs_is_a_member_as_any_other() -> None:
    schedule = chained(of("CosineDecayLR", 10), WARM_UP)
    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1))

    assert lrs_of(scheduler, 3)[0] == pytest.approx(0.01)
