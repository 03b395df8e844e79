"""The training runs of the demo: which scripts, with which arguments, in which environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.verifying.running import Job
from environments import ROOT

if TYPE_CHECKING:
    from bridge.verifying.running import Role

VENV = Path(os.environ.get("VENV") or ROOT / ".venv").absolute()
PYTHON = {
    "torch": VENV / "modern/bin/python",
    "paddle": VENV / "modern/bin/python",
    "oneflow": VENV / "oneflow/bin/python",
}

# What would show in the last bits of a loss and is no matter of the port: the order of a sum over
# threads.
ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Run:
    """One training: a script and its arguments.

    `{out}` in an argument is a name of the run's own, for what the script writes. A run that goes
    on from the checkpoint of another one names it in `resumes`.
    """

    script: str
    title: str
    arguments: tuple[str, ...] = ()
    resumes: str = ""
    has_log_scale: bool = False

    @property
    def slug(self) -> str:
        """The title as a file name."""
        return self.title.replace(" ", "_").replace("-", "_")


STOPPED = "yolo_style stopped"
RUNS = (
    Run("yolo_style.py", "yolo_style"),
    Run("yolo_style.py", STOPPED, ("--linear-lr", "--stop-after", "5", "--save", "{out}.ckpt")),
    Run("yolo_style.py", "yolo_style resumed", ("--linear-lr", "--resume", "{out}.ckpt"), STOPPED),
    Run("warmboot.py", "warmboot"),
    Run("one_cycle.py", "one_cycle", ("--plot", "{out}.png")),
    Run("one_cycle.py", "one_cycle 3-phase", ("--three-phase",)),
    Run("range_test.py", "range_test", has_log_scale=True),
    Run("finetune_groups.py", "finetune_groups", ("--save", "{out}.ckpt"), has_log_scale=True),
    Run("finetune_groups.py", "finetune plateau", ("--plateau",), has_log_scale=True),
)


def job(run: Run, role: Role, framework: str, scripts: Path, out: Path) -> Job:
    """Return what to start.

    Args:
        run: which training.
        role: of this one among the trainings of the run.
        framework: on which.
        scripts: the folder with the script, or with its port.
        out: the folder for what the script writes.
    """
    own = out / f"{role}-{framework}"
    arguments = (argument.format(out=own) for argument in run.arguments)
    command = [str(PYTHON[framework]), str(scripts / run.script), *arguments]
    return Job(role, framework, command, ENVIRONMENT)
