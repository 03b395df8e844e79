"""bridge.as_torch: torch's own schedulers over the optimizers of other frameworks."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler as theirs

import bridge
from bridge import optim
from bridge.optim import lr_scheduler as ours
from tests.natives import pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework
    from tests.natives import Pair

SCHEDULERS = [
    pytest.param(lambda opt: theirs.LambdaLR(opt, lambda e: 0.95**e), id="LambdaLR"),
    pytest.param(lambda opt: theirs.OneCycleLR(opt, [0.2, 0.05], total_steps=60), id="OneCycleLR"),
    pytest.param(
        lambda opt: theirs.SequentialLR(
            opt,
            [theirs.LinearLR(opt, 0.1, 1.0, 10), theirs.CosineAnnealingLR(opt, 40, 1e-3)],
            [10],
        ),
        id="SequentialLR",
    ),
    pytest.param(lambda opt: theirs.CyclicLR(opt, 0.01, 0.1, 7), id="CyclicLR"),
]


def _built_by_bridge(both: Pair) -> Any:
    groups = [
        {"params": params, "lr": group["lr"]}
        for params, group in zip(both.params, both.torch.param_groups, strict=True)
    ]
    return optim.SGD(groups, momentum=0.9)


def _wrapped(both: Pair) -> Any:
    return bridge.wrap(both.native)


SOURCES = [pytest.param(_wrapped, id="wrap"), pytest.param(_built_by_bridge, id="bridge.optim")]


def _values(optimizer: Any) -> list[tuple[float, float]]:
    return [(group["lr"], group["momentum"]) for group in optimizer.param_groups]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("schedule", SCHEDULERS)
def test_torchs_schedulers_drive_it(
    xp: Framework, schedule: Callable[[Any], Any], source: Callable[[Pair], Any]
) -> None:
    both = pair(xp, "SGD", (0.1, 0.03), momentum=0.9)
    facade = bridge.as_torch(source(both))
    on_facade, on_torch = schedule(facade), schedule(both.torch)
    got, want = [_values(facade)], [_values(both.torch)]
    for _ in range(58):
        both.set_grads()
        facade.step()
        both.torch.step()
        on_facade.step()
        on_torch.step()
        got.append(_values(facade))
        want.append(_values(both.torch))

    assert isinstance(facade, torch.optim.Optimizer)
    assert got == want
    assert on_facade.get_last_lr() == on_torch.get_last_lr()
    assert both.error() < 1e-5


@pytest.mark.parametrize("source", SOURCES)
def test_reduce_lr_on_plateau_drives_it(xp: Framework, source: Callable[[Pair], Any]) -> None:
    both = pair(xp, "SGD", (0.1, 0.03), momentum=0.9)
    facade = bridge.as_torch(source(both))
    on_facade = theirs.ReduceLROnPlateau(facade, patience=2, factor=0.3)
    on_torch = theirs.ReduceLROnPlateau(both.torch, patience=2, factor=0.3)
    for loss in np.random.default_rng(0).uniform(size=40):
        on_facade.step(loss)
        on_torch.step(loss)

    assert _values(facade) == _values(both.torch)
    assert _values(facade)[0][0] < 0.01


def test_the_groups_are_the_sources_own(xp: Framework) -> None:
    source = bridge.wrap(pair(xp, "SGD", (0.1, 0.2)).native)
    facade = bridge.as_torch(source)
    facade.param_groups[1]["lr"] = 0.7

    assert source.param_groups[1]["lr"] == 0.7
    assert all(a is b for a, b in zip(facade.param_groups, source.param_groups, strict=True))


def test_the_wrong_order_of_steps_is_warned_about(xp: Framework) -> None:
    scheduler = theirs.StepLR(bridge.as_torch(bridge.wrap(pair(xp, "SGD", (0.1,)).native)), 3)

    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_a_step_of_the_source_counts_as_a_step(xp: Framework) -> None:
    source = bridge.wrap(pair(xp, "SGD", (0.1,)).native)
    scheduler = theirs.StepLR(bridge.as_torch(source), 1, gamma=0.5)
    source.step()
    scheduler.step()

    assert source.param_groups[0]["lr"] == 0.05


def test_hooks_run_around_the_step(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    facade = bridge.as_torch(bridge.wrap(both.native))
    seen = []
    facade.register_step_pre_hook(lambda *_: seen.append("pre"))
    facade.register_step_post_hook(lambda opt, *_: seen.append(opt))
    facade.step()

    assert seen == ["pre", facade]


@pytest.mark.parametrize("source", SOURCES)
def test_state_goes_through(xp: Framework, source: Callable[[Pair], Any]) -> None:
    both = pair(xp, "SGD", (0.1, 0.03), momentum=0.9)
    facade = bridge.as_torch(source(both))
    both.set_grads()
    facade.step()
    saved = facade.state_dict()
    facade.param_groups[0]["lr"] = 0.7
    facade.load_state_dict(saved)

    assert facade.param_groups[0]["lr"] == 0.1
    assert facade.param_groups[0]["params"][0] is both.params[0][0]


def test_a_closure_and_zero_grad_go_through(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    facade = bridge.as_torch(bridge.wrap(both.native))
    both.set_grads()
    loss = facade.step(lambda: 0.25)
    facade.zero_grad()

    assert loss == 0.25
    assert both.params[0][0].grad is None


def test_a_schedule_becomes_one_of_torchs(xp: Framework) -> None:
    source = bridge.wrap(pair(xp, "SGD", (0.8,)).native)
    schedule = ours.ExponentialLR(source, 0.5)
    facade = bridge.as_torch(schedule)
    source.step()
    facade.step()

    assert isinstance(facade, theirs.LRScheduler)
    assert isinstance(facade.optimizer, torch.optim.Optimizer)
    assert facade.get_last_lr() == schedule.get_last_lr() == [0.4]
    assert facade.last_epoch == 1
    assert facade.state_dict() == schedule.state_dict()


def test_the_state_of_a_schedule_goes_through(xp: Framework) -> None:
    source = bridge.wrap(pair(xp, "SGD", (0.8,)).native)
    schedule = ours.StepLR(source, 5)
    facade = bridge.as_torch(schedule)
    facade.load_state_dict({**facade.state_dict(), "last_epoch": 4})

    assert schedule.last_epoch == 4


def test_reduce_lr_on_plateau_stays_what_takes_a_metric(xp: Framework) -> None:
    source = bridge.wrap(pair(xp, "SGD", (0.8,)).native)
    facade = bridge.as_torch(ours.ReduceLROnPlateau(source, patience=0, factor=0.5))
    facade.step(1.0)
    facade.step(1.0)

    assert isinstance(facade, theirs.ReduceLROnPlateau)
    assert source.param_groups[0]["lr"] == 0.4


def test_what_is_torchs_is_returned_as_it_is() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = theirs.StepLR(optimizer, 3)

    assert bridge.as_torch(optimizer) is optimizer
    assert bridge.as_torch(scheduler) is scheduler


def test_an_optimizer_of_bridge_on_torch_is_torchs_already() -> None:
    optimizer = optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1)

    assert bridge.as_torch(optimizer) is optimizer


@pytest.mark.only_backend("paddle", "oneflow")
def test_a_native_optimizer_must_be_wrapped_first(xp: Framework) -> None:
    with pytest.raises(TypeError, match=r"Hint: give a native .* as as_torch\(wrap\(optimizer\)\)"):
        bridge.as_torch(pair(xp, "SGD", (0.1,)).native)


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
import bridge
from bridge.errors import BackendImportError
class Groups(bridge.optim.Optimizer):
    def __init__(self): pass
try:
    bridge.as_torch(Groups())
except BackendImportError as error:
    print(error)
"""


def test_without_torch_it_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout.startswith("torch cannot be imported: ")
    assert "optbridge doctor torch" in done.stdout
