"""The port under LibCST's own runner: the same options, the same result, the same objections."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from torch import optim\n"
MADE = "opt = optim.SGD(model.parameters(), lr=0.1)\nopt.zero_grad()\n"
IN_PADDLE = """\
from paddle import optimizer as optim
opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)
"""
IN_BRIDGE = """\
from bridge import optim
opt = optim.SGD(params=model.parameters(), lr=0.1)
opt.step()
"""
CASES = [
    ("the newest", ["--to", "paddle"], HEAD + MADE, IN_PADDLE + "opt.zero_grad()\n"),
    (
        "an older version",
        ["--to", "paddle", "--target-version", "3.1.0", "--scope", "optim"],
        HEAD + MADE,
        IN_PADDLE + "opt.clear_grad(set_to_zero=False)\n",
    ),
    (
        "another origin",
        ["--from", "paddle", "--to", "bridge"],
        IN_PADDLE + "opt.step()\n",
        IN_BRIDGE,
    ),
]
WRONG = [
    (["--to", "paddle", "--target-version", "2.6"], "no rule was measured on Paddle 2.6"),
    (["--to", "bridge", "--target-version", "3.3"], "a version goes with --to paddle or oneflow"),
    (["--to", "paddle", "--from", "oneflow"], "--from oneflow goes to bridge only"),
    (["--to", "oneflow", "--select", "PD1"], "PD1 names no rule of --to oneflow"),
    (["--to", "paddle", "--from", "jax"], "invalid choice: 'jax'"),
]


def run(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "-x"]
    command += ["codemods.command.PortCommand", "--jobs", "1", *options, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)


@pytest.mark.parametrize(
    ("options", "before", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_options_of_port_are_those_of_the_command(
    tmp_path: Path, options: list[str], before: str, after: str
) -> None:
    path = tmp_path / "train.py"
    path.write_text(before)
    result = run(path, *options)

    assert result.returncode == 0, result.stderr
    assert path.read_text() == after


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_options_that_exclude_each_other_end_with_2_and_the_reason(
    tmp_path: Path, options: list[str], message: str
) -> None:
    path = tmp_path / "train.py"
    path.write_text(HEAD + MADE)
    result = run(path, *options)

    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert path.read_text() == HEAD + MADE
