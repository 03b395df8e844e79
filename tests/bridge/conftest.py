"""What the tests of bridge share."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bare_python(tmp_path: Path) -> str:
    """Return the interpreter of a new environment in which nothing is installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    return str(tmp_path / "bare" / "bin" / "python")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a checkpoint may be saved."""
    return tmp_path / "run.safetensors"
