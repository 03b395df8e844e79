"""Paddle's gradient scaler steps bridge's optimizers.

It switches itself off where there is no GPU, and would then test nothing. What it asks about the
place is answered here as on a GPU; all else, its kernels included, is Paddle's own on the CPU.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge import optim

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = [
    pytest.mark.only_backend("paddle"),
    # autocast, of its own on a CPU
    pytest.mark.filterwarnings("ignore:amp_guard can only be enabled:UserWarning"),
]

START = np.random.default_rng(0).standard_normal(4).astype("f4")
INPUTS = np.random.default_rng(1).standard_normal((12, 4)).astype("f4")


@pytest.fixture
def scaler(xp: Framework, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A scaler of 1024 that doubles every three steps."""
    place = SimpleNamespace(is_gpu_place=lambda: True)
    with monkeypatch.context() as patch:
        tracer = SimpleNamespace(_expected_place=place)
        patch.setattr(xp.module.amp.grad_scaler, "_dygraph_tracer", lambda: tracer)
        made = xp.module.amp.GradScaler(init_loss_scaling=1024.0, incr_every_n_steps=3)
    assert made.is_enable()
    return made


def test_scaled_steps_are_those_without_a_scaler(xp: Framework, scaler: Any) -> None:
    plain, scaled = xp.param(START), xp.param(START)
    groups = [{"params": [plain], "weight_decay": 0.1}]
    ours = optim.AdamW(groups, lr=0.1), optim.AdamW([{**groups[0], "params": [scaled]}], lr=0.1)
    for row in INPUTS:
        (plain * xp.tensor(row)).sum().backward()
        ours[0].step()
        ours[0].zero_grad()
        with xp.module.amp.auto_cast(dtype="float16"):  # without it the scaler gives up
            loss = scaler.scale((scaled * xp.tensor(row)).sum())
        loss.backward()
        scaler.unscale_(ours[1])
        np.testing.assert_allclose(xp.numpy(scaled.grad).tolist(), row, rtol=1e-6)
        scaler.step(ours[1])
        scaler.update()
        ours[1].zero_grad()

    np.testing.assert_allclose(xp.numpy(scaled).tolist(), xp.numpy(plain).tolist(), rtol=1e-6)
    assert scaler._scale.item() == 1024.0 * 2**4
