"""A schedule as plain data and back: the same class, arguments and learning rates."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest

from bridge.optim import lr_scheduler
from tests.scheduler_beyond import BEYOND, halved
from tests.scheduler_cases import (
    SCHEDULERS,
    WARM_UP,
    Case,
    Factor,
    Schedule,
    chained,
    of,
    sequential,
)
from tests.scheduler_runs import STEP_ERRORS, built_at, snapshot, step, torch_optimizer


def has_objects(schedule: Schedule) -> bool:
    """Say whether a row is given callable objects, which have no name."""
    values = [*schedule.args, *schedule.kwargs.values()]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return any(isinstance(each, Factor) for each in flat) or any(map(has_objects, schedule.members))


ALL = [case for case in SCHEDULERS + BEYOND if built_at(case, 0) is not None]
CASES = [case for case in ALL if not has_objects(case.schedule)]


def some_steps(scheduler: Any) -> list[Any]:
    record = [snapshot(scheduler.optimizer)]
    with suppress(*STEP_ERRORS):
        for _ in range(12):
            step(scheduler)
            record.append(snapshot(scheduler.optimizer))
    return record


@pytest.mark.filterwarnings("ignore:Detected call")  # of a SequentialLR with a milestone at 0
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.schedule}{case.lrs}")
def test_every_schedule_comes_back_from_json(case: Case) -> None:
    scheduler = built_at(case, 0)
    config = json.loads(json.dumps(scheduler.to_config()))
    other = lr_scheduler.from_config(config, torch_optimizer(*case.lrs, name=case.optimizer))

    assert type(other) is type(scheduler)
    assert other.to_config() == config
    assert some_steps(other) == some_steps(scheduler)


@pytest.mark.filterwarnings("ignore:Detected call")  # of a SequentialLR with a milestone at 0
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.schedule}{case.lrs}")
def test_a_step_is_no_change_of_configuration(case: Case) -> None:
    assert built_at(case, 7).to_config() == built_at(case, 0).to_config()


@pytest.mark.parametrize(
    ("saved", "built"),
    [
        (of("StepLR", 3, gamma=0.5), of("StepLR", 5, gamma=0.1)),
        (of("MultiStepLR", [2, 5, 5], gamma=0.1), of("MultiStepLR", [4], gamma=0.5)),
        (of("ReduceLROnPlateau", "max", 0.5), of("ReduceLROnPlateau", "min", 0.1)),
    ],
    ids=str,
)
def test_a_loaded_state_brings_its_arguments(saved: Schedule, built: Schedule) -> None:
    ours, other = (each.build(lr_scheduler, torch_optimizer(0.1)) for each in (saved, built))
    other.load_state_dict(ours.state_dict())

    assert other.to_config() == ours.to_config()


def test_a_configuration_reads_like_the_call() -> None:
    schedule = sequential(WARM_UP, chained(of("StepLR", 3, gamma=0.5)), milestones=[10])

    assert schedule.build(lr_scheduler, torch_optimizer(0.1)).to_config() == {
        "class": "SequentialLR",
        "schedulers": [
            {"class": "LinearLR", "start_factor": 0.1, "end_factor": 1.0, "total_iters": 10},
            {
                "class": "ChainedScheduler",
                "schedulers": [{"class": "StepLR", "step_size": 3, "gamma": 0.5}],
            },
        ],
        "milestones": [10],
    }


def test_functions_of_a_module_go_by_name() -> None:
    scheduler = lr_scheduler.LambdaLR(torch_optimizer(0.1, 0.2), [halved, halved])
    config = scheduler.to_config()
    reference = {"function": "tests.scheduler_beyond:halved"}

    assert config == {"class": "LambdaLR", "lr_lambda": [reference, reference]}
    again = lr_scheduler.from_config(config, torch_optimizer(0.1, 0.2))
    assert again.lr_lambdas == [halved, halved]


def test_a_view_goes_by_its_hyperparameter_and_groups() -> None:
    optimizer = torch_optimizer(0.1, 0.2)
    view = lr_scheduler.hyperparameter(optimizer, "momentum", groups=[1])
    members = [lr_scheduler.StepLR(view, 1, 0.5), lr_scheduler.ExponentialLR(view, 0.5)]
    both = [lr_scheduler.StepLR(optimizer, 3), lr_scheduler.ChainedScheduler(members)]
    config = lr_scheduler.CombinedScheduler(both).to_config()
    other = lr_scheduler.from_config(json.loads(json.dumps(config)), torch_optimizer(0.1, 0.2))
    step(other)

    assert config["schedulers"][1]["hyperparameter"] == "momentum"
    assert config["schedulers"][1]["groups"] == [1]
    assert "hyperparameter" not in config["schedulers"][1]["schedulers"][0]
    assert [group["momentum"] for group in other.optimizer.param_groups] == [0.5, 0.125]


class Halving(lr_scheduler.LRScheduler):
    """A user's schedule, at the top of a module."""

    def get_lr(self) -> list[Any]:
        """Halve at every step."""
        return [base_lr * 0.5**self.last_epoch for base_lr in self.base_lrs]


def test_a_users_class_goes_by_its_module() -> None:
    config = Halving(torch_optimizer(0.1)).to_config()

    assert config == {"class": f"{__name__}:Halving"}
    assert type(lr_scheduler.from_config(config, torch_optimizer(0.1))) is Halving


@pytest.mark.parametrize("value", [lambda epoch: epoch, Factor("e"), [lambda epoch: epoch]])
def test_what_has_no_name_is_refused(value: Any) -> None:
    scheduler = lr_scheduler.LambdaLR(torch_optimizer(0.1), value)

    with pytest.raises(ValueError, match="lr_lambda must be plain data or an importable function"):
        scheduler.to_config()


def test_a_class_inside_a_function_is_refused() -> None:
    class Hidden(lr_scheduler.StepLR): ...

    with pytest.raises(ValueError, match="cannot go into a configuration"):
        Hidden(torch_optimizer(0.1), 3).to_config()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"step_size": 3}, "needs the name of a scheduler under 'class'"),
        ({"class": "SteepLR", "step_size": 3}, "'class' must be a scheduler"),
        ({"class": "hyperparameter", "name": "lr"}, "'class' must be a scheduler"),
        ({"class": "elsewhere:MyLR"}, "'elsewhere:MyLR' is not loaded"),
        ({"class": "os:system"}, "'class' must be a scheduler"),
        ({"class": "LambdaLR", "lr_lambda": {"function": "elsewhere:warm"}}, "is not loaded"),
    ],
)
def test_a_wrong_configuration_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lr_scheduler.from_config(config, torch_optimizer(0.1))
