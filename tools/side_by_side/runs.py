"""The training runs of the demo: which scripts, with which arguments, in which environment."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from environments import ROOT
from side_by_side.logs import Step, read_log
from side_by_side.state import nudge, read_state, write_state

if TYPE_CHECKING:
    from collections.abc import Iterator

VENV = Path(os.environ.get("VENV") or ROOT / ".venv").absolute()
PYTHON = {
    "torch": VENV / "modern/bin/python",
    "paddle": VENV / "modern/bin/python",
    "oneflow": VENV / "oneflow/bin/python",
}

# What would show in the last bits of a loss and is no matter of the port: the order of a sum over
# threads, and the log-softmax that OneFlow takes from oneDNN, which is off by 4e-6.
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    "ONEFLOW_ENABLE_ONEDNN_OPTS": "0",
    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tools'}",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One training: a script and the arguments of each of its legs, one process after another.

    `{out}` in an argument is a name of the run's own, for what the script writes.
    """

    script: str
    title: str
    legs: tuple[tuple[str, ...], ...] = ((),)
    has_log_scale: bool = False

    @property
    def slug(self) -> str:
        """The title as a file name."""
        return self.title.replace(" ", "_").replace("-", "_")


RUNS = (
    Run("yolo_style.py", "yolo_style"),
    Run(
        "yolo_style.py",
        "yolo_style resumed",
        (
            ("--linear-lr", "--stop-after", "5", "--save", "{out}.ckpt"),
            ("--linear-lr", "--resume", "{out}.ckpt"),
        ),
    ),
    Run("warmboot.py", "warmboot"),
    Run("one_cycle.py", "one_cycle", (("--plot", "{out}.png"),)),
    Run("one_cycle.py", "one_cycle 3-phase", (("--three-phase",),)),
    Run("range_test.py", "range_test", has_log_scale=True),
    Run("finetune_groups.py", "finetune_groups", (("--save", "{out}.ckpt"),), has_log_scale=True),
    Run("finetune_groups.py", "finetune plateau", (("--plateau",),), has_log_scale=True),
)


@dataclass(frozen=True, slots=True)
class Trained:
    """The log of a finished run and what it took."""

    steps: list[Step]
    seconds: float


class RunFailedError(RuntimeError):
    """A script ended with an error; the message holds the end of what it printed."""


def train_original(run: Run, scripts: Path, out: Path) -> Trained:
    """Train on torch, keeping the initial state for the others."""
    return _train(run, "torch", scripts, out / "torch", ("--save-state", f"{out}/state.npz"))


def train_port(run: Run, framework: str, scripts: Path, out: Path) -> Trained:
    """Train a port from the original's initial state."""
    return _train(run, framework, scripts, out / framework, ("--load-state", f"{out}/state.npz"))


def train_nudged(run: Run, scripts: Path, out: Path) -> Trained:
    """Train the original once more, every weight one unit in the last place higher."""
    write_state(out / "nudged.npz", nudge(read_state(out / "state.npz")))
    state_option = ("--load-state", f"{out}/nudged.npz")
    return _train(run, "torch", scripts, out / "nudged", state_option)


def _train(
    run: Run, framework: str, scripts: Path, stem: Path, carrying: tuple[str, str]
) -> Trained:
    stem.parent.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    steps = [
        step
        for log in _legs(run, framework, scripts / run.script, stem, carrying)
        for step in read_log(log)
    ]
    return Trained(steps, time.perf_counter() - began)


def _legs(
    run: Run, framework: str, script: Path, stem: Path, carrying: tuple[str, str]
) -> Iterator[Path]:
    for number, arguments in enumerate(run.legs, 1):
        log = Path(f"{stem}.{number}.jsonl")
        command = [PYTHON[framework], "-m", "side_by_side.run_script", framework]
        # A later leg goes on from the checkpoint of the first.
        command += [*carrying] if number == 1 else []
        command += [script, "--log", log, *(argument.format(out=stem) for argument in arguments)]
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | ENVIRONMENT,
        )
        Path(f"{stem}.{number}.out").write_text(done.stdout + done.stderr)
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
            raise RunFailedError(f"{script} failed on {framework}:\n{tail}")
        yield log
