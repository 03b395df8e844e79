"""`optbridge verify`: whole scripts, on the real frameworks, and bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bridge.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.frameworks import Framework

MODEL = """
import torch
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(16, 4)
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x):
        x = self.drop(torch.relu(self.norm(self.conv(x))))
        return self.fc(torch.flatten(x, 1)) * self.scale
"""
# As people write it: no seed, a module and a file beside the script; and weights that it goes back
# to at each epoch, which it copied before any model was called.
SCRIPT = """
import os
import sys

import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset
from net import Net

with open(os.path.join(os.path.dirname(__file__), "classes.txt")) as f:
    classes = int(f.read())
images = torch.randn(24, 1, 4, 4)
labels = torch.argmax(images.mean(dim=3)[:, 0, :classes], dim=1)
loader = DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True)
start = {name: value.clone() for name, value in Net().state_dict().items()}
model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
for epoch in range(int(sys.argv[1])):
    model.load_state_dict(start)
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    scheduler.step()
"""
REFUSED = "import torch\nfrom torch.nn import Linear\nprint(torch.fft.fft(torch.ones(3)))\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/train.py").write_text(SCRIPT)
    (tmp_path / "project/net.py").write_text(MODEL)
    (tmp_path / "project/classes.txt").write_text("4")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments])


@pytest.mark.only_backend("paddle", "oneflow")
def test_a_script_with_dropout_shuffling_and_random_input_is_proven_equal(
    xp: Framework, folder: Path
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = run("project/train.py", "--to", xp.name, "--report", "report.md", "--", "2")
    report = (folder / "report.md").read_text()

    assert done.exit_code == 0, done.output
    assert "The port trains as the original does." in done.stdout
    assert "one random tensor, 6 dropout masks, the orders of 2 shuffled epochs" in report
    assert "| lr[0] | 6 | 1e-12 | 0 |" in report
    assert "![The original and the port, step by step](report.png)" in report
    assert (folder / "report.png").read_bytes().startswith(b"\x89PNG")
    assert {path: path.read_bytes() for path in before} == before


def test_a_port_of_ones_own_on_bridge_is_held_against_the_original_as_json(folder: Path) -> None:
    port = SCRIPT.replace("import torch.optim as optim", "from bridge import optim")
    (folder / "project/own.py").write_text(port.replace("gamma=0.5", "gamma=0.4"))
    options = ("--to", "bridge", "--port", "project/own.py", "--ignore", "loss", "--steps", "5")
    done = run("project/train.py", *options, "--json", "--keep", "kept", "--", "100")
    found = json.loads(done.stdout)

    assert done.exit_code == 1, done.output
    assert found["verdict"] == "The port trains differently"
    assert [row["quantity"] for row in found["quantities"] if row["first"]] == ["lr"]
    assert [found["quantities"][0]["first"]["step"], found["quantities"][0]["steps"]] == [4, 5]
    assert {path.name for path in (folder / "kept").iterdir()} > {"tape", "port-torch.jsonl"}


def test_what_is_not_ported_whole_is_not_run_and_ends_with_3(folder: Path) -> None:
    (folder / "odd.py").write_text(REFUSED)
    done = run("odd.py", "--to", "paddle")

    assert done.exit_code == 3
    assert "odd.py was not ported, and nothing was run." in done.stderr
    assert "odd.py:3:7" in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--report", "no/report.md"], "cannot write no/report.md: there is no folder"),
        (["--keep", "project"], "--keep needs a new folder, and project is there"),
        (["--ignore", "losses"], "--ignore takes lr, momentum"),
        (["--python-torch", "no-such-python"], "no interpreter no-such-python.\nHint: name a"),
        (["--python-torch", "bare"], "bare cannot import torch: not installed"),
        (["--tolerance", "loss=-1"], "'-1' is no number from 0 on"),
        (["--time-limit", "0"], "0.0 is not in the range x>0"),
    ],
)
def test_bad_input_is_said_before_anything_runs(
    folder: Path, options: list[str], message: str
) -> None:
    # an interpreter that has nothing but the standard library
    bare = folder / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    bare.chmod(0o755)
    options = [str(bare) if option == "bare" else option for option in options]
    done = run("project/train.py", "--to", "paddle", *options, "--", "1")

    assert done.exit_code == 2
    assert message in done.stderr
    assert not (folder / "report.md").exists()


def test_an_interrupt_ends_the_run_and_leaves_nothing(folder: Path) -> None:
    endless = "print(os.getpid(), flush=True)\nimport time\ntime.sleep(600)\n"
    (folder / "project/endless.py").write_text(SCRIPT + endless)
    temporary = folder / "tmp"
    temporary.mkdir()
    command = ["verify", "project/endless.py", "--to", "bridge", "--report", "report.md", "--", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", *command],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (printed := _printed_by_the_original(temporary)):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()

    assert process.returncode == 130
    assert "Traceback" not in said
    assert list(temporary.glob("optbridge*")) == []
    assert not (folder / "report.md").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(printed), 0)


def _printed_by_the_original(temporary: Path) -> str:
    return "".join(path.read_text() for path in temporary.glob("*/original-torch.out"))
