"""Learning rates, momenta and errors equal torch's at every step, bit for bit."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import SCHEDULERS, Case, of
from tests.scheduler_runs import run, torch_optimizer

REFERENCE = torch.optim.lr_scheduler
NO_MESSAGE = (NotImplementedError, "")  # torch gives none; ours says what to do
EXTRA = {"last_step", "verbose"}


def str_of(case: Case) -> str:
    return f"{case.schedule}{case.metrics or ''}"


@pytest.mark.parametrize(
    "case", SCHEDULERS, ids=lambda case: f"{case.schedule}{case.metrics or ''}"
)
def test_every_value_of_every_step_equals_torchs(case: Case) -> None:
    expected = run(case, REFERENCE, torch_optimizer(*case.lrs, name=case.optimizer))
    actual = run(case, lr_scheduler, torch_optimizer(*case.lrs, name=case.optimizer))

    if expected[-1] == NO_MESSAGE:
        assert actual.pop()[0] is expected.pop()[0]
    assert actual == expected


def test_every_name_of_torchs_module_is_there() -> None:
    assert set(lr_scheduler.__all__) == set(REFERENCE.__all__)
    assert issubclass(lr_scheduler._LRScheduler, lr_scheduler.LRScheduler)
    assert lr_scheduler._LRScheduler.__name__ == "_LRScheduler"


@pytest.mark.parametrize("name", lr_scheduler.__all__)
def test_signature_is_torchs_plus_last_step_and_verbose(name: str) -> None:
    expected = parameters(getattr(REFERENCE, name))
    actual = parameters(getattr(lr_scheduler, name))
    extra = {key: actual.pop(key) for key in EXTRA & actual.keys()}

    assert list(actual.items()) == list(expected.items())
    assert extra.keys() == (EXTRA if "last_epoch" in expected else {"verbose"})
    assert {kind for kind, _ in extra.values()} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", lr_scheduler.__all__)
@pytest.mark.parametrize("method", ["step", "get_lr", "get_last_lr", "state_dict"])
def test_method_takes_torchs_arguments(name: str, method: str) -> None:
    ours = getattr(getattr(lr_scheduler, name), method)
    torchs = getattr(getattr(REFERENCE, name), method)

    assert parameters(ours) == parameters(torchs)


def parameters(function: Any) -> dict[str, tuple[Any, Any]]:
    found = inspect.signature(function).parameters.values()
    return {parameter.name: (parameter.kind, parameter.default) for parameter in found}


@pytest.mark.parametrize("shape", [(), (1,)], ids=["scalar", "one entry"])
@pytest.mark.parametrize("case", [c for c in SCHEDULERS if c.lrs == (0.1,)][::4], ids=str_of)
def test_tensor_learning_rates_equal_torchs(case: Case, shape: tuple[int, ...]) -> None:
    expected, actual = (
        run(case, module, torch_optimizer(torch.full(shape, 0.1)))
        for module in (REFERENCE, lr_scheduler)
    )
    if expected[-1] == NO_MESSAGE:
        assert actual.pop()[0] is expected.pop()[0]

    assert actual == expected


def test_a_tensor_lr_is_changed_in_place() -> None:
    optimizer = torch_optimizer(torch.tensor(0.1))
    kept = optimizer.param_groups[0]["lr"]
    scheduler = of("ExponentialLR", 0.5).build(lr_scheduler, optimizer)
    optimizer.step()
    scheduler.step()

    assert optimizer.param_groups[0]["lr"] is kept
    assert kept.item() == pytest.approx(0.05)
    assert scheduler.get_last_lr()[0] is not kept
