"""Learning rates and momenta equal torch's bit for bit, at every step."""

from __future__ import annotations

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import SCHEDULERS, Case


@pytest.mark.parametrize("case", SCHEDULERS, ids=lambda case: case.name)
def test_every_learning_rate_equals_torchs(case: Case) -> None:
    runs = []
    for module in (torch.optim.lr_scheduler, lr_scheduler):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=case.lrs[0])
        scheduler = case.schedule.build(module, optimizer)
        run = [scheduler.get_last_lr()]
        for _ in range(case.steps):
            optimizer.step()
            scheduler.step()
            run.append(scheduler.get_last_lr())
        runs.append(run)

    assert runs[0] == runs[1]
