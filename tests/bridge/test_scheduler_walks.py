"""Schedules driven at random leave what torch's leave: at every action, errors and warnings too.

Stepped, stepped to an epoch, stepped without their optimizer, saved and loaded, built a second
time, with learning rates written and groups added in between: what PyTorch's own
test/optim/test_lrscheduler.py asks for one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge import optim
from bridge.optim import lr_scheduler
from tests.scheduler_runs import torch_optimizer
from tests.scheduler_walks import case_of, walk

if TYPE_CHECKING:
    from tests.frameworks import Framework

WALKS = 250
MAKE: dict[str, Any] = {
    "sgd": lambda groups: optim.SGD(groups, momentum=0.5),
    "adam": optim.Adam,
    "adagrad": optim.Adagrad,
}
SEEDS = [seed for seed in range(WALKS) if case_of(seed).optimizer in MAKE]


def _torchs_param() -> Any:
    return torch.zeros(1, requires_grad=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_walk_leads_where_torchs_leads(xp: Framework, seed: int) -> None:
    case = case_of(seed)

    def param() -> Any:
        return xp.param(np.zeros(1, "f4"))

    ours = MAKE[case.optimizer]([{"params": [param()], "lr": lr} for lr in case.lrs])
    theirs = torch_optimizer(*case.lrs, name=case.optimizer)
    expected = walk(seed, torch.optim.lr_scheduler, theirs, _torchs_param)

    assert walk(seed, lr_scheduler, ours, param) == expected
