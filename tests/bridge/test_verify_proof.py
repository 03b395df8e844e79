"""One original against ports that go wrong in every way; on torch, whose runs are equal else."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.cli._verify_output import exit_code, write_report
from bridge.errors import UnwritableError, VerifyError
from bridge.tracing.comparing import Point, Row
from bridge.verifying.proof import Baseline, Proof, Wanted, prove, run_original
from bridge.verifying.report import cells, markdown, remarks, verdict
from bridge.verifying.running import Job, run
from tests.bridge.test_disk import room_for
from tests.processes import have_ended

if TYPE_CHECKING:
    from pathlib import Path

ORIGINAL = """
import torch
from torch import nn, optim
model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5), nn.Linear(3, 1))
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
schedule = optim.lr_scheduler.StepLR(optimizer, 4, 0.5)
for step in range(8):
    loss = (model(torch.randn(5, 3)) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
"""
WANTED = Wanted(time_limit=60)


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "train.py").write_text(ORIGINAL)
    command = [sys.executable, str(folder / "train.py")]
    return run_original(Job("original", "torch", command, {"OMP_NUM_THREADS": "1"}), folder, WANTED)


def held(baseline: Baseline, tmp_path: Path, change: str = "", to: str = "") -> Proof:
    """Hold the original, with a piece of it changed, against itself."""
    assert change in ORIGINAL
    port = tmp_path / "port.py"
    port.write_text(ORIGINAL.replace(change, to) if change else ORIGINAL)
    # its traces have names of their own, its tape is the original's
    (tmp_path / "tape").symlink_to(baseline.folder / "tape")
    job = replace(baseline.original.job, role="port", command=[sys.executable, str(port)])
    return prove(replace(baseline, folder=tmp_path), job)


def row(proof: Proof, label: str) -> tuple[str, ...]:
    return next(cells(row) for row in proof.rows if row.label == label)


def test_an_unseeded_script_with_dropout_repeats_itself_to_the_bit(
    baseline: Baseline, tmp_path: Path
) -> None:
    proof = held(baseline, tmp_path)
    loss = next(row for row in proof.rows if row.quantity == "loss")

    assert (verdict(proof), exit_code(proof)) == ("The port trains as the original does", 0)
    assert row(proof, "loss")[1:4] == ("8", "0.0001", "0")
    assert 0 < max(loss.spread.values()) < 1e-5
    assert proof.carried == {"weights": 1, "glimpse": 1, "draw": 8, "mask": 8}


def test_what_trains_differently_differs_from_its_step_on(
    baseline: Baseline, tmp_path: Path
) -> None:
    proof = held(baseline, tmp_path, "StepLR(optimizer, 4, 0.5)", "StepLR(optimizer, 4, 0.4)")
    report = markdown(proof, "`train.py`", [("the port", "a | b")], "report.png", "")

    assert (verdict(proof), exit_code(proof)) == ("The port trains differently", 1)
    assert row(proof, "lr[0]")[-1] == "differs (step 5)"
    assert row(proof, "loss")[-1] == "differs (step 6)"
    assert "\n- step 5, lr[0]: 0.05 in the original, 0.04 in the port\n" in report
    assert "| the port | a \\| b |" in report


def test_losses_are_not_comparable_where_randomness_is_not_carried(
    baseline: Baseline, tmp_path: Path
) -> None:
    proof = held(baseline, tmp_path, "torch.randn(5, 3)", "torch.randn(6, 3)[1:]")

    assert row(proof, "loss")[-1] == "not comparable"
    assert row(proof, "lr[0]")[-1] == "equal"
    assert list(remarks(proof)) == [
        "the port on torch: it draws a normal tensor of shape (6, 3) where the original's is (5, 3)"
    ]
    assert verdict(proof) == "Equal in what is comparable; the losses are not"
    assert exit_code(proof) == 2


def test_a_port_that_crashes_half_way_is_compared_up_to_there(
    baseline: Baseline, tmp_path: Path
) -> None:
    proof = held(baseline, tmp_path, "    schedule.step()", "    schedule.step(); 1 / (step - 4)")

    assert proof.obstacles == ("the port on torch ended with exit code 1",)
    assert exit_code(proof) == 2
    assert row(proof, "loss")[1:4] == ("5", "0.0001", "0")
    assert proof.port.tail.endswith("ZeroDivisionError: division by zero")


def test_a_full_disk_leaves_the_report_and_its_figure_as_they_were(
    baseline: Baseline, tmp_path: Path
) -> None:
    proof = held(baseline, tmp_path)
    report, picture = tmp_path / "report.md", tmp_path / "report.png"
    report.write_text("the one before")
    picture.write_bytes(b"its figure")

    with (
        room_for(100),
        pytest.raises(UnwritableError, match=r"cannot write .*png: File too"),
    ):
        write_report(report, proof, "`train.py`", [], "")
    assert (report.read_text(), picture.read_bytes()) == ("the one before", b"its figure")


def test_a_port_without_a_step_is_an_error_with_what_it_printed(
    baseline: Baseline, tmp_path: Path
) -> None:
    with pytest.raises(VerifyError, match=r"(?s)took no step.*NameError: name 'nowhere'"):
        held(baseline, tmp_path, "import torch\n", "nowhere()\n")


def test_a_run_that_hangs_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    started = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid)"
    hang = f"{started}; sys.stdout.flush(); p.wait()"
    job = Job("port", "torch", [sys.executable, "-c", hang], {})
    ran = run(job, tmp_path, options={}, time_limit=1.0)

    assert ran.failure == "was stopped after 1 s, its time limit"
    assert have_ended(int(ran.tail))


def test_where_rounding_alone_decides_nothing_is_compared() -> None:
    points = tuple(Point(step, 1.0, 1.0 + 3.0 ** (step - 12)) for step in range(1, 12))
    spread = {step: 3.0 ** (step - 13) for step in range(1, 12)}
    row = Row(0, "loss", None, points, tolerance=1e-4, scale=1.0, spread=spread)

    assert row.first is None
    assert len(row.predictable) == 8
    assert cells(row)[-1] == "within (to step 8)"
    assert replace(row, spread={}).first == points[3]
    # twice the step ahead, ten times as far, and never beyond a tenth
    assert row.allowed(4) == pytest.approx(10 * 3.0**-5)
    assert row.allowed(8) == 0.1
