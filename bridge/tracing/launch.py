"""Run a command, every Python process of which writes a trace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import TraceError
from bridge.tracing._file import check_replaceable, family
from bridge.tracing._process import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INJECTED: Final = Path(__file__).parent / "injected"
_BY_SIGNAL: Final = 128  # what shells add to a signal's number


def run_traced(
    command: Sequence[str], path: Path, *, grad_norm: bool = False, checksum: bool = False
) -> int:
    """Run `command` with its output as it is; return its exit code.

    The first process that steps an optimizer writes `path`; a launcher's others write beside it,
    as `a.rank1.jsonl`. What an earlier trace left there is removed.
    """
    if shutil.which(command[0]) is None:
        raise _not_run(command, "there is no such program")  # before an earlier trace is removed
    _make_room(path)
    environment = tracing(os.environ, path, grad_norm=grad_norm, checksum=checksum)
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
    except OSError as error:
        raise _not_run(command, error.strerror) from error
    code = _wait(process)
    return code if code >= 0 else _BY_SIGNAL - code


def _not_run(command: Sequence[str], reason: str | None) -> TraceError:
    hint = "a script is run by its interpreter: -- python train.py"
    return TraceError(f"cannot run {command[0]}: {reason}.\nHint: {hint}")


def tracing(environment: Mapping[str, str], path: Path, **options: Any) -> dict[str, str]:
    """Return an environment in which every Python process writes a trace.

    Args:
        environment: what else the processes find there.
        path: the trace of the first process.
        options: what to record beside hyperparameters and losses.
    """
    search = os.pathsep.join(filter(None, (str(_INJECTED), environment.get("PYTHONPATH"))))
    told = json.dumps({"path": str(path.absolute()), **options})
    return {**environment, VARIABLE: told, "PYTHONPATH": search}


def _make_room(path: Path) -> None:
    try:
        check_replaceable(path)
        # Also proves, before an hour of training, that it can be written.
        with path.open("ab"):
            pass
        for earlier in family(path):
            earlier.unlink()
    except OSError as error:
        raise TraceError(f"cannot write {path}: {error.strerror}; nothing was run.") from error


def _wait(process: subprocess.Popen[bytes]) -> int:
    # Ctrl-C reaches the script too, which ends as it would without us.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
