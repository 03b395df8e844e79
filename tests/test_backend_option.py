"""`--backend` and `xfail_backend`: nothing that was asked for is left out in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_TAKES_XP = "def test_it(xp):\n    assert xp.name == 'torch'\n"


def _pytest(tmp_path: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_inner.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", "/dev/null"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *options, str(tmp_path)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unknown_framework_is_a_usage_error(tmp_path: Path) -> None:
    done = _pytest(tmp_path, _TAKES_XP, "--backend", "jax")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--backend takes torch, paddle, oneflow, got 'jax'" in done.stderr


def test_a_framework_that_does_not_import_is_a_usage_error(tmp_path: Path) -> None:
    # Found before an installed one, for PYTHONPATH names this folder.
    (tmp_path / "oneflow.py").write_text("raise ImportError('broken on purpose')\n")
    done = _pytest(tmp_path, _TAKES_XP, "--backend", "oneflow")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--backend oneflow: it does not import: broken on purpose" in done.stderr


def test_the_count_per_framework_is_printed(tmp_path: Path) -> None:
    done = _pytest(tmp_path, _TAKES_XP, "--backend", "torch")

    assert done.returncode == pytest.ExitCode.OK
    assert "tests per framework: 1 on torch" in done.stdout


def test_no_test_for_a_framework_asked_for_is_a_failure(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "def test_it():\n    pass\n", "--backend", "torch")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "tests per framework: 0 on torch" in done.stdout


def test_backend_only_leaves_out_what_takes_no_framework(tmp_path: Path) -> None:
    code = _TAKES_XP + "def test_other():\n    raise AssertionError\n"
    done = _pytest(tmp_path, code, "--backend", "torch", "--backend-only")

    assert done.returncode == pytest.ExitCode.OK
    assert "1 passed, 1 deselected" in done.stdout


@pytest.mark.parametrize(
    ("body", "code"),
    [("assert False", pytest.ExitCode.OK), ("assert True", pytest.ExitCode.TESTS_FAILED)],
)
def test_a_known_gap_must_fail(tmp_path: Path, body: str, code: int) -> None:
    marker = "@pytest.mark.xfail_backend('torch', reason='a gap')"
    done = _pytest(
        tmp_path, f"import pytest\n{marker}\ndef test_it(xp):\n    {body}\n", "--backend", "torch"
    )

    assert done.returncode == code


@pytest.mark.parametrize("arguments", ["'torch'", "'jax', reason='a gap'", "reason='a gap'"])
def test_a_malformed_gap_is_an_error(tmp_path: Path, arguments: str) -> None:
    code = f"import pytest\n@pytest.mark.xfail_backend({arguments})\n{_TAKES_XP}"
    done = _pytest(tmp_path, code, "--backend", "torch")

    assert done.returncode != pytest.ExitCode.OK
    assert "xfail_backend takes a framework's name and a reason" in done.stdout + done.stderr
