"""GreedyLR beside transformers' own class, and what it shares with every other schedule."""

from __future__ import annotations

import inspect
import json
import random
from typing import Any

import pytest
import torch
from transformers.optimization import GreedyLR as TransformersGreedyLR
from transformers.trainer_utils import SchedulerType

from bridge.optim import lr_scheduler
from tests.scheduler_runs import torch_optimizer

CONFIGURATIONS: list[dict[str, Any]] = [
    {},
    {"patience": 1, "factor": 0.5},
    {"patience": 0, "factor": 0.9, "cooldown": 3, "warmup": 2},
    {"patience": 1, "mode": "max", "threshold_mode": "rel", "threshold": 0.05},
    {"patience": 0, "factor": 0.3, "min_lr": [0.05, 0.005], "max_lr": [0.5, 0.02]},
    {"patience": 0, "factor": 0.2, "min_lr": 0.009, "reset_start": 2},
    {"patience": 1, "factor": 0.7, "smooth": True, "window_size": 4, "reset_start": 1},
    {"patience": 0, "factor": 0.99, "eps": 0.01},
]


def metrics() -> list[float]:
    """Fall, stay, rise and fall again, with noise."""
    noise = random.Random(3)  # noqa: S311 - for a test
    falling, rising = [1 / (1 + 0.1 * i) for i in range(40)], [0.3 + 0.01 * i for i in range(50)]
    trend = falling + [0.3] * 30 + rising + falling
    return [value + 0.02 * noise.random() for value in trend]


def driven(scheduler: Any, values: list[float]) -> list[Any]:
    record = []
    for value in values:
        scheduler.optimizer.step()
        scheduler.step(value)
        record.append([group["lr"] for group in scheduler.optimizer.param_groups])
        record.append(list(scheduler.get_last_lr()))
    return record


def both(options: dict[str, Any]) -> list[Any]:
    """Record every learning rate of transformers' class, and of ours."""
    classes = TransformersGreedyLR, lr_scheduler.GreedyLR
    return [driven(cls(torch_optimizer(0.1, 0.01), **options), metrics()) for cls in classes]


@pytest.mark.parametrize("options", CONFIGURATIONS, ids=str)
def test_it_goes_the_way_of_transformers(options: dict[str, Any]) -> None:
    theirs, ours = both(options)

    assert ours == theirs


@pytest.mark.parametrize("options", CONFIGURATIONS, ids=str)
def test_it_resumes_and_reloads_and_is_rebuilt(options: dict[str, Any]) -> None:
    values = metrics()
    whole, resumed, loaded = (
        lr_scheduler.GreedyLR(torch_optimizer(0.1, 0.01), **options) for _ in range(3)
    )
    driven(whole, values[:70])
    resumed.resume(70, values)
    loaded.optimizer.load_state_dict(whole.optimizer.state_dict())  # type: ignore[attr-defined]
    loaded.load_state_dict(json.loads(json.dumps(whole.state_dict())))
    rest = driven(whole, values[70:])

    assert driven(resumed, values[70:]) == rest
    assert driven(loaded, values[70:]) == rest
    again = lr_scheduler.from_config(whole.to_config(), torch_optimizer(0.1, 0.01))
    assert again.to_config() == whole.to_config()


def test_get_scheduler_knows_every_name_of_transformers() -> None:
    options: dict[str, dict[str, Any]] = {
        "warmup_stable_decay": {"num_decay_steps": 5},
        "cosine_with_min_lr": {"min_lr_rate": 0.1},
        "cosine_warmup_with_min_lr": {"min_lr_rate": 0.1},
    }
    built = [
        lr_scheduler.get_scheduler(name, torch_optimizer(0.1), 4, 20, options.get(name.value))
        for name in SchedulerType
    ]

    assert type(built[-1]) is lr_scheduler.GreedyLR
    assert len(built) == 12


def test_its_signature_is_transformers() -> None:
    ours, theirs = (
        [(p.name, p.kind, p.default) for p in inspect.signature(cls).parameters.values()]
        for cls in (lr_scheduler.GreedyLR, TransformersGreedyLR)
    )

    assert ours == theirs


@pytest.mark.parametrize(
    "options", [{"factor": 1.0}, {"mode": "x"}, {"threshold_mode": "x"}, {"max_lr": [1.0]}], ids=str
)
def test_wrong_arguments_raise_as_in_transformers(options: dict[str, Any]) -> None:
    messages = []
    for cls in (TransformersGreedyLR, lr_scheduler.GreedyLR):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - compared below
            cls(torch_optimizer(0.1, 0.01), **options)
        messages.append(str(caught.value).split("\n")[0])

    assert messages[0] == messages[1]


def test_it_may_follow_a_warm_up() -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    members = [
        lr_scheduler.LinearLR(optimizer, 0.5, total_iters=2),
        lr_scheduler.GreedyLR(optimizer, factor=0.5, patience=0),
    ]
    scheduler = lr_scheduler.MetricSequentialLR(optimizer, members, [2])
    lrs = driven(scheduler, [1.0, 1.0, 1.0, 1.0, 2.0])[::2]

    assert [round(lr, 6) for (lr,) in lrs] == [0.3, 0.4, 0.8, 0.4, 0.2]
