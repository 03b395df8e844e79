"""`bridge.LRFinder` leaves everything as it was: weights, state, flags, random numbers."""

from __future__ import annotations

import random
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import bridge
from bridge import LRFinder, optim
from tests.range_tests import AIMS, DATA, quadratic

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework

# Paddle, of each BatchNorm in training mode
pytestmark = pytest.mark.filterwarnings("ignore:When training, we now always track:UserWarning")


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
        index = self.batches % len(DATA)
        self.batches += 1
        inputs, aims = self.xp.tensor(DATA[index]), self.xp.tensor(AIMS[index])
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
