"""`bridge.LRFinder`: the rates it tries, the curve, the suggestion, and what it refuses."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import torch_lr_finder
from matplotlib.figure import Figure
from torch.utils.data import DataLoader, TensorDataset

import bridge
from bridge import LRFinder, optim
from bridge.errors import RangeTestError, UnsupportedError
from tests.range_tests import AIMS, DATA, quadratic

if TYPE_CHECKING:
    from tests.frameworks import Framework


@pytest.mark.parametrize(
    ("mode", "lrs"), [("exp", [0.01, 0.1, 1.0]), ("linear", [0.01, 0.505, 1.0])]
)
def test_the_learning_rate_rises_as_asked(mode: Any, lrs: list[float]) -> None:
    optimizer, step = quadratic()
    found = LRFinder(optimizer, step).range_test(0.01, 1.0, 3, step_mode=mode, diverge_th=1e9)

    assert found.lr == pytest.approx(lrs, rel=1e-14)
    assert found.loss == tuple((lr - 0.3) ** 2 for lr in found.lr)
    assert not found.has_diverged
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_groups_keep_their_ratios_also_at_the_start_of_a_warm_up(xp: Framework) -> None:
    params = [xp.param(np.zeros(1, "f4")) for _ in range(2)]
    groups: list[Any] = [{"params": params[:1], "lr": 0.4}, {"params": params[1:], "lr": 0.1}]
    optimizer = optim.SGD(groups, lr=1.0)
    optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / 10)
    seen: list[list[float]] = []

    def step() -> float:
        seen.append([group["lr"] for group in optimizer.param_groups])
        return 1.0 / len(seen)

    found = LRFinder(optimizer, step).range_test(end_lr=4.0, num_iter=2)

    assert found.ratios == (1.0, 0.25)
    assert seen == [[0.4, 0.1], [4.0, 1.0]]
    assert [group["lr"] for group in optimizer.param_groups] == [0.0, 0.0]


def test_a_scheduler_in_the_step_changes_no_rate_of_the_test_and_comes_back() -> None:
    optimizer, step = quadratic()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)

    def steps_both() -> float:
        loss = step()
        optimizer.step()
        scheduler.step()
        return loss

    found = LRFinder(optimizer, steps_both).range_test(0.01, 1.0, 3, diverge_th=1e9)

    assert found.loss == tuple((lr - 0.3) ** 2 for lr in found.lr)
    assert scheduler.last_epoch == 0
    assert scheduler.get_last_lr() == [0.1]


def test_the_loss_is_smoothed_and_a_divergence_ends_the_test() -> None:
    losses = iter([4.0, 2.0, 30.0, math.nan])
    optimizer, _ = quadratic()
    found = LRFinder(optimizer, lambda: next(losses)).range_test(
        0.1, 1.0, 9, smooth_f=0.5, diverge_th=5
    )

    assert found.smoothed == (4.0, 3.0, 16.5)
    assert found.has_diverged


@pytest.mark.parametrize("losses", [[-1.0, -5.0, -4.0, 16.0], [1.0, 0.5, 0.6, math.inf]])
def test_a_negative_loss_may_grow_and_no_number_is_a_divergence(losses: list[float]) -> None:
    optimizer, _ = quadratic()
    following = iter(losses)
    found = LRFinder(optimizer, lambda: next(following)).range_test(0.1, 1.0, 9, smooth_f=0)

    assert found.has_diverged
    assert len(found.lr) == (4 if math.isfinite(losses[-1]) else 3)


@pytest.mark.parametrize(("mode", "end"), [("exp", 100.0), ("linear", 0.1)])
def test_the_curve_and_the_suggestion_are_torch_lr_finder_s(mode: Any, end: float) -> None:
    dataset = TensorDataset(torch.tensor(DATA.reshape(-1, 4)), torch.tensor(AIMS.reshape(-1, 1)))
    loader = DataLoader(dataset, batch_size=8)
    criterion = torch.nn.MSELoss()

    def made() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(7)
        layers = torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1)
        model = torch.nn.Sequential(*layers)
        return model, torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9)

    model, optimizer = made()
    theirs = torch_lr_finder.LRFinder(model, optimizer, criterion)
    theirs.range_test(loader, end_lr=end, num_iter=60, step_mode=mode)
    _, suggested = theirs.plot(ax=Figure().subplots(), suggest_lr=True)

    model, optimizer = made()
    batches = itertools.cycle(loader)

    def step() -> Any:
        inputs, aims = next(batches)
        optimizer.zero_grad()
        loss = criterion(model(inputs), aims)
        loss.backward()
        optimizer.step()
        return loss

    ours = LRFinder(optimizer, step).range_test(end_lr=end, num_iter=60, step_mode=mode)

    assert ours.has_diverged == (mode == "exp")
    assert list(ours.lr) == theirs.history["lr"]
    assert list(ours.smoothed) == theirs.history["loss"]
    assert ours.steepest() == suggested


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start_lr": 0.0}, "start_lr must be a positive number, got 0.0"),
        ({"start_lr": -1.0}, "start_lr must be a positive number, got -1.0"),
        ({"end_lr": math.inf}, "end_lr must be a positive number, got inf"),
        ({"end_lr": math.nan}, "end_lr must be a positive number, got nan"),
        ({"end_lr": 0.01}, "end_lr must be above start_lr, got 0.01 after 0.1"),
        ({"num_iter": 1}, "num_iter must be an integer above 1, got 1"),
        ({"num_iter": -3}, "num_iter must be an integer above 1, got -3"),
        ({"num_iter": 10.0}, "num_iter must be an integer above 1, got 10.0"),
        ({"step_mode": "cos"}, "step_mode must be"),
        ({"smooth_f": 1.5}, "smooth_f must be between 0 and 1, got 1.5"),
        ({"diverge_th": 1}, "diverge_th must be above 1, got 1"),
    ],
)
def test_impossible_numbers_are_refused_before_a_step(
    options: dict[str, Any], message: str
) -> None:
    optimizer, _ = quadratic()
    steps: list[int] = []

    with pytest.raises(RangeTestError, match=re.escape(message)):
        LRFinder(optimizer, lambda: steps.append(1)).range_test(**options)
    assert steps == []


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "train_step must return the loss, a number or a tensor of one, got None"),
        (torch.ones(2), "train_step must return the loss"),
        (math.nan, "the loss is nan at the first learning rate, 0.1"),
    ],
)
def test_what_is_no_loss_is_refused(returned: Any, message: str) -> None:
    optimizer, _ = quadratic()

    with pytest.raises(RangeTestError, match=message):
        LRFinder(optimizer, lambda: returned).range_test()


def test_a_step_that_changes_nothing_is_refused() -> None:
    optimizer = optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)

    with pytest.raises(RangeTestError, match=r"the loss is 2 at each of 100 .*\n.*optimizer.step"):
        LRFinder(optimizer, lambda: 2.0).range_test()


def test_a_group_at_zero_has_no_ratio() -> None:
    optimizer, step = quadratic(lr=0.0)

    with pytest.raises(RangeTestError, match="the first group's lr is 0"):
        LRFinder(optimizer, step).range_test(1e-3)


def test_what_is_no_optimizer_and_no_function_is_refused() -> None:
    optimizer, step = quadratic()

    with pytest.raises(TypeError, match="wrap takes an optimizer"):
        LRFinder(torch.nn.Linear(1, 1), step)
    with pytest.raises(TypeError, match="without calling it"):
        LRFinder(optimizer, step())  # type: ignore[arg-type]  # the mistake to be found


@pytest.mark.only_backend("paddle")
def test_a_native_schedule_that_rules_the_rate_is_refused(xp: Framework) -> None:
    schedule = xp.module.optimizer.lr.StepDecay(0.1, 2)
    optimizer = xp.module.optimizer.SGD(schedule, [xp.param(np.zeros(1, "f4"))])

    with pytest.raises(UnsupportedError, match="float learning_rate"):
        LRFinder(optimizer, lambda: 1.0).range_test(1e-3)


def test_the_manual_s_block_runs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "lr_finder.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)

    exec(code, {"bridge": bridge})  # noqa: S102  # the manual's own code
