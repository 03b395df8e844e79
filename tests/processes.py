"""Processes that others started: whether they still run."""

from __future__ import annotations

import time
from pathlib import Path

PATIENCE = 30.0  # seconds


def have_ended(*pids: int) -> bool:
    """Wait until none of the processes runs; one that is dead, but not waited for, does not."""
    end = time.monotonic() + PATIENCE
    while any(map(_runs, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(_runs, pids))


def _runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
