"""bridge.lower: the native schedule gives torch's learning rates, from any step on."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import bridge
from bridge import optim
from bridge.equivalents import SCHEDULERS
from bridge.errors import UnsupportedError
from bridge.optim import lr_scheduler

if TYPE_CHECKING:
    from tests.frameworks import Framework

STEPS = 120
SAME_LR = 1e-12  # of the largest: grades a and b


def halving(step: int) -> float:
    return float(0.5 ** (step // 20))


CASES = [
    pytest.param(name, options, id=f"{name} {options}")
    for name, options in [
        ("StepLR", {"step_size": 7, "gamma": 0.5}),
        ("MultiStepLR", {"milestones": [10, 25, 60], "gamma": 0.3}),
        ("ExponentialLR", {"gamma": 0.97}),
        ("LambdaLR", {"lr_lambda": halving}),
        ("CosineAnnealingLR", {"T_max": 50}),
        ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.001}),
        ("LinearLR", {}),
        ("LinearLR", {"start_factor": 0.01, "total_iters": 30}),
        ("OneCycleLR", {"max_lr": 0.2, "total_steps": STEPS + 1, "cycle_momentum": False}),
        (
            "OneCycleLR",
            {
                "max_lr": 0.2,
                "total_steps": 200,
                "pct_start": 0.4,
                "anneal_strategy": "linear",
                "cycle_momentum": False,
                "div_factor": 10,
                "final_div_factor": 100,
            },
        ),
        ("MultiplicativeLR", {"lr_lambda": lambda step: 0.99 if step % 2 else 0.98}),
        ("ConstantLR", {}),
        ("ConstantLR", {"factor": 0.5, "total_iters": 40}),
        ("PolynomialLR", {}),
        ("PolynomialLR", {"total_iters": 90, "power": 2.0}),
        ("CosineAnnealingWarmRestarts", {"T_0": 10}),
        ("CosineAnnealingWarmRestarts", {"T_0": 7, "T_mult": 2, "eta_min": 1e-3}),
        ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "cycle_momentum": False}),
        (
            "CyclicLR",
            {
                "base_lr": 0.01,
                "max_lr": 0.1,
                "step_size_up": 10,
                "step_size_down": 15,
                "mode": "exp_range",
                "gamma": 0.99,
                "cycle_momentum": False,
            },
        ),
    ]
]


def has_row(xp: Framework, name: str) -> bool:
    return xp.name == "torch" or any(row.torch == name for row in SCHEDULERS[xp.name])


def sgd(xp: Framework, lr: float = 0.05) -> Any:
    return optim.SGD([xp.param(np.ones(3, "f4"))], lr=lr, momentum=0.9)


def torchs(name: str, options: dict[str, Any], lr: float = 0.05) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=lr, momentum=0.9)
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
    lrs = []
    for _ in range(STEPS):
        lrs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return lrs


def lr_of(xp: Framework, optimizer: Any) -> float:
    if xp.name == "paddle":
        return float(optimizer.get_lr())
    return float(optimizer.param_groups[0]["lr"])


@pytest.mark.parametrize("before", [0, 1, 37])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_lowered_schedule_gives_torchs_learning_rates(
    xp: Framework, name: str, options: dict[str, Any], before: int
) -> None:
    optimizer = sgd(xp)
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    for _ in range(before):
        optimizer.step()
        scheduler.step()
    if not has_row(xp, name):
        with pytest.raises(UnsupportedError, match=f"nothing that equals torch's {name}"):
            bridge.lower(optimizer, scheduler)
        return
    native, schedule = bridge.lower(optimizer, scheduler)
    want = torchs(name, options)
    lrs = []
    for _ in want[before:]:
        lrs.append(lr_of(xp, native))
        native.step()
        schedule.step()

    assert type(schedule).__module__.startswith(f"{xp.name}.")
    np.testing.assert_allclose(lrs, want[before:], rtol=0, atol=SAME_LR * max(want))


PLATEAU: dict[str, Any] = {"factor": 0.5, "patience": 2, "threshold": 0.01, "min_lr": 1e-4}


@pytest.mark.parametrize("before", [0, 23])
def test_a_plateau_goes_on_with_what_it_has_seen(xp: Framework, before: int) -> None:
    metrics = np.random.default_rng(3).normal(1.0, 0.2, 60).cumprod().tolist()
    optimizer, theirs = sgd(xp), torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=0.05)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **PLATEAU)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **PLATEAU)
    for metric in metrics[:before]:
        scheduler.step(metric)
        reference.step(metric)
    native, schedule = bridge.lower(optimizer, scheduler)
    for metric in metrics[before:]:
        schedule.step(metric)
        reference.step(metric)

        assert lr_of(xp, native) == theirs.param_groups[0]["lr"]

    assert theirs.param_groups[0]["lr"] < 0.05


@pytest.mark.parametrize("framework", ["paddle", "oneflow"])
def test_every_row_is_lowered(framework: str) -> None:
    tried = {case.values[0] for case in CASES} | {"ReduceLROnPlateau"}

    assert {row.torch for row in SCHEDULERS[framework] if not row.members} <= tried


@pytest.mark.only_backend("torch", "oneflow")
def test_several_groups_keep_their_schedules(xp: Framework) -> None:
    groups = [{"params": [xp.param(np.ones(3, "f4"))], "lr": lr} for lr in (0.1, 0.02)]
    optimizer = optim.SGD(groups, lr=0.1)
    functions = [halving, lambda step: 1 / (1 + step)]
    scheduler = lr_scheduler.LambdaLR(optimizer, functions)
    for _ in range(25):
        optimizer.step()
        scheduler.step()
    native, schedule = bridge.lower(optimizer, scheduler)
    native.step()
    schedule.step()

    assert [g["lr"] for g in native.param_groups] == pytest.approx([0.05, 0.02 / 27], rel=1e-12)


def two_groups(module: Any, params: list[Any], lrs: tuple[float, float]) -> Any:
    groups = [{"params": [param], "lr": lr} for param, lr in zip(params, lrs, strict=True)]
    return module.SGD(groups, lr=lrs[0])


IN_PROPORTION = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [10, 25, 60], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.97}),
    ("LambdaLR", {"lr_lambda": halving}),
    ("MultiplicativeLR", {"lr_lambda": lambda _: 0.98}),
    ("CosineAnnealingLR", {"T_max": 50}),
    ("CosineAnnealingWarmRestarts", {"T_0": 10}),
    ("LinearLR", {"total_iters": 30}),
    ("ConstantLR", {"total_iters": 40}),
    ("PolynomialLR", {"total_iters": 90, "power": 2.0}),
]
IN_COMMON = [
    ("CosineAnnealingLR", {"T_max": 50, "eta_min": 1e-3}),
    ("CosineAnnealingWarmRestarts", {"T_0": 10, "eta_min": 1e-3}),
    ("OneCycleLR", {"max_lr": 0.2, "total_steps": STEPS + 1, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "cycle_momentum": False}),
]


@pytest.mark.only_backend("paddle")
@pytest.mark.parametrize(
    ("name", "options", "lrs"),
    [
        *((name, options, (0.05, 0.002)) for name, options in IN_PROPORTION),
        *((name, options, (0.05, 0.05)) for name, options in IN_COMMON[:2]),
        # These write one rate into all groups, whatever they had.
        *((name, options, (0.05, 0.002)) for name, options in IN_COMMON[2:]),
    ],
)
def test_the_rates_of_groups_are_factors_on_paddle(
    xp: Framework, name: str, options: dict[str, Any], lrs: tuple[float, float]
) -> None:
    params = [xp.param(np.ones(3, "f4")) for _ in lrs]
    optimizer = two_groups(optim, params, lrs)
    theirs = two_groups(torch.optim, [torch.nn.Parameter(torch.ones(3)) for _ in lrs], lrs)
    scheduler: Any = getattr(lr_scheduler, name)(optimizer, **options)
    reference = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
    for step in range(STEPS):
        if step == 13:
            optimizer, scheduler = bridge.lower(optimizer, scheduler)
        if step >= 13:
            found = [optimizer.get_lr() * p.optimize_attr["learning_rate"] for p in params]
            want = [group["lr"] for group in theirs.param_groups]
            np.testing.assert_allclose(found, want, rtol=0, atol=SAME_LR * 0.2)
        for opt, driving in ((optimizer, scheduler), (theirs, reference)):
            opt.step()
            driving.step()


@pytest.mark.only_backend("paddle")
@pytest.mark.parametrize(("name", "options"), [*IN_COMMON[:2], ("ReduceLROnPlateau", {})])
def test_a_rate_that_groups_have_in_common_is_refused_where_paddle_would_scale_it(
    xp: Framework, name: str, options: dict[str, Any]
) -> None:
    optimizer = two_groups(optim, [xp.param(np.ones(3, "f4")) for _ in range(2)], (0.05, 0.002))
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)

    with pytest.raises(UnsupportedError, match="only if its groups have one learning rate"):
        bridge.lower(optimizer, scheduler)


def test_state_and_place_go_over_together(xp: Framework) -> None:
    optimizer = optim.AdamW([xp.param(np.ones(3, "f4"))], lr=0.05)
    theirs = torch.optim.AdamW([torch.nn.Parameter(torch.ones(3))], lr=0.05)
    scheduler: Any = lr_scheduler.CosineAnnealingLR(optimizer, 40)
    reference = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, 40)
    random = np.random.default_rng(0)
    param, weight = optimizer.param_groups[0]["params"][0], theirs.param_groups[0]["params"][0]
    ours: Any = optimizer
    for step in range(40):
        if step == 15:
            ours, scheduler = bridge.lower(optimizer, scheduler)
        grad = random.normal(size=3).astype("f4")
        xp.set_grad(param, grad)
        weight.grad = torch.tensor(grad)
        ours.step()
        theirs.step()
        scheduler.step()
        reference.step()

    np.testing.assert_allclose(xp.numpy(param).tolist(), weight.tolist(), rtol=0, atol=1e-5)


def test_lowering_warns_of_nothing(xp: Framework) -> None:
    optimizer = sgd(xp)
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    optimizer.step()
    scheduler.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert bridge.lower(optimizer, scheduler)


def test_an_attribute_that_was_changed_counts(xp: Framework) -> None:
    optimizer = sgd(xp)
    scheduler = lr_scheduler.StepLR(optimizer, 30)
    scheduler.step_size = 1
    native, schedule = bridge.lower(optimizer, scheduler)
    native.step()
    schedule.step()

    assert lr_of(xp, native) == pytest.approx(0.005)


def test_a_learning_rate_off_the_schedule_is_refused(xp: Framework) -> None:
    optimizer = sgd(xp)
    scheduler = lr_scheduler.StepLR(optimizer, 30)
    optimizer.param_groups[0]["lr"] = 0.3

    with pytest.raises(UnsupportedError, match=r"lr of group 0 is 0\.3, and \w+ would give 0\.05"):
        bridge.lower(optimizer, scheduler)


REFUSED: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "paddle": [
        ("StepLR", {"step_size": 7, "gamma": 1.5}, "`gamma` is < 1; here it is 1.5"),
        ("MultiStepLR", {"milestones": [5, 5]}, "`milestones` is a list of increasing ints"),
        ("ConstantLR", {"total_iters": 0}, "`total_iters` is an int >= 1; here it is 0"),
        ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0}, "`cycle_momentum` is False"),
        ("OneCycleLR", {"max_lr": 0.1, "epochs": 5, "steps_per_epoch": 9}, "`cycle_momentum`|`epo"),
    ],
    "oneflow": [
        ("LinearLR", {"total_iters": 0}, "`total_iters` is an int >= 1; here it is 0"),
        ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 3}, "`T_mult` is 1, 2, 4, 5, 6, 7 or"),
        ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0}, "nothing that equals torch's CyclicLR"),
    ],
}


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.parametrize("number", range(5))
def test_what_would_differ_is_refused_with_the_reason(xp: Framework, number: int) -> None:
    cases = REFUSED[xp.name]
    name, options, why = cases[number % len(cases)]
    optimizer = sgd(xp)
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)

    with pytest.raises(UnsupportedError, match=why):
        bridge.lower(optimizer, scheduler)


@pytest.mark.only_backend("paddle")
def test_rprop_with_a_schedule_is_refused_on_paddle(xp: Framework) -> None:
    optimizer = optim.Rprop([xp.param(np.ones(3, "f4"))], lr=0.01)

    with pytest.raises(UnsupportedError, match="only if no scheduler drives it"):
        bridge.lower(optimizer, lr_scheduler.StepLR(optimizer, 3))


def test_a_schedule_of_another_optimizer_is_refused(xp: Framework) -> None:
    with pytest.raises(ValueError, match=r"^scheduler must drive the optimizer"):
        bridge.lower(sgd(xp), lr_scheduler.StepLR(sgd(xp), 3))


def test_a_schedule_of_ones_own_is_refused(xp: Framework) -> None:
    class Mine(lr_scheduler.StepLR):
        pass

    optimizer = sgd(xp)

    with pytest.raises(UnsupportedError, match="Mine cannot be lowered"):
        bridge.lower(optimizer, Mine(optimizer, 3))
