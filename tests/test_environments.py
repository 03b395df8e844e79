"""The set-up behind `make`: what it would install, what it finds, how it fails. No download."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import environments
from downloads import SIZES, announce, missing
from environments import BACKENDS, GOALS, PYTHONS, ROOT, Environment, SetUpError, needed
from interpreters import NotFoundError, find
from run_tests import runs

HERE = (sys.version_info.major, sys.version_info.minor)
SCRIPT = ROOT / "tools" / "environments.py"


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Return a made environment, with pip left out, that should hold the linters."""
    folder = tmp_path / "modern"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return Environment("modern", folder, ["lint"])


def stamp(environment: Environment, fingerprint: str) -> None:
    text = f'{{"fingerprint": "{fingerprint}", "extras": ["lint", "test"]}}'
    (environment.folder / environments.STAMP).write_text(text)


def test_oneflow_has_an_environment_only_where_it_is_asked_for() -> None:
    assert [e.name for e in needed("test", BACKENDS, Path("v"))] == ["modern", "oneflow"]
    assert [e.name for e in needed("test", ["torch", "paddle"], Path("v"))] == ["modern"]
    assert [e.name for e in needed("lint", BACKENDS, Path("v"))] == ["modern"]


def test_torch_is_there_as_the_reference_whatever_is_asked_for() -> None:
    (modern,) = needed("test", ["paddle"], Path("v"))

    assert modern.extras == ["test", "ecosystem", "torch", "paddle"]


def test_the_demo_puts_no_torch_beside_oneflow() -> None:
    modern, oneflow = needed("demo", ["oneflow"], Path("v"))

    assert modern.extras == ["plot", "torch"]
    assert oneflow.extras == ["plot", "oneflow"]


@pytest.mark.parametrize("backends", [["jax"], ["torch", "paddel"], [""]])
def test_an_unknown_framework_is_refused_by_name(backends: list[str]) -> None:
    with pytest.raises(SetUpError, match=f"torch,paddle,oneflow, got '{','.join(backends)}'"):
        needed("test", backends, Path("v"))


def test_every_extra_that_a_target_installs_is_in_pyproject_and_has_a_size() -> None:
    extras = {e for goal in GOALS.values() for names in goal.values() for e in names}
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert [extra for extra in extras if f"\n{extra} = [" not in pyproject] == []
    assert extras == set(SIZES)


def test_every_target_of_the_makefile_has_its_set_up() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert [goal for goal in GOALS if f"$(SETUP) {goal}" not in makefile] == []


def test_only_what_is_missing_is_announced_with_its_size(environment: Environment) -> None:
    site_packages = next(environment.folder.glob("lib/python3*/site-packages"))
    (site_packages / "torch-2.13.0+cpu.dist-info").mkdir()
    big = missing(environment.folder, ["oneflow", "torch"])

    assert big == ["oneflow"]
    assert "downloading up to 2130 MB:\n  oneflow   2130 MB" in announce(environment.folder, big)
    assert "nothing big to download" in announce(environment.folder, [])


def test_an_environment_that_is_complete_is_left_alone(environment: Environment) -> None:
    stamp(environment, environments.fingerprint())
    before = sorted(environment.folder.rglob("*"))

    # without pip, anything but nothing would fail
    environments.set_up([environment])

    assert sorted(environment.folder.rglob("*")) == before


def test_changed_requirements_are_noticed(environment: Environment) -> None:
    stamp(environment, "that of last week")

    assert environments.stamped(environment) == set()


def test_an_environment_without_its_interpreter_is_not_complete(environment: Environment) -> None:
    stamp(environment, environments.fingerprint())
    environment.python.unlink()

    assert environments.stamped(environment) == set()


def test_a_half_made_environment_is_made_again(environment: Environment) -> None:
    assert environments.stamped(environment) == set()
    assert not environments.has_pip(environment)


def test_a_folder_with_another_python_is_refused_not_deleted(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PYTHONS, "modern", ((2, 7),))

    with pytest.raises(SetUpError, match=r"holds Python 3\.\d+, which does not serve"):
        environments.set_up([environment])
    assert environment.python.exists()


def test_the_first_version_that_is_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert find([(2, 6), HERE]) == sys.executable


def test_an_interpreter_of_pyenv_is_found_that_is_not_switched_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "versions" / "9.9.1" / "bin"
    folder.mkdir(parents=True)
    python = folder / "python"
    python.write_text("#!/bin/sh\necho 9 9\n")
    python.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    assert find([(9, 9)]) == str(python)


def test_a_named_interpreter_goes_first_and_must_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON99", sys.executable)

    with pytest.raises(NotFoundError, match=r"PYTHON99=.* is not Python 9\.9 with venv, pip"):
        find([(9, 9)])


@pytest.mark.parametrize(
    ("variable", "version", "hint"),
    [
        ("PYTHON311", "3.11", ""),
        ("PYTHON310", "3.10", "Or leave OneFlow out: make test BACKENDS=torch,paddle\n"),
    ],
)
def test_a_missing_interpreter_ends_make_with_what_to_do(
    variable: str, version: str, hint: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "test", "--venv", tmp_path / "venv"],
        env={"PATH": "", variable: "no"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == environments.FAILED
    assert done.stderr == f"{variable}=no is not Python {version} with venv, pip.\n{hint}"
    assert not (tmp_path / "venv").exists()


def test_the_message_about_a_missing_interpreter_names_the_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    with pytest.raises(NotFoundError) as caught:
        find([(9, 9)])
    message = str(caught.value)
    assert message.startswith("Python 9.9 with venv and pip was not found on the PATH")
    assert "uv python install 9.9" in message
    assert "pyenv install 9.9" in message
    assert "sudo apt install python9.9 python9.9-venv" in message
    assert "PYTHON99=" in message


def test_what_needs_no_framework_runs_once() -> None:
    selection = runs(["torch", "paddle", "oneflow"])

    assert selection["modern"][-2:] == ["--backend", "torch,paddle"]
    assert selection["oneflow"] == ["--backend", "oneflow", "--backend-only", "tests"]
    assert list(runs(["paddle"])) == ["modern"]


def test_two_runs_end_with_both_closing_lines_and_the_first_failure(tmp_path: Path) -> None:
    for name, code in (("modern", 1), ("oneflow", 0)):
        python = tmp_path / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\necho '{name} says'\necho '1 passed in {name}'\nexit {code}")
        python.chmod(0o755)
    script = ROOT / "tools" / "run_tests.py"
    command: list[str | Path] = [sys.executable, script, "--venv", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == [
        "modern   1 passed in modern",
        "oneflow  1 passed in oneflow",
    ]
