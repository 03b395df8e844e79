"""What `make demo` adds to `optbridge verify`: that it can object, and says what it did."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bridge.verifying.proof import Baseline, Proof, Wanted, prove, run_original
from demo import conclude
from environments import ROOT
from side_by_side.ports import EXAMPLES, port_examples
from side_by_side.runs import RUNS, Run, job
from side_by_side.sources import lost_comments, verdict
from side_by_side.training import Compared, Outcome, objections

if TYPE_CHECKING:
    from pathlib import Path

SHORT = Run("range_test.py", "short", ("--steps", "20"))
STRICT = {"lr": 0.0, "momentum": 0.0, "loss": 1e-6}


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    """Train one real script for a few steps, as the demo does."""
    out = tmp_path_factory.mktemp("runs")
    original, nudged = (job(SHORT, role, "torch", EXAMPLES, out) for role in ("original", "nudged"))
    return run_original(original, out, Wanted(tolerances=STRICT), nudged=nudged)


@pytest.fixture(scope="module")
def proof(baseline: Baseline) -> Proof:
    """Hold the script against itself."""
    return prove(baseline, job(SHORT, "port", "torch", EXAMPLES, baseline.folder))


def test_a_script_agrees_with_itself(proof: Proof) -> None:
    lr = next(row for row in proof.rows if row.quantity == "lr")

    assert list(objections(proof)) == []
    assert [len(lr.points), lr.largest and lr.largest.difference] == [20, 0]


@pytest.mark.parametrize(("quantity", "factor"), [("lr", 1 + 1e-15), ("loss", 1 + 1e-4)])
def test_what_differs_too_much_is_said(proof: Proof, quantity: str, factor: float) -> None:
    row = next(row for row in proof.rows if row.quantity == quantity)
    moved = tuple(replace(point, b=point.a * factor) for point in row.points)
    (found,) = objections(replace(proof, rows=(replace(row, points=moved),)))

    assert f"{row.label} differs by " in found


def test_a_lost_comment_is_found_and_a_moved_one_is_not() -> None:
    original = "x = 1  # one\n# two\n# two\ny = '# no comment'\n"

    assert lost_comments(original, "# two\nx = 1\n# two\ny = 1  # one\n# new\n") == []
    assert lost_comments(original, "x = 1  # one\n# two\n") == ["# two"]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("import paddle\nopt = paddle.optimizer.SGD(0.1)\n", "native"),
        ("import bridge.optim\n", "bridge"),
        ("def main():\n    from bridge.optim import Adam\n", "bridge"),
        ("import bridges\nfrom . import bridge\n", "native"),
    ],
)
def test_a_port_that_imports_bridge_is_no_native_one(port: str, expected: str) -> None:
    assert verdict(port) == expected


@pytest.mark.parametrize("target", ["paddle", "oneflow"])
def test_the_examples_port_whole_and_keep_every_comment(target: str, tmp_path: Path) -> None:
    # It raises where something is left or a comment is lost.
    ported = port_examples(target, tmp_path)

    assert set(ported.verdicts) == {path.name for path in EXAMPLES.glob("*.py")}
    assert ported.verdicts["range_test.py"] == "native"
    assert ported.verdicts["yolo_style.py"] == "bridge"


def test_every_example_is_run_and_under_a_name_of_its_own() -> None:
    assert {run.script for run in RUNS} == {path.name for path in EXAMPLES.glob("*.py")}
    assert len({run.slug for run in RUNS}) == len(RUNS)


@pytest.mark.parametrize(
    ("objections", "code", "line"),
    [
        ([], 0, "1 scripts of examples/ agree with their ports on paddle"),
        (["losses differ"], 1, "does not agree: short on paddle: losses differ"),
    ],
)
def test_the_demo_ends_with_a_table_a_plot_and_a_line_for_each_objection(
    tmp_path: Path, baseline: Baseline, proof: Proof, objections: list[str], code: int, line: str
) -> None:
    printed = StringIO()
    outcome = Outcome(SHORT, baseline, [Compared("paddle", "bridge", proof, objections)])

    assert conclude([outcome] * 3, tmp_path, Console(file=printed, width=120)) == code
    assert line in printed.getvalue()
    assert (tmp_path / "lr_curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_port_that_does_not_run_fails_the_demo_and_not_the_other_ports(
    tmp_path: Path, baseline: Baseline, proof: Proof
) -> None:
    good = Compared("paddle", "bridge", proof, [])
    bad = Compared("oneflow", "native", None, ["NameError: torch"])
    printed = StringIO()
    outcome = Outcome(SHORT, baseline, [good, bad])

    assert conclude([outcome], tmp_path, Console(file=printed, width=120)) == 1
    assert "does not agree: short on oneflow: NameError: torch" in printed.getvalue()
    assert "yes" in printed.getvalue()


@pytest.mark.parametrize(
    ("backends", "message"),
    [
        ("paddle,oneflow", "Hint: `make demo` makes it"),
        ("jax", "--backends takes paddle and oneflow, got jax"),
    ],
)
def test_a_demo_that_cannot_start_says_what_is_missing(
    tmp_path: Path, backends: str, message: str
) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/demo.py", "--backends", backends, "--out", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"VENV": str(tmp_path)},
    )

    assert done.returncode == 1
    assert message in done.stdout
