"""What `optbridge verify` carries from the original into every other run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from bridge.verifying._carrier import Carrier
from bridge.verifying._tape import Record, Recording, contents, records

if TYPE_CHECKING:
    from pathlib import Path

    from tests.frameworks import Framework

# Paddle's BatchNorm says at every training step that it keeps running statistics.
pytestmark = pytest.mark.filterwarnings("ignore:When training, we now always track")


class Run:
    """One run of a script: its carrier, and what it objects to."""

    def __init__(self, folder: Path, role: str, framework: str) -> None:
        self.objections = folder / f"{role}-{framework}"
        options = {"framework": framework, "role": role, "objections": str(self.objections)}
        self.carrier = Carrier({**options, "tape": str(folder / "tape")}, lambda: 7)

    def objects(self) -> str:
        return self.objections.read_text() if self.objections.exists() else ""


def small_model(framework: Any) -> Any:
    """Build the same net on every framework; a square weight hides a missing transposition."""
    norm = framework.nn.BatchNorm1D if framework.__name__ == "paddle" else framework.nn.BatchNorm1d
    layers = [framework.nn.Linear(3, 3), norm(3), framework.nn.Tanh(), framework.nn.Linear(3, 2)]
    return framework.nn.Sequential(*layers)


def trained_torch_model() -> Any:
    torch.manual_seed(0)
    model = small_model(torch)
    # so that the running statistics are no longer what every framework begins with
    model(torch.randn(16, 3) * 2 + 1)
    return model


def test_a_carried_state_makes_every_framework_compute_the_same(
    xp: Framework, tmp_path: Path
) -> None:
    theirs, ours = trained_torch_model(), small_model(xp.module)
    Run(tmp_path, "original", "torch").carrier.meet(theirs)
    port = Run(tmp_path, "port", xp.name)
    port.carrier.meet(ours)
    batch = np.linspace(-2, 2, 12, dtype=np.float32).reshape(4, 3)

    assert port.objects() == ""
    # eval first: a training step moves the running variance, and Paddle's by another rule
    for mode in ("eval", "train"):
        expected = getattr(theirs, mode)()(torch.from_numpy(batch)).detach().numpy()
        output = xp.numpy(getattr(ours, mode)()(xp.tensor(batch)))
        assert np.abs(output - expected).max() <= 1e-6


def test_a_recurrent_layer_is_carried_once_although_its_cells_hold_it_too(
    xp: Framework, tmp_path: Path
) -> None:
    theirs, ours = torch.nn.LSTM(3, 2), xp.module.nn.LSTM(3, 2)
    Run(tmp_path, "original", "torch").carrier.meet(theirs)
    port = Run(tmp_path, "port", xp.name)
    port.carrier.meet(ours)
    batch = np.array([[[0.5, -1.0, 2.0]]], dtype=np.float32)
    expected = theirs(torch.from_numpy(batch))[0].detach().numpy()

    assert port.objects() == ""
    assert np.abs(xp.numpy(ours(xp.tensor(batch))[0]) - expected).max() <= 1e-6


def test_only_trained_weights_are_nudged_and_by_one_ulp(tmp_path: Path) -> None:
    theirs, again = trained_torch_model(), small_model(torch)
    Run(tmp_path, "original", "torch").carrier.meet(theirs)
    Run(tmp_path, "nudged", "torch").carrier.meet(again)
    back = {name: torch.nextafter(p, p - 1) for name, p in again.named_parameters()}

    assert all((back[name] == p).all() for name, p in theirs.named_parameters())
    assert all((a == b).all() for a, b in zip(theirs.buffers(), again.buffers(), strict=True))


@pytest.mark.parametrize(
    ("layers", "objection"),
    [
        (["Linear(3, 3)"], "7 Sequential has other tensors than the original's: 1.bias"),
        (["Linear(4, 3)", "LayerNorm(3)"], "7 Sequential's 0.weight has the shape (3, 4)"),
    ],
)
def test_a_port_with_other_layers_is_objected_to(
    xp: Framework, tmp_path: Path, layers: list[str], objection: str
) -> None:
    original = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.LayerNorm(3))
    model = xp.module.nn.Sequential(
        *(eval(f"nn.{layer}", {"nn": xp.module.nn}) for layer in layers)  # noqa: S307 - the table's
    )
    Run(tmp_path, "original", "torch").carrier.meet(original)
    port = Run(tmp_path, "port", xp.name)
    port.carrier.meet(model)

    assert objection in port.objects()


def test_a_layer_without_weights_and_a_part_of_a_met_model_carry_nothing(
    xp: Framework, tmp_path: Path
) -> None:
    run = Run(tmp_path, "original", xp.name)
    model = small_model(xp.module)
    run.carrier.meet(xp.module.nn.Tanh())
    run.carrier.meet(model)
    run.carrier.meet(model[0])

    assert contents(tmp_path / "tape") == {"weights": 1}


def test_a_random_tensor_takes_the_originals_values(xp: Framework, tmp_path: Path) -> None:
    drawn = np.array([0.5, -1.25], dtype=np.float32)
    Run(tmp_path, "original", "torch").carrier.drew("normal", torch.from_numpy(drawn))
    port = Run(tmp_path, "port", xp.name)
    tensor = xp.tensor(np.zeros(2, dtype=np.float32))
    port.carrier.drew("normal", tensor)

    assert (xp.numpy(tensor) == drawn).all()
    assert port.objects() == ""


@pytest.mark.parametrize(
    ("family", "shape", "objection"),
    [
        ("uniform", [2], "7 it draws a uniform tensor where the original draws normal\n"),
        ("normal", [3], "7 it draws a normal tensor of shape (3,) where the original's is (2,)\n"),
    ],
)
def test_another_random_tensor_is_objected_to_once(
    xp: Framework, tmp_path: Path, family: str, shape: list[int], objection: str
) -> None:
    Run(tmp_path, "original", "torch").carrier.drew("normal", torch.zeros(2))
    port = Run(tmp_path, "port", xp.name)
    port.carrier.drew(family, xp.tensor(np.ones(shape, dtype=np.float32)))
    port.carrier.drew(family, xp.tensor(np.ones(shape, dtype=np.float32)))

    assert port.objects() == objection


@pytest.mark.parametrize(("own", "is_objected_to"), [(1.0, False), (2.0, True)])
def test_weights_that_no_model_holds_have_to_begin_the_same(
    xp: Framework, tmp_path: Path, own: float, is_objected_to: bool
) -> None:
    original = torch.nn.Parameter(torch.ones(2))
    Run(tmp_path, "original", "torch").carrier.introduced([{"params": [original]}])
    port = Run(tmp_path, "port", xp.name)
    param = xp.param(np.full(2, own, dtype=np.float32))
    port.carrier.introduced([{"params": [param]}])()

    assert ("begin otherwise than the original's" in port.objects()) is is_objected_to


def test_a_tape_that_is_cut_off_has_all_whole_records(tmp_path: Path) -> None:
    tape = tmp_path / "tape"
    recording = Recording(tape)
    for shape in ((3, 5), ()):
        arrays = {"mask": np.ones(shape, dtype=bool), "x": np.full(shape, 0.5)}
        recording.exchange(Record("mask", "", arrays))
    tape.write_bytes(tape.read_bytes()[:-1])
    (found,) = records(tape)

    assert found.arrays["mask"].shape == (3, 5)
    assert found.arrays["mask"].all()
    assert (found.arrays["x"] == 0.5).all()
