"""The warnings about the order of `optimizer.step()` and `scheduler.step()`, and their means."""

from __future__ import annotations

import copy
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import of
from tests.scheduler_runs import first_sentence, torch_optimizer

MODULES = (torch.optim.lr_scheduler, lr_scheduler)


def test_an_optimizer_without_hooks_gives_no_warning() -> None:
    optimizer: Any = SimpleNamespace(param_groups=[{"lr": 0.1}])
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    scheduler.step()

    assert scheduler.get_last_lr() == [0.05]


class Delegating(torch.optim.Optimizer):  # type: ignore[misc]  # torch is Any to mypy here
    """A wrapper as accelerate has it: an Optimizer by type, never initialised as one."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Return those of the wrapped optimizer."""
        groups: list[dict[str, Any]] = self.optimizer.param_groups
        return groups


def test_a_wrapper_that_inherits_hooks_but_has_none_gives_no_warning() -> None:
    scheduler = lr_scheduler.ExponentialLR(Delegating(torch_optimizer(0.1)), 0.5)
    scheduler.step()

    assert scheduler.get_last_lr() == [0.05]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("later", MODULES, ids=["torch", "bridge"])
@pytest.mark.parametrize("earlier", MODULES, ids=["torch", "bridge"])
def test_order_warning_where_ours_and_torchs_share_an_optimizer(
    earlier: Any, later: Any, before: bool
) -> None:
    optimizer = torch_optimizer(0.1)
    of("StepLR", 3).build(earlier, optimizer)
    if before:
        optimizer.step()
    scheduler = of("StepLR", 3).build(later, optimizer)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scheduler.step()

    expected = (
        [] if before else ["Detected call of `lr_scheduler.step()` before `optimizer.step()`"]
    )
    assert [first_sentence(each.message) for each in caught] == expected


@pytest.mark.parametrize("module", MODULES, ids=["torch", "bridge"])
def test_a_copy_warns_that_it_cannot_tell(module: Any) -> None:
    twin = copy.deepcopy(of("StepLR", 3).build(module, torch_optimizer(0.1)))
    twin.optimizer.step()

    with pytest.warns(UserWarning, match=r"Seems like `optimizer.step\(\)` has been overridden"):
        twin.step()


@pytest.mark.parametrize("module", MODULES, ids=["torch", "bridge"])
@pytest.mark.parametrize("is_replaced", [False, True])
def test_both_warnings_say_where_the_order_is_explained(module: Any, is_replaced: bool) -> None:
    optimizer = torch_optimizer(0.1)
    scheduler = of("StepLR", 3).build(module, optimizer)
    if is_replaced:
        optimizer.step = lambda: None

    with pytest.warns(UserWarning, match="optim.html#how-to-adjust-learning-rate"):
        scheduler.step()


@pytest.mark.parametrize("module", MODULES, ids=["torch", "bridge"])
def test_the_warning_about_an_epoch_has_torchs_name(module: Any) -> None:
    scheduler = of("StepLR", 3).build(module, torch_optimizer(0.1))
    scheduler.optimizer.step()

    with pytest.warns(UserWarning, match="The epoch parameter") as caught:
        scheduler.step(2)
    assert [str(each.message) for each in caught] == [module.EPOCH_DEPRECATION_WARNING]


def test_the_optimizers_own_state_and_methods_stay_as_they_were() -> None:
    optimizer = torch_optimizer(0.1)
    state, groups = optimizer.state_dict(), set(optimizer.param_groups[0])
    lr_scheduler.StepLR(optimizer, 3)

    assert "step" not in vars(optimizer)
    assert set(optimizer.param_groups[0]) - groups == {"initial_lr"}
    assert set(optimizer.state_dict()["param_groups"][0]) - {"initial_lr"} == set(
        state["param_groups"][0]
    )
