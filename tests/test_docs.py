"""What the documentation shows is what happens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import compat_matrix
from bridge import optim

if TYPE_CHECKING:
    from tests.frameworks import Framework

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
TOUR = ROOT / "tests" / "docs"
MEASURED: dict[str, Any] = json.loads(compat_matrix.MEASURED.read_text())


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def port(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge", "port", script, "--to", "paddle"]
    return subprocess.run(command, cwd=TOUR, capture_output=True, text=True, check=False)


def test_the_diff_and_its_report_are_what_the_port_prints() -> None:
    done = port("tour.py")
    shown = blocks("diff")[0].partition("\n")[2]

    assert shown.strip() == done.stdout.strip()
    assert done.stderr.strip() in [block.strip() for block in blocks("text")]
    assert done.returncode == 0


@pytest.mark.only_backend("paddle")
def test_the_proof_is_what_verify_prints(xp: Framework) -> None:
    command = [sys.executable, "-m", "bridge", "verify", "tour.py", "--to", xp.name]
    done = subprocess.run(command, cwd=TOUR, capture_output=True, text=True, check=False)
    shown = next(block for block in blocks("text") if block.startswith("optimizer 0"))

    assert done.returncode == 0
    assert unmeasured(shown) in unmeasured(done.stdout)


def unmeasured(text: str) -> str:
    """Leave out blanks, and the last digits of floats: no two machines round alike."""
    words = re.sub(r"\d\.?\d*e-0\d", "noise", text).split()
    return " ".join(words)


def test_the_refusal_is_what_the_port_prints() -> None:
    done = port("sparse.py")

    assert done.stderr.strip() in [block.strip() for block in blocks("text")]
    assert done.returncode == 3


def test_the_training_function_prints_what_the_readme_says(
    xp: Framework, capsys: pytest.CaptureFixture[str]
) -> None:
    code = blocks("python")[0]
    function = code[code.index("def train") : code.index("start = ")]
    scope: dict[str, Any] = {"optim": optim}
    exec(function, scope)  # noqa: S102  # the README's own code
    scope["train"](xp.param(np.array([1.0, -2.0], "f4")))
    printed = capsys.readouterr().out.strip()
    lines = dict(zip(("torch", "paddle", "oneflow"), blocks("text")[0].split("\n"), strict=False))
    exact, weights = lines[xp.name].split(" weight=")

    assert printed.startswith(exact + " weight=")
    np.testing.assert_allclose(numbers(printed.split("weight=")[1]), numbers(weights), rtol=1e-6)


def numbers(text: str) -> list[float]:
    return [float(word) for word in re.findall(r"-?\d+\.\d*", text)]


@pytest.mark.only_backend("paddle")
def test_the_blocks_of_the_manual_run(xp: Framework) -> None:
    for code in blocks("python", (ROOT / "docs" / "bridge.md").read_text()):
        exec(code, {xp.name: xp.module})  # noqa: S102  # the manual's own code


def test_the_matrix_is_what_code_and_measurement_say() -> None:
    assert compat_matrix.MATRIX.read_text() == compat_matrix.render(MEASURED)


def test_every_class_is_measured() -> None:
    optimizers = {
        name
        for name in optim.__all__
        if isinstance(getattr(optim, name), type) and name not in ("Optimizer", *TORCH_OWN)
    }

    assert set(MEASURED["optimizers"]) == optimizers
    assert set(MEASURED["schedulers"]) == set(optim.lr_scheduler.__all__) - {"LRScheduler"}


TORCH_OWN = ("SparseAdam",)  # torch's own step, refused elsewhere: nothing to measure


def test_every_row_of_the_readme_stands_in_the_matrix() -> None:
    matrix = compat_matrix.MATRIX.read_text().splitlines()
    shown = [line for line in README.splitlines() if line.startswith("| `")]

    assert len(shown) == 8
    assert [line for line in shown if line not in matrix] == []


def test_the_readme_fits_and_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert len(README.splitlines()) <= 180
    assert [link for link in links if not (ROOT / link).exists()] == []
