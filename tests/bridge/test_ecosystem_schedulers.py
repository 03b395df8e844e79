"""The schedulers of transformers and timm drive our optimizers, and accelerate prepares them."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from transformers.optimization import get_scheduler

import bridge
from bridge import optim
from bridge.optim.lr_scheduler import CosineAnnealingLR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework

WARMUP, STEPS = 5, 30

TRANSFORMERS: dict[str, dict[str, Any]] = {
    "linear": {},
    "cosine": {},
    "cosine_with_restarts": {"num_cycles": 2},
    "cosine_with_min_lr": {"min_lr_rate": 0.1},
    "cosine_warmup_with_min_lr": {"min_lr_rate": 0.1, "warmup_lr_rate": 0.2},
    "polynomial": {"power": 2.0, "lr_end": 1e-4},
    "constant": {},
    "constant_with_warmup": {},
    "inverse_sqrt": {"timescale": 10},
    "warmup_stable_decay": {"num_decay_steps": 10},
}

TIMM: dict[str, dict[str, Any]] = {
    "CosineLRScheduler": {"t_initial": 30, "lr_min": 1e-4, "warmup_t": 5, "warmup_lr_init": 1e-4},
    "TanhLRScheduler": {"t_initial": 30, "warmup_t": 5, "warmup_prefix": True},
    "StepLRScheduler": {"decay_t": 7, "decay_rate": 0.5, "noise_range_t": (10, 20)},
    "MultiStepLRScheduler": {"decay_t": [8, 20], "decay_rate": 0.1},
    "PolyLRScheduler": {"t_initial": 30, "power": 0.9, "k_decay": 1.2},
    "WSDLRScheduler": {"t_initial": 30, "warmup_t": 5, "decay_t": 10},
}


@cache
def _timm() -> Any:
    # timm's own __init__ loads its models, which need torchvision; its schedulers need torch only.
    spec = find_spec("timm")
    assert spec is not None
    package = ModuleType("timm")
    package.__path__ = list(spec.submodule_search_locations or ())
    with pytest.MonkeyPatch.context() as only_here:
        only_here.setitem(sys.modules, "timm", package)
        return import_module("timm.scheduler")


def _ours(xp: Framework) -> Any:
    params = [xp.param(np.ones(3, "f4")) for _ in range(2)]
    return optim.AdamW([{"params": params[:1]}, {"params": params[1:], "lr": 0.01}], lr=0.1)


def _torchs() -> Any:
    params = [torch.nn.Parameter(torch.ones(3)) for _ in range(2)]
    return torch.optim.AdamW([{"params": params[:1]}, {"params": params[1:], "lr": 0.01}], lr=0.1)


def _train(optimizer: Any, gradient: Callable[[], Any], advance: Callable[[int], Any]) -> Any:
    rates, params = [], [param for group in optimizer.param_groups for param in group["params"]]
    for step in range(STEPS):
        for param in params:
            param.grad = gradient()
        optimizer.step()
        advance(step)
        rates.append([group["lr"] for group in optimizer.param_groups])
    return rates, [param.detach().numpy().copy() for param in params]


def _assert_equal(got: Any, want: Any) -> None:
    assert got[0] == want[0]
    assert len({tuple(rates) for rates in want[0]}) > 1 or want[0][0] == [0.1, 0.01]
    np.testing.assert_allclose(got[1], want[1], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers_schedulers_drive_it(xp: Framework, name: str) -> None:
    def scheduler(optimizer: Any) -> Any:
        return get_scheduler(
            name, optimizer, WARMUP, STEPS, scheduler_specific_kwargs=TRANSFORMERS[name]
        )

    mine, theirs = bridge.as_torch(_ours(xp)), _torchs()
    on_mine, on_theirs = scheduler(mine), scheduler(theirs)
    got = _train(mine, lambda: xp.tensor(np.ones(3, "f4")), lambda _: on_mine.step())
    want = _train(theirs, lambda: torch.ones(3), lambda _: on_theirs.step())

    _assert_equal(got, want)


@pytest.mark.parametrize("name", TIMM)
def test_timms_schedulers_drive_it(xp: Framework, name: str) -> None:
    mine, theirs = _ours(xp), _torchs()
    on_mine, on_theirs = (getattr(_timm(), name)(each, **TIMM[name]) for each in (mine, theirs))
    got = _train(mine, lambda: xp.tensor(np.ones(3, "f4")), lambda s: on_mine.step(s + 1))
    want = _train(theirs, lambda: torch.ones(3), lambda s: on_theirs.step(s + 1))

    _assert_equal(got, want)


def test_accelerate_prepares_ours_and_steps_our_schedule_with_it() -> None:
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    models = [torch.nn.Linear(3, 2) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    mine = optim.AdamW(models[0].parameters(), lr=0.1)
    theirs = torch.optim.AdamW(models[1].parameters(), lr=0.1)
    prepared = accelerator.prepare(
        models[0], mine, bridge.as_torch(CosineAnnealingLR(mine, T_max=8))
    )
    other = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, T_max=8)
    batches = torch.randn(8, 4, 3, generator=torch.Generator().manual_seed(0))
    for batch in batches:
        model, optimizer, schedule = prepared
        with accelerator.accumulate(model):
            accelerator.backward((model(batch) ** 2).mean())
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    for pair in batches.split(2):
        sum((models[1](batch) ** 2).mean() / 2 for batch in pair).backward()
        theirs.step()
        other.step()
        theirs.zero_grad()

    assert mine.param_groups[0]["lr"] == theirs.param_groups[0]["lr"] < 0.1
    for ours, torchs in zip(*(model.parameters() for model in models), strict=True):
        torch.testing.assert_close(ours, torchs, rtol=0, atol=1e-6)
