"""`optbridge port`: what it prints, what it writes, and how it exits."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bridge.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

NATIVE = "from torch import optim\nopt = optim.SGD(model.parameters(), lr=0.1)\n"
PORTED = (
    "from paddle import optimizer as optim\n"
    "opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)\n"
)
BRIDGED = "from torch import optim\nopt = optim.SGD(params, lr=0.1)\n"
LEFT = "import torch\ntorch.frobnicate()\nopt = torch.optim.SGD(model.parameters())\n"
BROKEN = "import torch\nx = (\n"
PLAIN = "x   =  1\n"


def port(*arguments: object, text: str | None = None) -> Result:
    words = ["port", *map(str, arguments), "--to", "paddle", "-j0"]
    return CliRunner().invoke(main, words, input=text, catch_exceptions=False)


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "train.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (PLAIN, [], 0),
        (PLAIN, ["--check"], 0),
        (PORTED, ["--check"], 0),
        (NATIVE, [], 0),
        (NATIVE, ["--check"], 1),
        (NATIVE, ["--write"], 0),
        (NATIVE, ["--style", "native"], 0),
        (BRIDGED, ["--check"], 1),
        (BRIDGED, ["--style", "native"], 3),
        (BRIDGED, ["--style", "native", "--check"], 3),
        (LEFT, [], 3),
        (LEFT, ["--check"], 3),
        (LEFT, ["--write"], 3),
        (LEFT, ["--write", "--partial"], 3),
        (LEFT, ["--write", "--scope", "optim"], 0),
        (BROKEN, [], 2),
        (BROKEN, ["--check"], 2),
    ],
)
def test_exit_codes(script: Any, text: str, options: list[str], code: int) -> None:
    assert port(script(text), *options).exit_code == code


@pytest.mark.parametrize(
    "options", [[], ["--diff"], ["--check"], ["--json"], ["--check", "--diff"]]
)
@pytest.mark.parametrize("text", [NATIVE, BRIDGED, LEFT, BROKEN, PLAIN])
def test_nothing_is_written_without_write(script: Any, text: str, options: list[str]) -> None:
    path = script(text)
    before = path.stat()
    port(path, *options)
    after = path.stat()

    assert path.read_text() == text
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("text", [PLAIN, PORTED, LEFT, BROKEN])
def test_write_leaves_what_it_cannot_port_byte_for_byte(script: Any, text: str) -> None:
    path = script(text)
    before = path.stat()
    port(path, "--write")

    assert path.read_text() == text
    assert path.stat().st_ino == before.st_ino


def test_write_writes_and_keeps_the_mode(script: Any) -> None:
    path = script(NATIVE)
    path.chmod(0o755)
    result = port(path, "--write")

    assert path.read_text() == PORTED
    assert path.stat().st_mode & 0o777 == 0o755
    assert result.stdout == ""
    assert [p.name for p in path.parent.iterdir()] == ["train.py"]


@pytest.mark.parametrize("above", ["", "\f\n", "# \x1c \x85 \u2028\n"])
def test_the_default_is_a_diff_that_patch_takes(script: Any, tmp_path: Path, above: str) -> None:
    path = script(above + NATIVE.rstrip("\n"))
    result = port(path)
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)  # noqa: S607
    patch = result.stdout.replace(str(path).lstrip("/"), "train.py")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, text=True, check=True)  # noqa: S607

    assert path.read_text() == above + PORTED.rstrip("\n")


def test_the_report_goes_to_stderr(script: Any) -> None:
    path = script(LEFT)
    result = port(path)

    assert result.stdout == ""
    assert f"{path}:2:1 PD999 left  torch.frobnicate: " in result.stderr
    assert "\n    Hint: " in result.stderr
    assert "1 file: 2 sites, 1 native, 1 left" in result.stderr


def test_a_port_that_needs_bridge_says_so(script: Any) -> None:
    assert "install optbridge" in port(script(BRIDGED)).stderr
    assert "install optbridge" not in port(script(NATIVE)).stderr


def test_stdin_goes_to_stdout() -> None:
    result = port("-", text=NATIVE)

    assert result.stdout == PORTED
    assert result.exit_code == 0
    assert port("-", text=LEFT).stdout == LEFT
    assert port("-", "--check", text=NATIVE).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.py"], "no such file or folder: nowhere.py"),
        (["-", "train.py"], "`-` stands alone"),
        (["--write", "--check", "."], "exclude each other"),
        ([], "Missing argument"),
        (["--style", "nice", "."], "'nice' is not one of"),
    ],
)
def test_a_wrong_command_line_exits_2_and_says_why(arguments: list[str], message: str) -> None:
    result = port(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_broken_file_is_reported_and_the_others_are_ported(script: Any, tmp_path: Path) -> None:
    good, broken, late = script(NATIVE, "a.py"), script(BROKEN, "b.py"), script(NATIVE, "c.py")
    result = port(tmp_path, "--write")

    assert result.exit_code == 2
    assert f"{broken}:" in result.stderr
    assert "syntax error" in result.stderr
    assert good.read_text() == late.read_text() == PORTED
    assert broken.read_text() == BROKEN


def test_folders_are_searched_for_the_user_s_own_python_only(script: Any, tmp_path: Path) -> None:
    ours = {script(NATIVE, name) for name in ("a.py", "deep/er/b.py", "c.py")}
    script(NATIVE, "notes.txt")
    for name in (".git/x.py", "env/lib/x.py", "__pycache__/x.py", "site-packages/x.py"):
        script(NATIVE, name)
    script("", "env/pyvenv.cfg")
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    port(tmp_path, "--write")

    ported = {p for p in tmp_path.rglob("*") if p.is_file() and p.read_text() == PORTED}
    assert ported == ours | {tmp_path / "link.py"}
    assert (tmp_path / "link.py").is_symlink()


def test_a_link_that_is_named_stays_a_link(script: Any, tmp_path: Path) -> None:
    path, link = script(NATIVE), tmp_path / "link.py"
    link.symlink_to(path)
    port(link, "--write")

    assert link.is_symlink()
    assert path.read_text() == PORTED


def test_a_file_given_twice_is_ported_once(script: Any, tmp_path: Path) -> None:
    path = script(NATIVE)

    assert "1 file: " in port(path, tmp_path, path).stderr


def test_json_lists_the_findings(script: Any) -> None:
    path = script(LEFT)
    result = port(path, "--json")
    found = json.loads(result.stdout)

    assert [(f["line"], f["kind"], f["code"]) for f in found] == [
        (2, "left", "PD999"),
        (3, "native", "PD101"),
    ]
    assert all(f["path"] == str(path) for f in found)
    assert found[0]["hint"]
    assert result.exit_code == 3


def test_a_partial_port_is_marked_once(script: Any) -> None:
    path = script(LEFT)
    port(path, "--write", "--partial")
    once = path.read_text()
    port(path, "--write", "--partial")

    assert once.count("# optbridge: PD999 left: torch.frobnicate") == 1
    assert "paddle.optimizer.SGD(" in once
    assert path.read_text() == once


def test_verbose_lists_what_was_simply_ported(script: Any) -> None:
    path = script("import torch\nx = torch.zeros(2)\n")

    assert "PD900" not in port(path).stderr
    assert "PD900 ported  torch.zeros -> paddle.zeros" in port(path, "-v").stderr


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge", "port", *map(str, arguments), "--to", "paddle"]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_a_pipe_gets_no_colours(script: Any, variables: dict[str, str]) -> None:
    result = run(script(NATIVE), env=os.environ | variables)

    assert "\x1b" not in result.stdout + result.stderr
    assert result.returncode == 0


def test_a_read_only_file_stays(script: Any) -> None:
    path = script(NATIVE)
    path.chmod(0o444)
    result = port(path, "--write")

    assert result.exit_code == 2
    assert f"{path}: cannot be written: it is read-only" in result.stderr
    assert path.read_text() == NATIVE


def test_a_disk_that_is_full_leaves_the_file_whole(script: Any) -> None:
    path = script(NATIVE + "# long\n" * 10_000)
    before = path.read_bytes()

    def allow_few_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    result = run(path, "--write", preexec_fn=allow_few_bytes)  # one thread only

    assert result.returncode == 2
    assert f"{path}: cannot be written: File too large; it is as it was before" in result.stderr
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["train.py"]


def test_a_reader_that_stops_reading_is_no_error(script: Any) -> None:
    path = script(NATIVE + "# a long tail\n" * 5)
    command = f"{sys.executable} -m bridge port {path} --to paddle | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602

    assert result.stdout.startswith("--- a/")
    assert "Traceback" not in result.stderr


def test_libcst_s_own_runner_ports_too(script: Any, tmp_path: Path) -> None:
    path = script(NATIVE)
    command = [sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "-x"]
    command += ["codemods.command.PortCommand", "--to", "paddle", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert path.read_text() == PORTED
