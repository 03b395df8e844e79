"""The command line as a whole: what it lists, what it loads, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from bridge import __version__, cli
from bridge.cli import COMMANDS, Entry, main
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from click.testing import Result

    from tests.frameworks import Framework


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="optbridge")


@click.command()
@click.argument("how")
def ends(how: str) -> None:
    """End as the test asks for."""
    raise {
        "interrupt": KeyboardInterrupt(),
        "bridge": BridgeError("what came in.\nHint: what to do."),
        "click": click.ClickException("what click says"),
        "usage": click.UsageError("what was mistyped"),
    }[how]


@pytest.fixture
def _ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "ends", Entry(__name__, "ends", "End."))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_has_an_example(name: str) -> None:
    result = run(name, "--help")

    assert result.exit_code == 0
    assert "Examples:" in result.output


def test_help_lists_every_command_and_the_exit_codes() -> None:
    result = run("--help")

    assert all(f"{name}  " in result.output for name in COMMANDS)
    assert "0 done, 1 would change (--check), 2 error, 3 refused or left" in result.output


def test_help_loads_no_framework_and_nothing_heavy() -> None:
    code = (
        "import sys; from bridge.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'libcst', 'rich', 'codemods', 'torch', 'paddle', 'oneflow', 'numpy'}\n"
        "print(heavy.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "set()"


def test_python_m_bridge_is_the_same_command() -> None:
    command = [sys.executable, "-m", "bridge", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Usage: optbridge [OPTIONS] COMMAND")


def test_version_is_the_packages() -> None:
    assert run("--version").output == f"optbridge, version {__version__}\n"


@pytest.mark.usefixtures("_ends")
@pytest.mark.parametrize(
    ("how", "code", "shown"),
    [
        ("interrupt", cli.INTERRUPTED, "\n"),
        ("bridge", cli.ERROR, "Error: what came in.\nHint: what to do.\n"),
        ("click", cli.ERROR, "Error: what click says\n"),
        ("usage", cli.ERROR, "Error: what was mistyped\n"),
    ],
)
def test_a_command_that_fails_says_why_without_a_traceback(how: str, code: int, shown: str) -> None:
    result = run("ends", how)

    assert result.exit_code == code
    assert result.output.endswith(shown)
    assert "Traceback" not in result.output


def test_an_unknown_command_is_an_error_that_names_it() -> None:
    result = run("prot", "train.py")

    assert result.exit_code == cli.ERROR
    assert "No such command 'prot'" in result.output


def test_doctor_is_content_with_a_framework_that_works(xp: Framework) -> None:
    result = run("doctor", xp.name)

    assert result.exit_code == 0
    assert result.output.split()[0] == xp.name
    assert result.output.split()[-1] == "works"


def test_doctor_fails_for_a_framework_named_and_absent(bare_python: str) -> None:
    result = run("doctor", "--python", bare_python, "paddle")

    assert result.exit_code == cli.ERROR
    assert f'mend: {bare_python} -m pip install "paddlepaddle>=3.3,<3.4"' in result.output


def test_doctor_fails_where_no_framework_is_installed(bare_python: str) -> None:
    assert run("doctor", "--python", bare_python).exit_code == cli.ERROR


def test_doctor_without_names_does_not_mind_what_is_not_installed(xp: Framework) -> None:
    result = run("doctor", "--json")
    rows = {row["framework"]: row for row in json.loads(result.output)}

    assert rows[xp.name]["works"]
    assert result.exit_code == 0


def test_doctor_prints_no_color_into_a_pipe() -> None:
    command = [sys.executable, "-m", "bridge", "doctor", "torch"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "\x1b" not in done.stdout
