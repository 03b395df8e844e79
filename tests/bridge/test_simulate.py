"""`bridge.simulate` against stepping: every schedule, every way to name it, nothing disturbed."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import bridge
from bridge import simulate
from bridge.errors import ExpressionError, SimulationError
from bridge.optim import lr_scheduler
from tests.scheduler_beyond import BEYOND
from tests.scheduler_cases import METRICS, SCHEDULERS, Case
from tests.scheduler_runs import STEP_ERRORS, built_at, torch_optimizer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.frameworks import Framework

CASES = [case for case in SCHEDULERS + BEYOND if built_at(case, 0) is not None]
LIVE = [("torch", 0), ("torch", 7), ("bridge", 0), ("bridge", 7)]


def hyperparameters(optimizer: Any) -> dict[str, list[float]]:
    groups = optimizer.param_groups
    found = {
        key: [float(group[key]) for group in groups]
        for key in ("lr", "momentum", "weight_decay")
        if key in groups[0]
    }
    if "betas" in groups[0]:
        found["betas[0]"] = [float(group["betas"][0]) for group in groups]
    return found


def trained(scheduler: Any, steps: int, metrics: Any) -> tuple[list[dict[str, list[float]]], bool]:
    """Step optimizer and scheduler; return what each step used, and whether one failed."""
    record = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for index in range(steps):
            record.append(hyperparameters(scheduler.optimizer))
            scheduler.optimizer.step()
            try:
                scheduler.step(*([metrics[index]] if metrics else []))
            except STEP_ERRORS:
                return record, True
    return record, False


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.schedule}{case.lrs}")
def test_every_schedule_is_simulated_as_it_is_stepped(case: Case) -> None:
    metrics = METRICS[case.metrics][:60] if case.metrics else None
    record, _ = trained(built_at(case, 0), min(60, case.steps), metrics)
    simulation = simulate(built_at(case, 0), len(record), metrics=metrics)

    assert simulation.is_exact
    for key, of_groups in simulation.values.items():
        assert [list(values) for values in zip(*of_groups, strict=True)] == [
            step[key] for step in record
        ]
    for key in record[0].keys() - simulation.values.keys():
        assert all(step[key] == record[0][key] for step in record)


@pytest.mark.parametrize(("module", "done"), LIVE)
def test_a_live_scheduler_is_simulated_from_where_it_stands_and_stays_there(
    module: str, done: int
) -> None:
    optimizer = torch_optimizer(0.1, 0.2, name="adam")
    names = torch.optim.lr_scheduler if module == "torch" else lr_scheduler
    scheduler = names.OneCycleLR(optimizer, max_lr=[0.5, 1.0], total_steps=40)
    for _ in range(done):
        optimizer.step()
        scheduler.step()
    before = scheduler.state_dict().copy(), hyperparameters(optimizer)
    simulation = simulate(scheduler, 20)

    assert (scheduler.state_dict(), hyperparameters(optimizer)) == before
    record, _ = trained(scheduler, 20, None)
    assert [list(lrs) for lrs in zip(*simulation.lr, strict=True)] == [s["lr"] for s in record]
    assert list(simulation.values["betas[0]"][1]) == [step["betas[0]"][1] for step in record]


def torchs_at(case: Case, done: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer = torch_optimizer(*case.lrs, name=case.optimizer)
        scheduler = case.schedule.build(torch.optim.lr_scheduler, optimizer)
        trained(scheduler, done, METRICS[case.metrics] if case.metrics else None)
    return scheduler


@pytest.mark.parametrize("done", [0, 7])
@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case in SCHEDULERS],
    ids=lambda case: f"{case.schedule}{case.lrs}",
)
def test_every_scheduler_of_torch_s_own_is_simulated_as_torch_steps_it(
    case: Case, done: int
) -> None:
    metrics = METRICS[case.metrics][done:] if case.metrics else None
    record, _ = trained(torchs_at(case, done), 40, metrics)
    simulation = simulate(torchs_at(case, done), len(record), metrics=metrics)

    for key, of_groups in simulation.values.items():
        assert [list(values) for values in zip(*of_groups, strict=True)] == [
            step[key] for step in record
        ]


@pytest.mark.only_backend("paddle")
def test_a_scheduler_of_paddle_is_simulated_and_stays_as_it_is(xp: Framework) -> None:
    native = xp.module.optimizer.lr
    schedule = native.LinearWarmup(native.CosineAnnealingDecay(0.5, 20), 5, 0.0, 0.5)
    simulation = simulate(schedule, 20)

    assert schedule.last_epoch == 0
    assert list(simulation.lr[0]) == [_stepped(schedule) for _ in range(20)]


def _stepped(schedule: Any) -> float:
    lr = float(schedule())
    schedule.step()
    return lr


@pytest.mark.only_backend("oneflow")
def test_a_scheduler_of_oneflow_is_simulated_and_stays_as_it_is(xp: Framework) -> None:
    optimizer = xp.module.optim.SGD([xp.param(np.ones(2, "f4"))], lr=0.5)
    schedule = xp.module.optim.lr_scheduler.WarmUpLR(
        xp.module.optim.lr_scheduler.CosineDecayLR(optimizer, 30), warmup_iters=4
    )
    simulation = simulate(schedule, 20)
    lrs = []
    for _ in range(20):
        lrs.append(optimizer.param_groups[0]["lr"])
        schedule.step()

    assert list(simulation.lr[0]) == lrs


@pytest.mark.parametrize("kind", [lr_scheduler.StepLR, torch.optim.lr_scheduler.StepLR])
def test_a_class_takes_its_arguments_as_keywords(kind: Any) -> None:
    simulation = simulate(kind, 5, lr=0.8, step_size=2, gamma=0.5)

    assert list(simulation.lr[0]) == [0.8, 0.8, 0.4, 0.4, 0.2]
    assert simulation.name == "StepLR"


def test_a_configuration_is_taken_as_a_dict_and_from_files(tmp_path: Path) -> None:
    config = {"class": "MultiStepLR", "milestones": [2, 4], "gamma": 0.5}
    (tmp_path / "a.json").write_text(json.dumps(config))
    (tmp_path / "a.yaml").write_text("class: MultiStepLR\nmilestones: [2, 4]\ngamma: 0.5\n")
    specs: list[Any] = [config, tmp_path / "a.json", str(tmp_path / "a.yaml")]

    assert [list(simulate(spec, 5, lr=0.8).lr[0]) for spec in specs] == [
        [0.8, 0.8, 0.4, 0.4, 0.2]
    ] * 3


def test_groups_have_their_own_values() -> None:
    groups: list[dict[str, Any]] = [{"lr": 1.0, "betas": (0.9, 0.99)}, {"betas": (0.8, 0.99)}]
    text = "OneCycleLR(max_lr=[1, 2], total_steps=10)"
    simulation = simulate(text, 10, lr=0.5, groups=groups)

    assert sorted(simulation.values) == ["betas[0]", "lr"]
    assert [max(lrs) for lrs in simulation.lr] == [1.0, 2.0]


def test_other_hyperparameters_are_seen_where_they_are_scheduled() -> None:
    simulation = simulate(
        "StepLR(hyperparameter('weight_decay'), 1, 0.5)", 2, groups=[{"weight_decay": 0.2}]
    )

    assert {k: list(v[0]) for k, v in simulation.values.items()} == {
        "lr": [0.1, 0.1],
        "weight_decay": [0.2, 0.1],
    }


def test_what_a_class_of_the_users_writes_is_seen() -> None:
    class Decaying(lr_scheduler.LRScheduler):
        def get_lr(self) -> list[float]:
            for group in self.optimizer.param_groups:
                group["weight_decay"] = 0.5**self.last_epoch
            return self.base_lrs

    simulation = simulate(Decaying, 3)

    assert sorted(simulation.values) == ["lr", "weight_decay"]
    assert list(simulation.values["weight_decay"][0]) == [1.0, 0.5, 0.25]


@pytest.mark.parametrize(
    ("spec", "steps", "marks"),
    [
        ("MultiStepLR([30, 80, 200])", 100, (30, 80)),
        ("SequentialLR([LinearLR(0.1, 1, 10), MultiStepLR([5, 50])], [10])", 100, (10, 15, 60)),
        ("OneCycleLR(1.0, 100, pct_start=0.25)", 100, (24,)),
        ("WarmupCosineLR(5, 50)", 60, (5, 50)),
        ("WSDLR(5, 10, 20)", 60, (5, 15, 35)),
        ("ExponentialLR(0.9)", 60, ()),
    ],
)
def test_milestones_are_where_the_course_changes(
    spec: str, steps: int, marks: tuple[int, ...]
) -> None:
    assert simulate(spec, steps).milestones == marks


@pytest.mark.parametrize(
    ("spec", "options", "message"),
    [
        ("StepLR(30)", {"steps": 0}, "steps must be a positive integer, got 0"),
        ("StepLR(30)", {"steps": -3}, "steps must be a positive integer, got -3"),
        ("StepLR(30)", {"steps": 2.5}, "steps must be a positive integer, got 2.5"),
        ("StepLR(30)", {"lr": float("nan")}, "lr must be finite and not negative, got nan"),
        ("StepLR(30)", {"lr": float("inf")}, "lr must be finite and not negative, got inf"),
        ("StepLR(30)", {"lr": -0.1}, "lr must be finite and not negative, got -0.1"),
        ("StepLR(30)", {"groups": []}, "groups must have at least one group"),
        ("StepLR(30)", {"gamma": 0.5}, "only a class takes arguments, got gamma"),
        ("StepLR(30)", {"metrics": [1.0] * 9}, "StepLR takes no metrics"),
        ("ReduceLROnPlateau()", {}, "needs a metric for each of 9 steps, got 0"),
        ("ExponentialLR(1e200)", {}, "gives lr=inf in group 0 at step 2"),
        ("missing.json", {}, "cannot read missing.json: No such file or directory"),
        (3, {}, "got int"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    spec: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SimulationError, match=message):
        simulate(spec, options.pop("steps", 10), **options)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "is no JSON"),
        ("a.yaml", "a: [", "is no YAML"),
        ("a.json", "[]", "must hold one schedule, as `to_config` returns it, got a list"),
        ("a.json", b"\xff\xfe\x00", "is no text file"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(
    name: str, text: str | bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(SimulationError, match=message):
        simulate(path, 10)


def test_torch_s_errors_stay_torch_s() -> None:
    with pytest.raises(ValueError, match="Tried to step 101 times"):
        simulate("OneCycleLR(max_lr=0.1, total_steps=100)", 102)


def test_bridge_exports_it() -> None:
    assert bridge.simulate is simulate
    assert issubclass(ExpressionError, bridge.errors.BridgeError)
