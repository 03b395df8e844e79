"""`bridge.save` and `bridge.load`: one file, whole or not at all, from any framework to any."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

import bridge
from bridge import optim
from bridge.errors import BridgeError, CheckpointError, StateMismatchError, UnsavableError
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

START = {"w": np.linspace(-1, 1, 6, dtype="f4").reshape(2, 3), "b": np.ones(3, "f4")}
GRADS = np.random.default_rng(1).standard_normal((40, 2, 3)).astype("f4")


class Run:
    """Two parameters, AdamW and a schedule."""

    def __init__(self, xp: Framework, dtype: str = "f4", **options: Any) -> None:
        self.xp = xp
        self.params = {name: xp.param(array.astype(dtype)) for name, array in START.items()}
        groups = [{"params": [param], "weight_decay": 0.1} for param in self.params.values()]
        self.optimizer: Any = optim.AdamW(groups, **{"lr": 0.1, **options})
        self.scheduler: Any = optim.lr_scheduler.MultiStepLR(self.optimizer, [5, 15, 25], gamma=0.5)

    @property
    def parts(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer, "scheduler": self.scheduler, "params": self.params}

    def train(self, steps: range) -> dict[str, Any]:
        for step in steps:
            for param in self.params.values():
                grad = GRADS[step] if len(param.shape) == 2 else GRADS[step][0]
                self.xp.set_grad(param, grad.astype(self.xp.numpy(param).dtype))
            self.optimizer.step()
            self.scheduler.step()
        return {name: self.xp.numpy(param) for name, param in self.params.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.safetensors"


def unchanged(run: Run) -> bool:
    """Whether nothing was loaded into a fresh run."""
    return (
        run.optimizer.state_dict()["state"] == {}
        and run.optimizer.param_groups[0]["lr"] == 0.7
        and run.scheduler.last_epoch == 0
        and all((run.xp.numpy(run.params[name]) == array).all() for name, array in START.items())
    )


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


class Keeper:
    """Something with a state_dict."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def state_dict(self) -> dict[str, Any]:
        return self.state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.state = state


def test_what_only_code_could_restore_is_refused(path: Path) -> None:
    with pytest.raises(UnsavableError, match=r"scheduler/state/f is function, which a file"):
        bridge.save(path, scheduler=Keeper({"f": lambda: 1}))
    assert not path.exists()


# Each row: what becomes of the file's bytes, and what the error says.
DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "no safetensors file, or is cut off or damaged"),
    "cut off": (lambda data: data[:-1], "no safetensors file, or is cut off or damaged"),
    "cut in the header": (lambda data: data[:100], "no safetensors file, or is cut off or damaged"),
    "longer": (lambda data: data + b"\0", "no safetensors file, or is cut off or damaged"),
    "pickle": (lambda _: b"\x80\x04K\x01.", "no safetensors file, or is cut off or damaged"),
    "flipped at the end": (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "is damaged: its check"),
    "foreign": (lambda _: save_arrays({"w": np.ones(2)}), "not one that bridge.save wrote"),
    "newer": (
        lambda data: data.replace(b'version":"1"', b'version":"2"'),
        r"version 2 of the format, this optbridge reads up to 1\.\nHint: pip install --upgrade",
    ),
    "another lr": (lambda data: data.replace(b"0.1", b"0.2", 1), "is damaged: its checksum"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_and_nothing_loaded(
    xp: Framework, path: Path, damage: str
) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(3))
    bridge.save(path, **run.parts)
    change, message = DAMAGES[damage]
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(CheckpointError, match=message):
        bridge.load(path, **later.parts)
    assert unchanged(later)


@pytest.mark.only_backend("torch")
def test_no_flipped_bit_goes_unnoticed(xp: Framework, path: Path) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(3))
    bridge.save(path, **run.parts)
    whole = path.read_bytes()
    unnoticed = []
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            bridge.load(path, **later.parts)
        except CheckpointError:
            continue
        unnoticed.append(place)

    assert unnoticed == []
    assert unchanged(later)


def _other_shape(xp: Framework, later: Run) -> None:
    later.params["w"] = xp.param(np.ones((3, 2), "f4"))


def _less(_: Framework, later: Run) -> None:
    del later.params["b"]


def _more(xp: Framework, later: Run) -> None:
    later.params["x"] = xp.param(np.ones(3, "f4"))


def _other_groups(_: Framework, later: Run) -> None:
    later.optimizer = optim.AdamW(later.params.values(), lr=0.7)


def _swapped(_: Framework, later: Run) -> None:
    groups = [{"params": [later.params[name]]} for name in ("b", "w")]
    later.optimizer = optim.AdamW(groups, lr=0.7)


def _other_optimizer(_: Framework, later: Run) -> None:
    later.optimizer = optim.SGD(later.optimizer.param_groups, lr=0.7)


def _other_scheduler(_: Framework, later: Run) -> None:
    later.scheduler = optim.lr_scheduler.StepLR(later.optimizer, 3)


MISFITS = {
    _other_shape: r"w was saved as \[2, 3\], the parameter is \[3, 2\].\nHint: it lies the other",
    _less: "missing in the saved state: none; only in the saved state: b",
    _more: "missing in the saved state: x; only in the saved state: none",
    _other_groups: "the saved optimizer has 2 parameter groups, got one of 1",
    _swapped: "group 0 of the saved optimizer lacks b",
    _other_optimizer: "the saved optimizer is AdamW, got SGD to load it into",
    _other_scheduler: "the saved scheduler is MultiStepLR, got StepLR to load it into",
}


@pytest.mark.parametrize("change", MISFITS)
def test_what_does_not_fit_is_refused_and_nothing_loaded(
    xp: Framework, path: Path, change: Any
) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    before = dict(later.params)
    run.train(range(3))
    bridge.save(path, **run.parts)
    change(xp, later)

    with pytest.raises(StateMismatchError, match=MISFITS[change]):
        bridge.load(path, **later.parts)
    assert later.optimizer.param_groups[0]["lr"] == 0.7
    assert later.optimizer.state_dict()["state"] == {}
    assert later.scheduler.last_epoch == 0
    assert all((xp.numpy(before[name]) == START[name]).all() for name in START)


def test_a_part_that_fails_takes_the_others_back(xp: Framework, path: Path) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(3))
    bridge.save(path, **run.parts)

    def fail(_: object) -> None:
        raise OSError("the user's own")

    later.optimizer.register_load_state_dict_post_hook(fail)

    with pytest.raises(OSError, match="the user's own"):
        bridge.load(path, **later.parts)
    assert unchanged(later)


def test_a_part_that_was_not_saved_is_named(xp: Framework, path: Path) -> None:
    run = Run(xp)
    bridge.save(path, params=run.params)

    with pytest.raises(StateMismatchError, match="optimizer was not saved, only params"):
        bridge.load(path, **run.parts)
    with pytest.raises(TypeError, match="nothing is given"):
        bridge.load(path)


def test_parameters_of_the_optimizer_must_be_among_params(xp: Framework, path: Path) -> None:
    run = Run(xp)
    del run.params["b"]

    with pytest.raises(StateMismatchError, match="parameter 0 of group 1 of the optimizer is not"):
        bridge.save(path, **run.parts)
    assert not path.exists()


@pytest.mark.parametrize("params", [3, [1.0], ["w"], [("w", 1.0)]], ids=str)
def test_params_must_be_named_tensors(path: Path, params: Any) -> None:
    with pytest.raises((BridgeError, TypeError)) as caught:
        bridge.save(path, params=params)
    assert isinstance(caught.value, TypeError)


def test_a_wrapped_native_optimizer_is_refused(path: Path) -> None:
    paddle = Framework("paddle")
    native = paddle.module.optimizer.SGD(0.1, parameters=[paddle.param(START["w"])])

    with pytest.raises(BridgeError, match="SGD stays in its framework's own format"):
        bridge.save(path, optimizer=bridge.wrap(native))
    with pytest.raises(TypeError, match=r"must be one of bridge.optim or torch.optim"):
        bridge.save(path, optimizer=native)


def test_a_missing_file_is_the_systems_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        bridge.load(path, scheduler=Keeper({}))


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


KILLED = """
import os, sys
import numpy as np
import bridge
from bridge.checkpoint import _file
real, stage = os.fsync, sys.argv[2]
def kill(file):
    real(file)
    os._exit(9)
if stage == "before the replacement":
    os.fsync = kill
class Keeper:
    def state_dict(self):
        return {"array": np.zeros(100_000), "is_new": True}
bridge.save(sys.argv[1], scheduler=Keeper())
"""


@pytest.mark.parametrize(
    ("stage", "code", "is_new"), [("before the replacement", 9, False), ("not at all", 0, True)]
)
def test_a_run_that_is_killed_leaves_the_old_file_or_the_new(
    path: Path, stage: str, code: int, *, is_new: bool
) -> None:
    keeper = Keeper({"is_new": False})
    bridge.save(path, scheduler=keeper)
    done = subprocess.run([sys.executable, "-c", KILLED, path, stage], check=False)
    bridge.load(path, scheduler=keeper)

    assert done.returncode == code
    assert keeper.state["is_new"] is is_new


def test_a_failed_save_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge.save(path, scheduler=Keeper({"is_new": False}))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        bridge.save(path, scheduler=Keeper({"is_new": True}))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_without_the_package_the_error_says_how_to_get_it(path: Path) -> None:
    code = (
        "import sys; sys.modules['safetensors'] = None\n"
        "import bridge\n"
        "class Keeper:\n    state_dict = dict\n"
        f"bridge.save({str(path)!r}, scheduler=Keeper())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (
        "UnsupportedError: bridge.save and bridge.load need the package safetensors" in done.stderr
    )
    assert 'Hint: pip install "optbridge[checkpoint]"' in done.stderr


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
