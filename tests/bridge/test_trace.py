"""`bridge.trace`: one optimizer recorded from within a script, on every framework."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge.errors import TraceError
from bridge.tracing.reading import read_trace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.frameworks import Framework

START = np.array([1.0, -2.0], "f4")


def native(xp: Framework, params: list[Any]) -> Any:
    if xp.name == "paddle":
        return xp.module.optimizer.Momentum(0.1, 0.9, parameters=params, weight_decay=0.01)
    return xp.module.optim.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.01)


def ours(xp: Framework, params: list[Any]) -> Any:
    del xp
    return bridge.optim.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.01)


def wrapped(xp: Framework, params: list[Any]) -> Any:
    return bridge.wrap(native(xp, params))


def backward(xp: Framework, param: Any) -> None:
    xp.set_grad(param, None)
    (param * param).sum().backward()


@pytest.mark.parametrize("build", [native, ours, wrapped])
def test_a_step_is_recorded_with_what_it_used(xp: Framework, tmp_path: Path, build: Any) -> None:
    param = xp.param(START)
    optimizer = build(xp, [param])
    with bridge.trace(optimizer, tmp_path / "a.jsonl", grad_norm=True, checksum=True):
        backward(xp, param)
        optimizer.step()
    line = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[2])
    after = xp.numpy(param)

    assert line["step"] == 1
    assert line["groups"] == [{"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}]
    assert line["loss"] == 5.0
    assert line["grad_norm"] == pytest.approx(np.sqrt(20.0), rel=1e-6)
    assert line["param_sum"] == pytest.approx(after.sum(), rel=1e-6)
    assert line["param_norm"] == pytest.approx(np.linalg.norm(after), rel=1e-6)


@pytest.mark.parametrize("build", [native, ours])
def test_only_the_given_optimizer_is_recorded_and_only_within(
    xp: Framework, tmp_path: Path, build: Any
) -> None:
    first, second = xp.param(START), xp.param(START)
    traced, other = build(xp, [first]), build(xp, [second])
    with bridge.trace(traced, tmp_path / "a.jsonl"):
        for param, optimizer in ((first, traced), (second, other)):
            backward(xp, param)
            optimizer.step()
    backward(xp, first)
    traced.step()
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert found.steps == 1


@pytest.mark.parametrize("build", [native, ours])
def test_the_loss_of_an_accumulated_gradient_is_the_sum(
    xp: Framework, tmp_path: Path, build: Any
) -> None:
    param = xp.param(START)
    optimizer = build(xp, [param])
    with bridge.trace(optimizer, tmp_path / "a.jsonl"):
        for _ in range(2):
            for _ in range(3):
                (param * 0 + 1).sum().backward()
            optimizer.step()
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert found.series["loss", None] == {1: 6.0, 2: 6.0}


def test_the_loss_of_a_closure_is_the_first_that_it_saw(xp: Framework, tmp_path: Path) -> None:
    param = xp.param(START)
    optimizer = bridge.optim.LBFGS([param], lr=0.01, max_iter=4)
    losses: list[float] = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (param * param).sum()
        loss.backward()
        losses.append(loss.item())
        return loss

    with bridge.trace(optimizer, tmp_path / "a.jsonl"):
        optimizer.step(closure)
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert len(losses) > 1
    assert found.series["loss", None] == {1: losses[0]}


def test_the_lr_is_the_one_of_the_step_not_of_the_schedule_after_it(
    xp: Framework, tmp_path: Path
) -> None:
    param = xp.param(START)
    optimizer = ours(xp, [param])
    schedule = bridge.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    with bridge.trace(optimizer, tmp_path / "a.jsonl"):
        for _ in range(3):
            backward(xp, param)
            optimizer.step()
            schedule.step()
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert found.series["lr", 0] == {1: 0.1, 2: 0.05, 3: 0.025}


def test_a_loss_that_is_no_number_is_kept(xp: Framework, tmp_path: Path) -> None:
    param = xp.param(np.array([np.inf], "f4"))
    optimizer = ours(xp, [param])
    with bridge.trace(optimizer, tmp_path / "a.jsonl"):
        backward(xp, param)
        optimizer.step()
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert '"loss":"inf"' in (tmp_path / "a.jsonl").read_text()
    assert found.series["loss", None] == {1: np.inf}


def test_an_error_within_is_raised_and_named_at_the_end(xp: Framework, tmp_path: Path) -> None:
    param = xp.param(START)
    optimizer = ours(xp, [param])

    def crash_half_way() -> None:
        with bridge.trace(optimizer, tmp_path / "a.jsonl"):
            backward(xp, param)
            optimizer.step()
            raise ZeroDivisionError("half-way")

    with pytest.raises(ZeroDivisionError):
        crash_half_way()
    found = read_trace(tmp_path / "a.jsonl")

    assert found.is_ended
    assert found.error == "ZeroDivisionError: half-way"


def test_what_is_no_optimizer_is_refused_before_a_file_is_made(tmp_path: Path) -> None:
    with (
        pytest.raises(TypeError, match="trace takes an optimizer of torch, paddle"),
        bridge.trace([1.0], tmp_path / "a.jsonl"),
    ):
        pass

    assert not (tmp_path / "a.jsonl").exists()


class Failing(bridge.optim.SGD):
    """Fails in its first step."""

    fails = True

    def step(self, closure: Any = None) -> Any:
        if self.fails:
            raise MemoryError
        return super().step(closure)


def test_a_step_that_failed_is_no_step_and_the_next_one_is(xp: Framework, tmp_path: Path) -> None:
    param = xp.param(START)
    optimizer = Failing([param], lr=0.1)
    with bridge.trace(optimizer, tmp_path / "a.jsonl"):
        backward(xp, param)
        with pytest.raises(MemoryError):
            optimizer.step()
        optimizer.fails = False
        optimizer.step()
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert found.steps == 1


@pytest.mark.only_backend("torch")
def test_the_norm_of_a_sparse_gradient_is_recorded(xp: Framework, tmp_path: Path) -> None:
    table = xp.module.nn.Embedding(4, 2, sparse=True)
    optimizer = xp.module.optim.SparseAdam(table.parameters())
    with bridge.trace(optimizer, tmp_path / "a.jsonl", grad_norm=True):
        table(xp.module.tensor([1, 1, 3])).sum().backward()
        optimizer.step()
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert found.series["grad_norm", None] == {1: pytest.approx(np.sqrt(10.0), rel=1e-6)}


def test_a_file_that_is_no_trace_is_not_replaced_and_a_trace_is(
    xp: Framework, tmp_path: Path
) -> None:
    param = xp.param(START)
    optimizer = native(xp, [param])
    (tmp_path / "train.py").write_text("import torch\n")
    (tmp_path / "a.jsonl").write_text('{"optbridge_trace":1}\n')
    with (
        pytest.raises(TraceError, match="it is a file that is no trace"),
        bridge.trace(optimizer, tmp_path / "train.py"),
    ):
        pass
    with bridge.trace(optimizer, tmp_path / "a.jsonl"):
        backward(xp, param)
        optimizer.step()

    assert (tmp_path / "train.py").read_text() == "import torch\n"
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 4
