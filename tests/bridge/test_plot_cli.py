"""`optbridge plot` and `optbridge simulate`: what they write, and how they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bridge import simulate
from bridge.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CYCLE = "OneCycleLR(max_lr=0.9, total_steps=100)"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="optbridge")


def test_without_a_file_the_plot_is_in_the_terminal() -> None:
    result = run("plot", CYCLE, "--title", "one cycle")

    assert result.exit_code == 0
    assert result.output.startswith("one cycle\n\nlearning rate by step")
    assert "\x1b[" not in result.output


def test_files_are_written_by_their_names(tmp_path: Path) -> None:
    names = ["a.png", "a.svg", "a.pdf", "a.html", "a.csv", "a.JSON"]
    outputs = [part for name in names for part in ("-o", str(tmp_path / name))]
    result = run("plot", CYCLE, "StepLR(30)", *outputs)

    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert json.loads((tmp_path / "a.JSON").read_text())["schedules"][1]["label"] == "StepLR(30)"


def test_a_configuration_file_is_named_in_the_legend(tmp_path: Path) -> None:
    path = tmp_path / "warm.yaml"
    path.write_text("class: StepLR\nstep_size: 2\n")

    assert "- warm.yaml" in run("plot", str(path), "-n", "9").output


def test_simulate_prints_csv_or_json() -> None:
    table = run("simulate", CYCLE, "-n", "3").output.splitlines()
    found = json.loads(run("simulate", CYCLE, "-n", "3", "--json", "--unit", "epoch").output)

    assert table[0] == "step,lr,momentum"
    assert float(table[3].split(",")[1]) == simulate(CYCLE, 3).lr[0][2]
    assert found["unit"] == "epoch"
    assert found["schedules"][0]["values"]["lr"] == [list(simulate(CYCLE, 3).lr[0])]


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (CYCLE, 100),
        ("MultiStepLR([30, 80])", 96),
        ("CosineAnnealingLR(50)", 60),
        ("StepLR(3)", 100),
    ],
)
def test_by_default_a_schedule_is_shown_to_its_end(schedule: str, steps: int) -> None:
    assert len(run("simulate", schedule).output.splitlines()) == steps + 1


def test_a_cycle_ends_where_a_longer_schedule_goes_on() -> None:
    found = json.loads(run("simulate", CYCLE, "MultiStepLR([500])", "--json").output)

    assert [len(each["values"]["lr"][0]) for each in found["schedules"]] == [100, 600]


def test_groups_are_given_as_arguments() -> None:
    arguments = ("--group", "lr=0.4", "--group", "lr=1/5, betas=(0.9, 0.99)")
    table = run("simulate", "StepLR(1, 0.5)", "-n", "2", *arguments).output

    assert table == "step,lr group 0,lr group 1\n0,0.4,0.2\n1,0.2,0.1\n"


@pytest.mark.parametrize("text", ["3 2 2 2 2", "[3, 2.0, 2, 2, 2]\n", "3\n2\n2\n2\n2\n"])
def test_a_plateau_is_simulated_with_metrics_of_a_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "losses.txt"
    path.write_text(text)
    schedules = ("ReduceLROnPlateau(patience=1)", "StepLR(2)")
    arguments = ("--metrics", str(path), "--lr", "1", "--json")
    found = json.loads(run("simulate", *schedules, *arguments).output)

    assert found["schedules"][0]["values"]["lr"] == [[1.0, 1.0, 1.0, 1.0, 0.1, 0.1]]
    assert len(found["schedules"][1]["values"]["lr"][0]) == 100


def test_the_metrics_may_be_a_trace_s_losses(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    step = '{{"optimizer":0,"step":{},"groups":[{{"lr":0.1}}],"loss":{}}}'
    lines = [
        '{"optbridge_trace":1,"command":[]}',
        '{"optimizer":0,"class":"SGD","framework":"torch","version":"2","groups":[{}]}',
        *(step.format(number, 2.0) for number in (1, 2, 3)),
    ]
    path.write_text("\n".join(lines) + "\n")
    arguments = ("--metrics", str(path), "--lr", "1")
    table = run("simulate", "ReduceLROnPlateau(patience=0)", *arguments).output

    assert [line.split(",")[1] for line in table.splitlines()[1:4]] == ["1.0", "1.0", "0.1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("1 two 3", "'two' is no number"), ("", "holds no metrics"), ("[]\n", "holds no metrics")],
)
def test_a_file_without_metrics_is_an_error(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "losses.txt"
    path.write_text(text)
    result = run("plot", "ReduceLROnPlateau()", "--metrics", str(path))

    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("command", ["plot", "simulate"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["StepRL(30)"], "unknown scheduler StepRL"),
        (["StepLR(30, gama=1)"], "got an unexpected keyword argument 'gama'"),
        (["StepLR(0)"], "StepLR(0): "),
        (["StepLR('a')"], "StepLR('a'): "),
        (["OneCycleLR(0.1, -5)"], "Expected positive integer total_steps, but got -5"),
        (["ConstantLR(2.0)"], "Constant multiplicative factor expected to be between 0 and 1"),
        (["ExponentialLR(1e300)"], "gives lr=inf"),
        (["ReduceLROnPlateau()"], "metrics=[...], or --metrics FILE"),
        (["ReduceLROnPlateau()", "--metrics", "missing"], "cannot read missing: No such file"),
        (["StepLR(3)", "-n", "100000001"], "steps must be at most 100,000,000"),
        (["StepLR(3)", "-n", "nan"], "'nan' is not a valid integer"),
        (["CosineAnnealingLR(0)"], "Hint: look at its numbers."),
        (["StepLR(hyperparameter('foo'), 3)"], "has no foo"),
        (["StepLR(3)", "-n", "-3"], "steps must be a positive integer, got -3"),
        (["StepLR(3)", "--lr", "nan"], "lr must be finite and not negative, got nan"),
        (["StepLR(3)", "--lr", "inf"], "lr must be finite and not negative, got inf"),
        (["StepLR(3)", "--group", "0.1"], "is no group"),
        (["missing.yaml"], "cannot read missing.yaml"),
        (["StepLR(3)", "-o", "a.gif"], "a.gif"),
        (["StepLR(3)", "-o", "missing/a.csv"], "cannot write missing/a.csv: No such file"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_ends_with_a_message_and_exit_code_2(
    command: str, arguments: list[str], message: str
) -> None:
    result = run(command, *arguments)

    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_one_bad_schedule_leaves_nothing_written(tmp_path: Path) -> None:
    result = run("plot", "StepLR(3)", "StepLR(0)", "-o", str(tmp_path / "a.png"))

    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_braille_is_told_what_to_do() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "bridge", "plot", "StepLR(3)"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert done.returncode == 2
    assert "Hint: set PYTHONUTF8=1, or write a file" in done.stderr
