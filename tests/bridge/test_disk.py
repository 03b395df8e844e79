"""No room and no permission: every command that writes says so, ends with 2, and loses nothing."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bridge.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

BEFORE = "what was there before"
SCRIPT = """\
import torch

optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
for _ in range(30):
    optimizer.step()
"""
LONG = "StepLR(3)", "-n", "200"
WRITERS = [
    (("plot", *LONG, "-o", "a.png"), "a.png"),
    (("plot", *LONG, "-o", "a.html"), "a.html"),
    (("plot", *LONG, "-o", "a.csv", "-o", "b.csv"), "a.csv"),
    (("simulate", *LONG, "-o", "a.json"), "a.json"),
    (("compare", "a.jsonl", "b.jsonl", "--figure", "a.png"), "a.png"),
    (("compare", "a.jsonl", "b.jsonl", "--figure", "a.html"), "a.html"),
    (("port", "train.py", "--to", "paddle", "--write"), "train.py"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, and work in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def trace(loss: float) -> str:
    group = {"lr": 0.1}
    lines = [
        {"optbridge_trace": 1, "python": "3.11", "command": ["train.py"]},
        {"optimizer": 0, "class": "SGD", "framework": "torch", "version": "2", "groups": [{}]},
        {"optimizer": 0, "step": 1, "groups": [group], "loss": loss},
        {"end": None},
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def prepare(folder: Path, written: str) -> dict[str, str]:
    """Put everything there that the commands read, and what they would replace."""
    (folder / "train.py").write_text(SCRIPT)
    (folder / "a.jsonl").write_text(trace(1.0))
    (folder / "b.jsonl").write_text(trace(2.0))
    if written != "train.py":
        (folder / written).write_text(BEFORE)
    return contents(folder)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="optbridge")


@pytest.mark.parametrize(("arguments", "written"), WRITERS)
def test_a_full_disk_is_said_and_nothing_is_lost(
    arguments: tuple[str, ...], written: str, folder: Path
) -> None:
    before = prepare(folder, written)
    with room_for(100):
        result = run(*arguments)

    assert result.exit_code == 2
    assert written in result.stderr
    assert ": File too large" in result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("plot", *LONG, "-o", "/sys/a.png"),
        ("simulate", *LONG, "-o", "/sys/a.csv"),
        ("compare", "a.jsonl", "b.jsonl", "--figure", "/sys/a.png"),
        ("trace", "-o", "/sys/a.jsonl", "--", sys.executable, "train.py"),
    ],
)
def test_a_place_that_not_even_root_may_write_to_is_said(
    arguments: tuple[str, ...], folder: Path
) -> None:
    prepare(folder, "train.py")
    result = run(*arguments)

    assert result.exit_code == 2
    assert "cannot write /sys/a." in result.stderr
    assert "Permission denied" in result.stderr


@pytest.mark.parametrize("command", ["plot", "simulate", "compare"])
def test_a_file_that_is_a_folder_is_said(command: str, folder: Path) -> None:
    prepare(folder, "train.py")
    (folder / "a.csv").mkdir()
    (folder / "a.png").mkdir()
    arguments = {
        "plot": ("plot", *LONG, "-o", "a.png"),
        "simulate": ("simulate", *LONG, "-o", "a.csv"),
        "compare": ("compare", "a.jsonl", "b.jsonl", "--figure", "a.png"),
    }
    result = run(*arguments[command])

    assert result.exit_code == 2
    assert "is a directory" in result.stderr or "it is a folder" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("plot", *LONG), ("compare", "a.jsonl", "b.jsonl"), ("matrix",), ("plot", "--help")],
)
def test_a_full_disk_behind_stdout_is_said(arguments: tuple[str, ...], folder: Path) -> None:
    prepare(folder, "train.py")
    command = [sys.executable, "-m", "bridge", *arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.endswith("Error: cannot read or write: No space left on device.\n")
    assert "Traceback" not in done.stderr


def test_a_disk_that_fills_up_ends_the_trace_and_not_the_training(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prepare(folder, "train.py")
    (folder / "train.py").write_text(f"{SCRIPT}open('trained', 'w').close()\n")
    with room_for(800):
        result = run("trace", "-o", "new.jsonl", "--", sys.executable, "-B", "train.py")

    assert result.exit_code == 2
    assert (folder / "trained").exists()
    assert "new.jsonl: File too large; training goes on without a trace" in capfd.readouterr().err
    assert "has no end; the process was killed or the disk is full" in result.stderr
    assert (folder / "new.jsonl").read_text().count('"step"') > 1


@pytest.mark.parametrize("place", ["train.py", "/dev/full"])
def test_a_trace_replaces_nothing_but_a_trace(place: str, folder: Path) -> None:
    before = prepare(folder, "train.py")
    result = run("trace", "-o", place, "--", sys.executable, "train.py")

    assert result.exit_code == 2
    assert f"cannot write {place}: it is " in result.stderr
    assert Path("/dev/full").is_char_device()
    assert contents(folder) == before


def test_a_command_that_is_not_there_leaves_an_earlier_trace(folder: Path) -> None:
    before = prepare(folder, "train.py")
    result = run("trace", "-o", "a.jsonl", "--", "./nowhere", "train.py")

    assert result.exit_code == 2
    assert "cannot run ./nowhere: there is no such program." in result.stderr
    assert contents(folder) == before
