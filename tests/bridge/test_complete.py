"""Shell completion: what the shell is told, by click's own protocol."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def told(shell: str, **variables: str) -> list[str]:
    code = "from bridge.cli import main; main(prog_name='optbridge')"
    environment = {**os.environ, "_OPTBRIDGE_COMPLETE": shell, **variables}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("com", ["plain,compare"]),
        ("plot OneC", ["plain,OneCycleLR("]),
        ("simulate Cosine", ["plain,CosineAnnealingLR(", "plain,CosineDecayLR("]),
        ("plot schedule.ya", ["file,schedule.ya"]),
        ("plot --unit ", ["plain,step", "plain,epoch"]),
        ("compare --tolerance gr", ["plain,grad_norm="]),
        ("matrix Sp", ["plain,SparseAdam"]),
        ("matrix --to ", ["plain,torch", "plain,paddle", "plain,oneflow"]),
        ("doctor one", ["plain,oneflow"]),
        ("port --to ", ["plain,paddle", "plain,oneflow", "plain,bridge"]),
    ],
)
def test_commands_options_and_names_are_completed(words: str, found: list[str]) -> None:
    place = len(f"{words}|".split())
    lines = told("bash_complete", COMP_WORDS=f"optbridge {words}", COMP_CWORD=str(place))

    assert set(found) <= set(lines)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_to_source(shell: str) -> None:
    assert "_OPTBRIDGE_COMPLETE" in "\n".join(told(f"{shell}_source"))
