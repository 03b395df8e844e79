"""What bridge.lower is for: parts of the frameworks that take native optimizers only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import bridge
from bridge import optim
from bridge.errors import UnsupportedError
from bridge.optim import lr_scheduler

if TYPE_CHECKING:
    from tests.frameworks import Framework

STEPS = 30
WEIGHT = np.random.default_rng(0).normal(size=(4, 3)).astype("f4")
INPUTS = np.random.default_rng(1).normal(size=(STEPS, 8, 3)).astype("f4")


def schedule(module: Any, optimizer: Any) -> Any:
    warm_up = module.LinearLR(optimizer, 0.1, 1.0, 5)
    cosine = module.CosineAnnealingLR(optimizer, STEPS - 5)
    return module.SequentialLR(optimizer, [warm_up, cosine], [5])


def loss_of(outputs: Any) -> Any:
    return (outputs**2).mean() + outputs.mean()


def torchs_weight() -> list[list[float]]:
    layer = torch.nn.Linear(3, 4, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(WEIGHT))
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    scheduler = schedule(torch.optim.lr_scheduler, optimizer)
    for batch in INPUTS:
        optimizer.zero_grad()
        loss_of(layer(torch.tensor(batch))).backward()
        optimizer.step()
        scheduler.step()
    weight: list[list[float]] = layer.weight.tolist()
    return weight


@pytest.mark.only_backend("oneflow")
def test_a_graph_of_oneflow_compiles_the_lowered_schedule_in(xp: Framework) -> None:
    flow = xp.module
    layer = flow.nn.Linear(3, 4, bias=False)
    with flow.no_grad():
        layer.weight.copy_(flow.tensor(WEIGHT))
    optimizer = optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    native, native_schedule = bridge.lower(optimizer, schedule(lr_scheduler, optimizer))

    class Graph(flow.nn.Graph):  # type: ignore[misc,name-defined]  # made at run time
        def __init__(self) -> None:
            super().__init__()
            self.layer = layer
            self.add_optimizer(native, lr_sch=native_schedule)

        def build(self, batch: Any) -> Any:
            loss = loss_of(self.layer(batch))
            loss.backward()
            return loss

    graph = Graph()
    for batch in INPUTS:
        graph(flow.tensor(batch))

    np.testing.assert_allclose(layer.weight.tolist(), torchs_weight(), rtol=0, atol=1e-5)


@pytest.mark.only_backend("paddle")
def test_paddles_high_level_model_trains_with_the_lowered_pair(xp: Framework) -> None:
    paddle = xp.module
    layer = paddle.nn.Linear(3, 4, bias_attr=False)
    layer.weight.set_value(WEIGHT.T.copy())
    optimizer = optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    native, native_schedule = bridge.lower(optimizer, schedule(lr_scheduler, optimizer))
    model = paddle.Model(layer, inputs=[paddle.static.InputSpec([None, 3], "float32", "x")])
    model.prepare(native, loss=loss_of)
    for batch in INPUTS:
        model.train_batch([batch])
        native_schedule.step()

    weight = xp.numpy(layer.weight).T.tolist()
    np.testing.assert_allclose(weight, torchs_weight(), rtol=0, atol=1e-5)


@pytest.mark.only_backend("paddle")
def test_what_the_manual_shows_is_what_happens(xp: Framework) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "lower.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", manual, re.DOTALL)
    exec(code, {})  # noqa: S102  # the manual's own code
    params = [[xp.param(np.ones(3, "f4"))] for _ in range(2)]
    refused = [
        optim.RMSprop(params[0]),
        optim.SGD(params[0], momentum=0.9, dampening=0.5),
        optim.Adam([{"params": params[0]}, {"params": params[1], "amsgrad": True}]),
    ]
    for optimizer in refused:
        with pytest.raises(UnsupportedError) as error:
            bridge.lower(optimizer)

        assert f"    {str(error.value).splitlines()[0]}\n" in manual
