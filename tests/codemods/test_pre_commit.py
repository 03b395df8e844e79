"""The hook of pre-commit, as its users have it: installed from this repository, with what it needs.

pre-commit makes an environment for it and asks the package index for libcst and the rest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

from tests.codemods.test_action import ROOT, git

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES: Final = ("bridge", "codemods")
FILES: Final = (".pre-commit-hooks.yaml", "LICENSE", "MANIFEST.in", "README.md", "pyproject.toml")
SECONDS: Final = 300
TORCH: Final = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
PADDLE: Final = (
    "import paddle\nopt = paddle.optimizer.SGD(parameters=model.parameters(), learning_rate=0.1)\n"
)


def committed(folder: Path) -> str:
    """Make a repository of a folder, and return its revision."""
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return git(folder, "rev-parse", "HEAD").strip()


def copied(to: Path) -> Path:
    """Copy what a user's pre-commit clones: the repository, as it is now."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, to / name)
    return to


def run_hooks(repository: Path, home: Path) -> subprocess.CompletedProcess[str]:
    # Without PYTHONPATH: the hook has to find what was installed for it, not this checkout.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"],
        cwd=repository,
        env=environment | {"PRE_COMMIT_HOME": str(home), "PIP_RETRIES": "2"},
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if "An unexpected error has occurred" in done.stdout:
        pytest.fail(
            "pre-commit could not install the hook. It needs the package index; PIP_INDEX_URL "
            f"names another one.\n{done.stdout[-3000:]}"
        )
    return done


def test_pre_commit_installs_and_runs_the_hook(tmp_path: Path) -> None:
    (hooks := tmp_path / "optbridge").mkdir()
    revision = committed(copied(hooks))
    (repository := tmp_path / "repository").mkdir()
    script = repository / "with space.py"
    script.write_text(TORCH)
    (repository / "stub.pyi").write_text(TORCH)
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": "optbridge-port"}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    committed(repository)

    before = run_hooks(repository, tmp_path / "home")
    script.write_text(PADDLE)
    git(repository, "add", ".")
    after = run_hooks(repository, tmp_path / "home")

    assert before.returncode == 1, before.stdout + before.stderr
    assert "with space.py:2:7 PD101 native" in before.stdout
    assert "1 file: 1 site, 1 native" in before.stdout
    assert after.returncode == 0, after.stdout + after.stderr
    assert "Passed" in after.stdout
