"""Ctrl-C: every command ends with 130, without a traceback and without half a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "arguments",
    [
        ("plot", "pipe.yaml", "-o", "a.png", "-o", "a.csv"),
        ("simulate", "pipe.yaml", "-o", "a.json"),
        ("simulate", "ReduceLROnPlateau()", "--metrics", "pipe.yaml", "-o", "a.json"),
        ("compare", "pipe.yaml", "b.jsonl", "--figure", "a.png"),
        ("plot", "pipe.py", "-o", "a.png"),
    ],
)
def test_a_command_that_waits_for_its_input_can_be_stopped(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    pipe = next(word for word in arguments if word.startswith("pipe"))
    os.mkfifo(tmp_path / pipe)
    command = [sys.executable, "-m", "bridge", *arguments]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    with (tmp_path / pipe).open("w"):  # waits until the command has opened the other end
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert said == "\n"
    assert [path.name for path in tmp_path.iterdir()] == [pipe]
