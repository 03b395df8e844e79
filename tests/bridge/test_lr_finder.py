"""`bridge.LRFinder`: what it measures, and that it leaves everything as it was."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections import deque
from functools import partial
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework

# Paddle, of each BatchNorm in training mode
pytestmark = pytest.mark.filterwarnings("ignore:When training, we now always track:UserWarning")

_RANDOM = np.random.default_rng(4)
_DATA = _RANDOM.standard_normal((6, 8, 4)).astype("f4")
_AIMS = _RANDOM.standard_normal((6, 8, 1)).astype("f4")


class Training:
    """A model with running statistics, an optimizer, and batches that go round."""

    def __init__(self, xp: Framework, make: Callable[..., Any]) -> None:
        nn = xp.module.nn
        norm = nn.BatchNorm1D(8) if xp.name == "paddle" else nn.BatchNorm1d(8)
        # OneFlow tells nobody the state of what its Dropout draws from.
        last = nn.ReLU() if xp.name == "oneflow" else nn.Dropout(0.4)
        self.model = nn.Sequential(nn.Linear(4, 8), norm, last, nn.Linear(8, 1))
        random = np.random.default_rng(5)
        with xp.module.no_grad():
            for param in self.model.parameters():
                value = xp.tensor(random.standard_normal(list(param.shape)).astype("f4"))
                param.set_value(value) if xp.name == "paddle" else param.copy_(value)
        (xp.module.seed if xp.name == "paddle" else xp.module.manual_seed)(6)
        self.optimizer = make(list(self.model.parameters()))
        self.driven = bridge.wrap(self.optimizer)
        self.scheduler = optim.lr_scheduler.StepLR(self.driven, 2)
        self.batches = 0
        self.xp = xp

    def step(self) -> Any:
        index = self.batches % len(_DATA)
        self.batches += 1
        inputs, aims = self.xp.tensor(_DATA[index]), self.xp.tensor(_AIMS[index])
        loss = ((self.model(inputs) - aims) ** 2).mean()
        loss.backward()
        self.driven.step()
        self.driven.zero_grad()
        return loss

    def epoch(self) -> list[Any]:
        """Take five steps; return all that came of them."""
        losses = [self.step().item() for _ in range(5)]
        self.scheduler.step()
        tensors = [self.xp.numpy(each) for each in self.model.state_dict().values()]
        rates = [group["lr"] for group in self.driven.param_groups]
        return [losses, rates, *(tensor.tolist() for tensor in tensors)]


def _native(xp: Framework, name: str, **options: Any) -> Callable[..., Any]:
    if xp.name == "paddle":
        return lambda params: getattr(xp.module.optimizer, name)(parameters=params, **options)
    return lambda params: getattr(xp.module.optim, name)(params, **options)


def makes(xp: Framework) -> dict[str, Callable[..., Any]]:
    rate = "learning_rate" if xp.name == "paddle" else "lr"
    momentum = "Momentum" if xp.name == "paddle" else "SGD"
    return {
        "AdamW": lambda params: optim.AdamW(params, lr=0.01),
        "SGD with groups": lambda params: optim.SGD(
            [{"params": params[:2]}, {"params": params[2:], "lr": 0.02}], lr=0.01, momentum=0.9
        ),
        "native Adam": _native(xp, "Adam", **{rate: 0.01}),
        "native momentum": _native(xp, momentum, momentum=0.9, **{rate: 0.01}),
    }


@pytest.mark.parametrize("epochs", [0, 1])
@pytest.mark.parametrize("name", ["AdamW", "SGD with groups", "native Adam", "native momentum"])
def test_training_goes_on_bit_for_bit_as_if_nothing_had_happened(
    name: str, epochs: int, xp: Framework
) -> None:
    expected = Training(xp, makes(xp)[name])
    should = [expected.epoch() for _ in range(epochs + 2)]
    training = Training(xp, makes(xp)[name])
    did = [training.epoch() for _ in range(epochs)]
    before = training.batches
    LRFinder(training.optimizer, training.step).range_test(1e-4, 1.0, 12)
    training.batches = before

    assert [*did, training.epoch(), training.epoch()] == should


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError("a bad batch")])
def test_an_interrupt_or_an_error_restores_everything_too(error: Any, xp: Framework) -> None:
    should = Training(xp, makes(xp)["AdamW"]).epoch()

    def fails() -> Any:
        if training.batches == 6:
            raise error
        return training.step()

    training = Training(xp, makes(xp)["AdamW"])
    finder = LRFinder(training.optimizer, fails, restore=[training])
    with pytest.raises(error if isinstance(error, type) else type(error)):
        finder.range_test(1e-4, 1.0, 12)

    assert finder.history is not None
    assert len(finder.history.lr) == 6
    assert training.epoch() == should


def test_gradients_and_flags_come_back(xp: Framework) -> None:
    training = Training(xp, makes(xp)["AdamW"])
    params = list(training.model.parameters())
    gradient = np.full(list(params[0].shape), 0.5, "f4")
    xp.set_grad(params[0], gradient)
    training.model.eval()

    def step() -> Any:
        training.model.train()
        return training.step()

    LRFinder(training.optimizer, step, restore=[training.model]).range_test(1e-4, 1.0, 6)

    assert xp.numpy(params[0].grad).tolist() == gradient.tolist()
    assert params[1].grad is None
    assert not training.model.training


class Counter:
    """Something of the user's own that a training step may change."""

    def __init__(self) -> None:
        self.seen = {1, 2}
        self.last = deque([1, 2], maxlen=2)
        self.by_name: dict[str, Any] = {"a": [1], "b": (2, {"c": 3})}


def test_what_is_to_be_restored_comes_back_in_place_and_in_order() -> None:
    optimizer, step = quadratic()
    counter = Counter()
    inside, names = counter.by_name["a"], counter.by_name

    def counts() -> float:
        counter.seen.add(len(counter.seen) + 5)
        counter.last.append(9)
        counter.by_name["b"][1]["c"] += 1
        counter.by_name["a"].append(2)
        counter.by_name["a"] = counter.by_name.pop("a")
        counter.by_name = {}
        counter.by_name.update(names, new=1)
        return step()

    LRFinder(optimizer, counts, restore=[counter]).range_test(0.1, 0.2, 3)

    assert counter.seen == {1, 2}
    assert list(counter.last) == [1, 2]
    assert list(counter.by_name.items()) == [("a", [1]), ("b", (2, {"c": 3}))]
    assert counter.by_name is names
    assert counter.by_name["a"] is inside


def test_python_s_and_numpy_s_random_numbers_come_back() -> None:
    optimizer, step = quadratic()
    states = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002

    def draws() -> float:
        return step() + 0 * random.random() * np.random.rand()  # noqa: NPY002, S311

    LRFinder(optimizer, draws).range_test(0.1, 0.2, 3)

    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # type: ignore[index]  # noqa: NPY002


def test_a_generator_that_is_named_comes_back() -> None:
    optimizer, step = quadratic()
    generator = torch.Generator().manual_seed(3)
    first = generator.get_state()

    def draws() -> float:
        return step() + 0 * float(torch.rand(1, generator=generator))

    LRFinder(optimizer, draws, restore=[generator]).range_test(0.1, 0.2, 3)

    assert torch.equal(generator.get_state(), first)


@pytest.mark.parametrize("wrapping", ["partial", "nested", "object"])
def test_the_model_is_found_by_what_the_step_names(wrapping: str) -> None:
    norm = torch.nn.BatchNorm1d(2)
    optimizer = torch.optim.SGD(norm.parameters(), 0.1)

    def train(model: Any) -> Any:
        loss = model(torch.tensor([[1.0, 2.0], [3.0, 5.0]])).pow(4).mean()
        loss.backward()
        optimizer.step()
        return loss

    class Trainer:
        def __init__(self) -> None:
            self.model = norm

        def __call__(self) -> Any:
            return train(self.model)

    steps: dict[str, Callable[[], Any]] = {
        "partial": partial(train, norm),
        "nested": lambda: train(norm),
        "object": Trainer(),
    }
    LRFinder(optimizer, steps[wrapping]).range_test(0.1, 1.0, 3)

    assert norm.running_mean is not None
    assert norm.running_mean.tolist() == [0.0, 0.0]
    assert int(norm.num_batches_tracked or 0) == 0


def quadratic(lr: float = 0.1) -> tuple[Any, Callable[[], float]]:
    """Return an optimizer, and a step that returns (the lr that it used - 0.3) squared."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr)
    return optimizer, lambda: (optimizer.param_groups[0]["lr"] - 0.3) ** 2


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
    dataset = TensorDataset(torch.tensor(_DATA.reshape(-1, 4)), torch.tensor(_AIMS.reshape(-1, 1)))
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
