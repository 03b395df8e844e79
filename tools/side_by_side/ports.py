"""Port the example scripts by the command line, the way a user does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments import ROOT
from side_by_side.sources import lost_comments, verdict

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "examples"


@dataclass(frozen=True, slots=True)
class Ported:
    """The examples on one target: where they are, and `native` or `bridge` for each script."""

    target: str
    folder: Path
    verdicts: dict[str, str]


class PortError(RuntimeError):
    """The codemod left something of an example, or lost a comment."""


def show_port(script: str, target: str) -> tuple[str, str]:
    """Return the diff and the report that a dry run prints."""
    done = _port((EXAMPLES / script).relative_to(ROOT), target)
    return done.stdout, done.stderr


def port_examples(target: str, out: Path) -> Ported:
    """Port a copy of every example in place."""
    folder = out / target
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for script in sorted(EXAMPLES.glob("*.py")):
        shutil.copy(script, folder)
    _port(folder, target, "--write")
    return Ported(target, folder, {path.name: _verdict(path) for path in folder.glob("*.py")})


def _port(path: Path, target: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge", "port", str(path), "--to", target, *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise PortError(f"optbridge port --to {target} failed:\n{done.stdout}{done.stderr}")
    return done


def _verdict(path: Path) -> str:
    port = path.read_text()
    if lost := lost_comments((EXAMPLES / path.name).read_text(), port):
        raise PortError(f"{path} lost comments of the original: {'; '.join(lost)}")
    return verdict(port)
