"""`optbridge plot train.py`: what a script tells of its schedules without being run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bridge import simulate
from bridge.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
import torch
from torch import optim
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, OneCycleLR, SequentialLR

raise SystemExit("this script is never run")
EPOCHS, WIDTH = 30, 3
STEPS = 100
TOTAL = STEPS * 3
model = torch.nn.Linear(3, 3)
optimizer = optim.SGD([{"params": model.weight, "lr": 0.4}, {"params": model.bias}], lr=0.1)
warm = LinearLR(optimizer, 0.01, total_iters=5)
scheduler = SequentialLR(optimizer, [warm, CosineAnnealingLR(optimizer, T_max=25)], milestones=[5])
adam = torch.optim.AdamW(model.parameters(), 3e-4, betas=(0.8, 0.99))
cycle = OneCycleLR(adam, max_lr=3e-3, total_steps=TOTAL + 1)
"""


def run(path: Path, text: str, *arguments: str) -> Any:
    path.write_text(text)
    return CliRunner().invoke(main, ["simulate", str(path), "--json", *arguments])


def test_schedules_are_found_with_their_groups_and_hyperparameters(tmp_path: Path) -> None:
    result = run(tmp_path / "train.py", SCRIPT)
    sequence, cycle = json.loads(result.stdout)["schedules"]
    expected = simulate(
        "SequentialLR([LinearLR(0.01, total_iters=5), CosineAnnealingLR(25)], [5])",
        36,
        groups=[{"lr": 0.4}, {"lr": 0.1}],
    )
    adam = simulate("OneCycleLR(0.003, 301)", 301, groups=[{"lr": 3e-4, "betas": (0.8, 0.99)}])

    assert result.exit_code == 0
    assert sequence["values"]["lr"] == [list(values) for values in expected.lr]
    assert cycle["label"] == "train.py:14 OneCycleLR(max_lr=0.003, total_steps=((100 * 3) + 1))"
    assert cycle["values"] == {name: [list(of[0])] for name, of in adam.values.items()}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "OneCycleLR(adam, 0.1, total_steps=len(loader))",
            "the source does not tell `len(loader)`",
        ),
        ("OneCycleLR(adam, **options)", "`**` hides which arguments are given"),
        ("CosineAnnealingLR(made(), 5)", "its optimizer is made where it is not followed"),
        ("CosineAnnealingLR(adam, args.epochs)", "the source does not tell `args.epochs`"),
        ("CosineAnnealingLR(adam, T_max=EPOCHS)", "the source does not tell `EPOCHS`"),
    ],
)
def test_a_schedule_that_the_source_does_not_tell_is_left_with_the_reason(
    line: str, reason: str, tmp_path: Path
) -> None:
    result = run(tmp_path / "train.py", f"{SCRIPT}other = {line}\n")

    assert result.exit_code == 3
    assert f"train.py:15: {line.partition('(')[0]} is not drawn: {reason}" in result.stderr
    assert len(json.loads(result.stdout)["schedules"]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import torch\n", "no schedules in"),
        ("import torch\ndef f(:\n", "train.py:2"),
        (SCRIPT.partition("optimizer =")[0] + "s = LinearLR(made())\n", "is not drawn"),
    ],
)
def test_a_script_of_which_nothing_can_be_drawn_is_an_error(
    text: str, message: str, tmp_path: Path
) -> None:
    result = run(tmp_path / "train.py", text)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_groups_given_by_hand_go_before_those_of_the_script(tmp_path: Path) -> None:
    result = run(tmp_path / "train.py", SCRIPT, "--group", "lr=1.0", "-n", "2")
    sequence, _ = json.loads(result.stdout)["schedules"]

    assert sequence["values"]["lr"][0][0] == 0.01


ARGPARSE = """\
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", "-e", type=int, default=30)
parser.add_argument("--learning-rate", dest="rate", type=float, default=0.5)
parser.add_argument("--gamma", type=float)
parser.add_argument("--warm", type=int, default=3)
args = parser.parse_args()
args.warm *= 2
optimizer = torch.optim.SGD(model.parameters(), lr=args.rate)
"""


def test_defaults_of_the_script_s_command_line_are_taken_and_named(tmp_path: Path) -> None:
    line = "s = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs + 1)\n"
    result = run(tmp_path / "train.py", ARGPARSE + line)
    (schedule,) = json.loads(result.stdout)["schedules"]

    assert result.exit_code == 0
    assert schedule["label"] == "train.py:12 CosineAnnealingLR((30 + 1))"
    assert schedule["values"]["lr"][0][0] == 0.5
    assert result.stderr == (
        "train.py: with its command line's defaults: args.epochs = 30, args.rate = 0.5\n"
    )


def test_they_are_found_where_a_function_is_given_the_parsed_arguments(tmp_path: Path) -> None:
    setup, _, build = ARGPARSE.partition("args = parser")
    body = "".join(f"    {line}\n" for line in build.splitlines()[2:])
    line = "    s = torch.optim.lr_scheduler.StepLR(optimizer, args.epochs)\n"
    script = f"{setup}def main(args):\n{body}{line}main(parser.parse_args())\n"
    (schedule,) = json.loads(run(tmp_path / "train.py", script).stdout)["schedules"]

    assert schedule["label"].endswith(" StepLR(30)")


@pytest.mark.parametrize("name", ["gamma", "warm", "missing"])
def test_an_argument_without_a_default_or_with_a_later_value_is_not_guessed(
    name: str, tmp_path: Path
) -> None:
    line = f"s = torch.optim.lr_scheduler.StepLR(optimizer, args.{name})\n"
    result = run(tmp_path / "train.py", ARGPARSE + line)

    assert result.exit_code == 2
    assert f"StepLR is not drawn: the source does not tell `args.{name}`" in result.stderr


def test_a_plateau_of_a_script_is_left_without_metrics(tmp_path: Path) -> None:
    line = "s = torch.optim.lr_scheduler.ReduceLROnPlateau(adam)\n"
    result = run(tmp_path / "train.py", SCRIPT + line)

    assert result.exit_code == 3
    assert "ReduceLROnPlateau() is not drawn: it needs --metrics FILE" in result.stderr
