"""`bridge.save` and `bridge.load`: what a file holds, and how a run goes on from it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as load_arrays

import bridge
from tests.bridge.checkpoint_runs import START, Keeper, Run
from tests.frameworks import Framework


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_loaded_run_goes_on_to_the_bit(xp: Framework, path: Path, dtype: str) -> None:
    run, later = Run(xp, dtype, amsgrad=True), Run(xp, dtype, lr=0.7)
    run.train(range(20))
    bridge.save(path, **run.parts)
    bridge.load(path, **later.parts)

    found, expected = later.train(range(20, 40)), run.train(range(20, 40))

    assert all((found[name] == expected[name]).all() for name in START)
    assert later.scheduler.state_dict() == run.scheduler.state_dict()


@pytest.mark.parametrize("other", ["torch", "paddle"])
def test_a_loaded_run_goes_on_elsewhere(xp: Framework, path: Path, other: str) -> None:
    run, later = Run(xp), Run(Framework(other), lr=0.7)
    run.train(range(20))
    bridge.save(path, **run.parts)
    bridge.load(path, **later.parts)

    found, expected = later.train(range(20, 40)), run.train(range(20, 40))

    for name in START:
        assert np.abs(found[name] - expected[name]).max() <= 1e-6 * np.abs(expected[name]).max()


def test_each_part_loads_by_itself(xp: Framework, path: Path) -> None:
    run = Run(xp)
    run.train(range(20))
    bridge.save(path, **run.parts)
    later = Run(xp, lr=0.7)
    bridge.load(path, params=later.params)

    assert later.optimizer.param_groups[0]["lr"] == 0.7
    assert (xp.numpy(later.params["w"]) == xp.numpy(run.params["w"])).all()
    bridge.load(path, scheduler=later.scheduler)
    assert later.scheduler.last_epoch == 20


def test_an_optimizer_without_names_loads_by_order(xp: Framework, path: Path) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(20))
    bridge.save(path, optimizer=run.optimizer)
    bridge.load(path, optimizer=later.optimizer)
    moments = [xp.numpy(each.optimizer.state[each.params["w"]]["exp_avg"]) for each in (run, later)]

    assert (moments[0] == moments[1]).all()


def test_bfloat16_stays_what_it_is(xp: Framework, path: Path) -> None:
    array = np.array([1.0, -2.5, 3.140625, 1e30], "f4")
    narrow = {"w": _bfloat16(xp, array)}
    bridge.save(path, params=narrow)
    there = {"w": _bfloat16(xp, np.zeros(4, "f4"))}
    bridge.load(path, params=there)

    assert [array.dtype.name for array in load_arrays(path.read_bytes()).values()] == ["uint16"]
    assert (_float32(xp, there["w"]) == _float32(xp, narrow["w"])).all()
    assert "bfloat16" in str(there["w"].dtype)


def _bfloat16(xp: Framework, array: Any) -> Any:
    tensor = xp.tensor(array)
    return tensor.astype("bfloat16") if xp.name == "paddle" else tensor.to(xp.module.bfloat16)


def _float32(xp: Framework, tensor: Any) -> Any:
    wide = tensor.astype("float32") if xp.name == "paddle" else tensor.to(xp.module.float32)
    return xp.numpy(wide)


@pytest.mark.only_backend("torch")
def test_complex_and_half_parameters_are_kept(xp: Framework, path: Path) -> None:
    arrays = {"c": np.array([1 + 2j, -3j], "c16"), "h": np.array(0.1, "f2"), "e": np.zeros((0, 3))}
    params = {name: xp.param(array) for name, array in arrays.items()}
    bridge.save(path, params=params)
    there = {name: xp.param(array * 0) for name, array in arrays.items()}
    bridge.load(path, params=there)

    assert all((xp.numpy(there[name]) == array).all() for name, array in arrays.items())


@pytest.mark.only_backend("torch")
def test_what_json_lacks_comes_back(xp: Framework, path: Path) -> None:
    state = {
        "counter": Counter({5: 2}),
        "by_int": {1: (2.5, None)},
        "nested": [{"best": float("inf")}, {"worst": float("-inf")}],
        "array": np.arange(3),
        "$odd": True,
    }
    keeper = Keeper(state)
    bridge.save(path, scheduler=keeper)
    keeper.state = {}
    bridge.load(path, scheduler=keeper)
    array = keeper.state.pop("array")

    assert array.tolist() == [0, 1, 2]
    assert keeper.state == {key: value for key, value in state.items() if key != "array"}
    assert type(keeper.state["counter"]) is Counter
    assert xp.name == "torch"


def test_the_metadata_reads_as_json(xp: Framework, path: Path) -> None:
    run = Run(xp)
    run.train(range(3))
    bridge.save(path, **run.parts)
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    content = json.loads(header["__metadata__"]["optbridge.content"])

    assert content["written_by"] == f"optbridge {bridge.__version__}"
    assert content["optimizer"]["framework"] == xp.name
    assert content["optimizer"]["class"] == "AdamW"
    assert content["optimizer"]["param_groups"][0]["lr"] == 0.1
    assert content["optimizer"]["param_groups"][1]["params"] == ["b"]
    assert {"/params/w", "/optimizer/state/w/exp_avg"} < header.keys()


@pytest.mark.filterwarnings("ignore:When training, we now always track global mean")  # paddle
def test_the_manual_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manual = Path(__file__).parents[2] / "docs" / "state.md"
    blocks = re.findall(r"```python\n(.*?)```", manual.read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    for block in blocks:
        exec(block, scope)  # noqa: S102 - the manual's own code

    weight, moved = scope["net"][0].weight, scope["there"][0].weight
    assert len(blocks) == 4
    assert (moved.numpy() == weight.detach().numpy().T).all()
    assert scope["ours"].state[moved]["step"] == 1
    files = sorted(each.name for each in tmp_path.iterdir())
    assert files == ["back.pdopt", "model.pdopt", "run.safetensors"]
