"""`optbridge trace`: whole scripts, unchanged, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge.tracing.reading import read_trace

if TYPE_CHECKING:
    from tests.frameworks import Framework

NATIVE = {
    "torch": "fw.optim.AdamW([{'params': [w]}, {'params': [v], 'lr': 0.05}], lr=0.1)",
    "oneflow": (
        "fw.optim.AdamW([{'params': [w]}, {'params': [v], 'lr': 0.05}], lr=0.1, weight_decay=0.01)"
    ),
    "paddle": (
        "fw.optimizer.AdamW(0.1, parameters="
        "[{'params': [w]}, {'params': [v], 'learning_rate': 0.5}], weight_decay=0.01)"
    ),
}
OURS = "optim.AdamW([{'params': [w]}, {'params': [v], 'lr': 0.05}], lr=0.1)"
PARAM = {
    "torch": "lambda: fw.nn.Parameter(fw.ones(2))",
    "oneflow": "lambda: fw.nn.Parameter(fw.ones(2))",
    "paddle": (
        "lambda: fw.create_parameter([2], 'float32',"
        " default_initializer=fw.nn.initializer.Constant(1.0))"
    ),
}
SCRIPT = """
import sys
import {name} as fw
from bridge import optim
param = {param}
w, v = param(), param()
optimizer = {optimizer}
for _ in range({steps}):
    ((w * w).sum() + v.sum()).backward()
    optimizer.step()
{then}
"""


def script(name: str, optimizer: str, steps: int = 3, then: str = "") -> str:
    return SCRIPT.format(name=name, param=PARAM[name], optimizer=optimizer, steps=steps, then=then)


def traced(
    tmp_path: Path, code: str, *options: str, output: str = "a.jsonl"
) -> subprocess.CompletedProcess[str]:
    (tmp_path / "train.py").write_text(code)
    return run(tmp_path, [sys.executable, "train.py"], *options, output=output)


def run(
    tmp_path: Path, command: list[str], *options: str, output: str = "a.jsonl"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bridge", "trace", "-o", output, *options, "--", *command],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("way", ["native", "bridge"])
def test_a_script_is_recorded_without_a_change(xp: Framework, tmp_path: Path, way: str) -> None:
    optimizer = OURS if way == "bridge" else NATIVE[xp.name]
    done = traced(tmp_path, script(xp.name, optimizer, then="print(len(sys.path[0]) > 0)"))
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert (done.returncode, done.stdout) == (0, "True\n")
    assert (found.framework, found.groups, found.steps) == (xp.name, 2, 3)
    assert found.series["lr", 0] == {1: 0.1, 2: 0.1, 3: 0.1}
    assert found.series["lr", 1] == {1: 0.05, 2: 0.05, 3: 0.05}
    assert found.series["weight_decay", 1] == {1: 0.01, 2: 0.01, 3: 0.01}
    assert found.series["loss", None][1] == 4.0
    assert "a.jsonl: 3 steps of " in done.stderr


SUBCLASS = """
import {name} as fw
Base = {base}
class Mine(Base):
    def step(self, *args):
        return super().step(*args)
param = {param}
w, v = param(), param()
for optimizer in (Mine(**{kwargs}), Base(**{kwargs})):
    w.sum().backward()
    optimizer.step()
    optimizer.step()
"""


def test_several_optimizers_are_told_apart_and_a_subclass_steps_once(
    xp: Framework, tmp_path: Path
) -> None:
    is_paddle = xp.name == "paddle"
    base = "fw.optimizer.SGD" if is_paddle else "fw.optim.SGD"
    kwargs = (
        "{'learning_rate': 0.1, 'parameters': [w]}" if is_paddle else "{'params': [w], 'lr': 0.1}"
    )
    code = SUBCLASS.format(name=xp.name, base=base, param=PARAM[xp.name], kwargs=kwargs)
    done = traced(tmp_path, code)
    found = read_trace(tmp_path / "a.jsonl").optimizers

    assert done.returncode == 0, done.stderr
    assert [each.steps for each in found] == [2, 2]
    assert found[0].name.endswith("Mine")


def test_a_script_that_crashes_is_an_error_and_keeps_its_trace(tmp_path: Path) -> None:
    done = traced(tmp_path, script("torch", OURS, then="raise SystemError('half-way')"))
    found = read_trace(tmp_path / "a.jsonl")

    assert done.returncode == 2
    assert found.optimizers[0].steps == 3
    assert found.error == "SystemError: half-way"
    assert "the command ended with exit code 1" in done.stderr


def test_a_script_that_is_killed_leaves_every_step_before(tmp_path: Path) -> None:
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    done = traced(tmp_path, script("torch", OURS, then=kill))
    found = read_trace(tmp_path / "a.jsonl")

    assert done.returncode == 2
    assert "the command ended with exit code 137" in done.stderr
    assert found.optimizers[0].steps == 3
    assert not found.is_ended


def test_a_full_disk_ends_the_trace_and_not_the_training(tmp_path: Path) -> None:
    limit = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))\n"
    )
    done = traced(tmp_path, limit + script("torch", OURS, steps=20, then="print('trained')"))
    found = read_trace(tmp_path / "a.jsonl")

    assert done.stdout == "trained\n"
    assert done.returncode == 2
    assert done.stderr.count("training goes on without a trace") == 1
    assert found.is_truncated
    assert 0 < found.optimizers[0].steps < 20


def test_the_processes_of_a_launcher_write_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(script("torch", OURS))
    launcher = (
        "import os, subprocess, sys\n"
        "for rank in ('0', '1'):\n"
        "    env = {**os.environ, 'RANK': rank}\n"
        "    subprocess.run([sys.executable, 'train.py'], env=env, check=True)\n"
    )
    (tmp_path / "a.rank7.jsonl").write_text('{"optbridge_trace":1}\n')
    (tmp_path / "a.rank8.jsonl").write_text("not a trace\n")
    done = run(tmp_path, [sys.executable, "-c", launcher])

    assert done.returncode == 0, done.stderr
    assert read_trace(tmp_path / "a.jsonl").optimizers[0].steps == 3
    assert read_trace(tmp_path / "a.rank1.jsonl").optimizers[0].steps == 3
    assert not (tmp_path / "a.rank7.jsonl").exists()
    assert (tmp_path / "a.rank8.jsonl").read_text() == "not a trace\n"


def test_a_hidden_sitecustomize_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.was_customized = True\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = traced(tmp_path, script("torch", OURS, then="print(sys.was_customized)"))

    assert (done.returncode, done.stdout) == (0, "True\n")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ([sys.executable, "-c", "pass"], "no step of an optimizer was seen"),
        (["no-such-program"], "cannot run no-such-program: there is no such program"),
    ],
)
def test_nothing_to_record_is_an_error(tmp_path: Path, command: list[str], message: str) -> None:
    done = run(tmp_path, command)

    assert done.returncode == 2
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_anything_runs(tmp_path: Path) -> None:
    done = run(tmp_path, [sys.executable, "-c", "print('ran')"], output="missing/a.jsonl")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "cannot write missing/a.jsonl: No such file or directory; nothing was run" in done.stderr


def test_the_header_says_what_was_run(tmp_path: Path) -> None:
    traced(tmp_path, script("torch", OURS))
    header = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])

    assert header["optbridge_trace"] == 1
    assert [Path(word).name for word in header["command"]] == ["train.py"]


OWN = """
import {name} as fw
class Own(fw.{module}.Optimizer):
    def __init__(self, params):
        super().__init__({arguments})
    def step(self):
        pass
w = ({param})()
optimizer = Own([w])
w.sum().backward()
optimizer.step()
"""


@pytest.mark.only_backend("paddle", "oneflow")
def test_of_a_class_that_nobody_knows_the_lr_is_recorded(xp: Framework, tmp_path: Path) -> None:
    module, arguments = {
        "paddle": ("optimizer", "0.3, parameters=params"),
        "oneflow": ("optim", "params, {'lr': 0.3}"),
    }[xp.name]
    code = OWN.format(name=xp.name, module=module, arguments=arguments, param=PARAM[xp.name])
    done = traced(tmp_path, code)
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert done.returncode == 0, done.stderr
    assert found.name == "__main__.Own"
    assert found.series == {("lr", 0): {1: 0.3}, ("loss", None): {1: 2.0}}


@pytest.mark.only_backend("paddle")
def test_minimize_is_a_step_and_a_schedule_of_paddle_is_read(xp: Framework, tmp_path: Path) -> None:
    code = (
        f"import paddle as fw\nw = ({PARAM[xp.name]})()\n"
        "schedule = fw.optimizer.lr.StepDecay(0.1, 1, 0.5)\n"
        "optimizer = fw.optimizer.Adam(schedule, parameters=[w])\n"
        "for _ in range(2):\n"
        "    loss = w.sum()\n    loss.backward()\n"
        "    optimizer.minimize(loss)\n    schedule.step()\n"
    )
    traced(tmp_path, code)
    (found,) = read_trace(tmp_path / "a.jsonl").optimizers

    assert found.series["lr", 0] == {1: 0.1, 2: 0.05}


def test_an_interrupt_ends_the_script_and_keeps_the_trace(tmp_path: Path) -> None:
    interrupt = "import os, signal; os.killpg(0, signal.SIGINT)"
    (tmp_path / "train.py").write_text(script("torch", OURS, then=interrupt))
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "trace", "-o", "a.jsonl", sys.executable, "train.py"],
        cwd=tmp_path,
        start_new_session=True,
        # A run in the background ignores interrupts, and would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        capture_output=True,
        text=True,
        check=False,
    )
    found = read_trace(tmp_path / "a.jsonl")

    assert done.returncode == 130
    assert (found.optimizers[0].steps, found.is_ended) == (3, True)
    assert done.stderr.count("Traceback") == 1  # the script's own
