"""The example scripts: that they run on torch as they are, and log what they claim."""

from __future__ import annotations

import json
import runpy
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    Steps = list[dict[str, Any]]
    RunExample = Callable[..., Steps]

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

# script, the arguments that make it short, steps it then takes, parameter groups
SCRIPTS = [
    ("yolo_style.py", ["--epochs", "3"], 96, 3),
    ("yolo_style.py", ["--epochs", "3", "--linear-lr"], 96, 3),
    ("warmboot.py", ["--epochs", "6", "--boot", "4"], 60, 1),
    ("one_cycle.py", ["--epochs", "3"], 72, 1),
    ("one_cycle.py", ["--epochs", "3", "--three-phase"], 72, 1),
    ("range_test.py", ["--steps", "100"], 100, 1),
    ("finetune_groups.py", ["--epochs", "3"], 75, 2),
    ("finetune_groups.py", ["--epochs", "3", "--plateau"], 75, 2),
]


@pytest.fixture
def run_example(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunExample:
    """Run a script as `python script.py arguments --log FILE` would; return the logged steps."""

    def run(script: str, *arguments: str) -> Steps:
        log = tmp_path / "log.jsonl"
        path = str(EXAMPLES / script)
        monkeypatch.setattr(sys, "argv", [path, *arguments, "--log", str(log)])
        runpy.run_path(path, run_name="__main__")
        return [json.loads(line) for line in log.read_text().splitlines()]

    return run


def lrs(steps: Steps, group: int = 0) -> list[float]:
    return [step["lr"][group] for step in steps]


def momenta(steps: Steps, group: int = 0) -> list[float]:
    return [step["momentum"][group] for step in steps]


@pytest.mark.parametrize(("script", "arguments", "steps", "groups"), SCRIPTS)
def test_a_script_logs_every_step_and_learns(
    run_example: RunExample, script: str, arguments: list[str], steps: int, groups: int
) -> None:
    log = run_example(script, *arguments)

    assert [step["step"] for step in log] == list(range(steps))
    assert {len(step[key]) for step in log for key in ("lr", "momentum")} == {groups}
    losses = [step["loss"] for step in log]
    assert sum(losses[-10:]) < sum(losses[:10])


def test_the_log_is_the_same_every_time(run_example: RunExample) -> None:
    first = run_example("warmboot.py", "--epochs", "3")

    assert run_example("warmboot.py", "--epochs", "3") == first


def test_yolo_style_warms_up_biases_downwards_and_the_rest_upwards(run_example: RunExample) -> None:
    log = run_example("yolo_style.py", "--epochs", "4")

    assert log[0]["lr"] == [0.0, 0.0, 0.1]
    warm = log[:97]
    assert lrs(warm, 1) == lrs(warm, 0)
    assert momenta(warm) == sorted(momenta(warm))
    assert (momenta(warm)[0], momenta(warm)[-1]) == (0.8, 0.937)
    # From then on every group has the same rate, and it falls by epochs.
    assert all(len(set(step["lr"])) == 1 for step in log[97:])


def test_yolo_style_goes_on_from_its_checkpoint_as_if_never_stopped(
    run_example: RunExample, tmp_path: Path
) -> None:
    checkpoint = str(tmp_path / "last.pt")
    whole = run_example("yolo_style.py", "--epochs", "5")
    started = run_example(
        "yolo_style.py", "--epochs", "5", "--stop-after", "2", "--save", checkpoint
    )
    resumed = run_example("yolo_style.py", "--epochs", "5", "--resume", checkpoint)

    assert started + resumed == whole


def test_warmboot_restarts_lower_at_every_boot_and_keeps_to_the_floor(
    run_example: RunExample,
) -> None:
    log = run_example("warmboot.py", "--epochs", "12", "--boot", "8", "4", "--warmup", "0")

    per_epoch = lrs(log)[::10]
    assert per_epoch[0] == 0.003
    assert per_epoch[4] == pytest.approx(0.003 * 0.7)
    assert per_epoch[8] == pytest.approx(0.003 * 0.7**2)
    assert min(per_epoch) >= 0.003 * 0.05


def test_warmboot_scheduler_takes_an_epoch_and_a_curve_of_ones_own() -> None:
    example = runpy.run_path(str(EXAMPLES / "warmboot.py"), run_name="warmboot")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = example["CosineAnnealingWarmbootingLR"](
        optimizer, epochs=10, eta_min=0.2, lf=lambda since, gap: 1 - since / gap
    )

    assert scheduler.step(external_iter=5) == 0.5
    assert scheduler.step(external_iter=9) == 0.2
    assert optimizer.param_groups[0]["initial_lr"] == 1.0


@pytest.mark.parametrize("phases", [[], ["--three-phase"]])
def test_one_cycle_moves_momentum_against_the_rate(
    run_example: RunExample, tmp_path: Path, phases: list[str]
) -> None:
    picture = tmp_path / "cycle.png"
    log = run_example("one_cycle.py", "--epochs", "4", "--plot", str(picture), *phases)

    peak = lrs(log).index(max(lrs(log)))
    assert momenta(log)[peak] == min(momenta(log))
    assert all(
        (after["lr"] > before["lr"]) != (after["momentum"] > before["momentum"])
        for before, after in pairwise(log[: peak + 1])
    )
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_range_test_sweeps_exponentially_between_its_ends(run_example: RunExample) -> None:
    log = run_example("range_test.py", "--steps", "60", "--start-lr", "1e-4", "--end-lr", "1e-2")

    ratios = [after / before for before, after in pairwise(lrs(log))]
    assert lrs(log)[0] == 1e-4
    assert lrs(log)[-1] == pytest.approx(1e-2)
    assert ratios == pytest.approx([ratios[0]] * len(ratios))


def test_finetune_keeps_the_backbone_at_a_hundredth_of_the_head(run_example: RunExample) -> None:
    log = run_example("finetune_groups.py", "--epochs", "4", "--learning_rate", "0.05")

    assert lrs(log, 0) == pytest.approx([0.01 * lr for lr in lrs(log, 1)])
    assert max(lrs(log, 1)) == pytest.approx(0.05)
    assert lrs(log, 1)[0] == pytest.approx(0.005)
    assert lrs(log, 1)[-1] < 0.001


def test_finetune_on_a_plateau_halves_every_rate(run_example: RunExample) -> None:
    log = run_example("finetune_groups.py", "--plateau", "--epochs", "8")

    assert set(lrs(log, 1)) == {0.02, 0.01}
    assert set(lrs(log, 0)) == {0.0002, 0.0001}


def test_finetune_keeps_its_best_model(run_example: RunExample, tmp_path: Path) -> None:
    checkpoint = tmp_path / "best.pt"
    run_example("finetune_groups.py", "--epochs", "3", "--save", str(checkpoint))

    assert torch.load(checkpoint)["epoch"] == 3
