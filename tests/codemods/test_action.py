"""The GitHub Action and its example workflow, run here as far as they can be.

Runners add tools of GitHub (setup-python, checkout, gh); all else is the shell of `run:` steps.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / "docs" / "workflows" / "port.yml"

NATIVE = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
LEFT = "import torch\ntorch.frobnicate()\n"
# What `gh` is asked for; there is no GitHub here.
GH = '#!/bin/sh\nprintf "%s\\n" "$@" >> "$GH_LOG"\n'


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    command = ["git", *identity, *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "with space.py").write_text(NATIVE)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (tools / "optbridge").write_text(f'#!/bin/sh\nexec {sys.executable} -m bridge "$@"\n')
    (tools / "optbridge").chmod(0o755)
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return {
        **os.environ,
        **files,
        "GH_LOG": str(tmp_path / "gh.log"),
        "PATH": os.pathsep.join((str(tools), os.environ["PATH"])),
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path),
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with `${{ expressions }}` as the runner puts them in."""
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text)


def run_step(
    step: Mapping[str, Any], values: Mapping[str, str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    given = {name: filled(text, values) for name, text in step.get("env", {}).items()}
    # as the runner calls it for `shell: bash`
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(
        command, cwd=folder, env=environment | given, check=False, capture_output=True, text=True
    )


def run_action(
    folder: Path, environment: dict[str, str], **inputs: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    action = yaml.safe_load(ACTION.read_text())
    defaults = {name: said.get("default") for name, said in action["inputs"].items()}
    values = {f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()}
    (step,) = (s for s in action["runs"]["steps"] if s.get("id") == "port")
    done = run_step(step, values, folder, environment)
    output = Path(environment["GITHUB_OUTPUT"])
    lines = output.read_text().splitlines() if output.exists() else []
    return done, dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", ACTION), ("vendor.github-workflows", WORKFLOW)]
)
def test_the_files_are_what_github_reads(schema: str, file: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_the_workflow_gives_and_takes_what_the_action_does() -> None:
    action = yaml.safe_load(ACTION.read_text())
    (step,) = (
        s
        for s in yaml.safe_load(WORKFLOW.read_text())["jobs"]["port"]["steps"]
        if s.get("id") == "port"
    )
    taken = re.findall(r"steps\.port\.outputs\.([\w-]+)", WORKFLOW.read_text())

    assert step["with"].keys() <= action["inputs"].keys()
    assert set(taken) <= action["outputs"].keys()


@pytest.mark.parametrize(
    ("text", "mode", "code", "changed"),
    [
        (NATIVE, "check", 1, "false"),
        (NATIVE, "write", 0, "true"),
        (LEFT, "check", 3, "false"),
        (LEFT, "write", 0, "true"),
        ("import torch\nx = (\n", "write", 2, "true"),
    ],
)
def test_the_action_s_modes(
    repository: Path, environment: dict[str, str], text: str, mode: str, code: int, changed: str
) -> None:
    (repository / "other.py").write_text(text)
    done, outputs = run_action(repository, environment, to="paddle", mode=mode)
    summary = Path(environment["GITHUB_STEP_SUMMARY"]).read_text()

    assert done.returncode == code, done.stderr
    assert outputs["changed"] == changed
    assert ("paddle" in (repository / "with space.py").read_text()) is (mode == "write")
    assert summary.startswith("## Port by optbridge\n")
    assert summary == Path(outputs["report"]).read_text()
    assert "::notice file=with space.py,line=2," in done.stdout
    assert '"version": "2.1.0"' in Path(outputs["sarif"]).read_text()


def test_the_action_s_inputs_are_data(repository: Path, environment: dict[str, str]) -> None:
    evil = '$(touch was_run)\n";touch was_run;"'
    run_action(repository, environment, to="paddle", paths=evil, options=evil)
    mode, _ = run_action(repository, environment, to="paddle", mode=evil)
    run_action(repository, environment, to=evil)

    assert not (repository / "was_run").exists()
    assert "mode must be check or write" in mode.stdout


def test_the_action_takes_paths_and_options_by_line(
    repository: Path, environment: dict[str, str]
) -> None:
    (repository / "b.py").write_text(NATIVE)
    options = "--style=bridge\n--verbose\n"
    run_action(
        repository, environment, to="paddle", mode="write", paths="with space.py", options=options
    )

    assert "bridge.optim" in (repository / "with space.py").read_text()
    assert (repository / "b.py").read_text() == NATIVE


def test_the_workflow_opens_a_pull_request(
    repository: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    _, outputs = run_action(repository, environment, to="paddle", mode="write")
    steps = yaml.safe_load(WORKFLOW.read_text())["jobs"]["port"]["steps"]
    (step,) = (s for s in steps if "run" in s)
    values = {"inputs.to": "paddle", "github.token": "x"}
    values |= {f"steps.port.outputs.{name}": value for name, value in outputs.items()}
    done = run_step(step, values, repository, environment)
    pushed = git(tmp_path / "remote.git", "show", "optbridge/paddle:with space.py")

    assert done.returncode == 0, done.stderr
    assert "paddle.optimizer.SGD" in pushed
    assert Path(environment["GH_LOG"]).read_text().split("\n")[:4] == [
        *("pr", "create", "--head", "optbridge/paddle")
    ]
