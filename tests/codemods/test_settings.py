"""`[tool.optbridge]` in the user's pyproject.toml: found, checked, and weaker than the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bridge.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"


def port(folder: Path, *words: str, settings: str = "", name: str = "train.py") -> Any:
    script = folder / name
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(SCRIPT)
    if settings:
        (folder / "pyproject.toml").write_text(f"[tool.optbridge]\n{settings}\n")
    return CliRunner().invoke(main, ["port", "-j0", *words, str(script)], catch_exceptions=False)


@pytest.mark.parametrize(
    ("settings", "words", "expected"),
    [
        ('to = "paddle"', [], "+opt = paddle.optimizer.SGD("),
        ('to = "oneflow"', [], "+opt = oneflow.optim.SGD("),
        ('to = "paddle"', ["--to", "oneflow"], "+opt = oneflow.optim.SGD("),
        ('to = "paddle"\nstyle = "bridge"', [], "+opt = bridge.optim.SGD("),
        ('to = "paddle"\nverbose = true', [], " PD900 "),
        ('to = "paddle"\ntimeout = 1e-9\nno-cache = true', ["-j1"], "OB004"),
        ('to = "paddle"\nignore = ["PD1"]', [], "+opt = bridge.optim.SGD("),
        ('to = "paddle"\nformat = "json"', [], '"code": "PD101"'),
    ],
)
def test_a_setting_is_what_the_command_line_does_not_say(
    tmp_path: Path, settings: str, words: list[str], expected: str
) -> None:
    script = "x = torch.zeros(2)\n"
    (tmp_path / "other.py").write_text(f"import torch\n{script}")
    result = port(tmp_path, *words, str(tmp_path / "other.py"), settings=settings)

    assert expected in result.output


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('stile = "bridge"', "[tool.optbridge] has no setting 'stile'; did you mean 'style'?"),
        ("write = true", "has no setting 'write'"),
        ('xyz = "a"', "has no setting 'xyz'; known: "),
        ('style = "nice"', "'nice' is not one of"),
        ("timeout = 0", "0.0 is not in the range"),
        ("[tool.optbridge.style]", "style takes a value, got a table"),
        ("style = ", "cannot read"),
    ],
)
def test_a_wrong_setting_exits_2_and_says_why(tmp_path: Path, settings: str, message: str) -> None:
    result = port(tmp_path, "--to", "paddle", settings=settings)

    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_the_nearest_file_that_has_settings_counts(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.optbridge]\nto = "paddle"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")

    assert "paddle.optimizer" in port(tmp_path, name="a/b/train.py").output

    (tmp_path / "a" / "pyproject.toml").write_text('[tool.optbridge]\nto = "oneflow"\n')

    assert "oneflow.optim" in port(tmp_path, name="a/b/train.py").output


def test_a_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('[tool.optbridge]\nto = "oneflow"\n')
    result = port(tmp_path, "--config", str(other), settings='to = "paddle"')

    assert "oneflow.optim" in result.output


def test_patterns_are_relative_to_the_file(tmp_path: Path) -> None:
    for name in ("src/old/a.py", "src/new/a.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(SCRIPT)
    settings = '[tool.optbridge]\nto = "paddle"\nexclude = ["/src/old"]\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    result = CliRunner().invoke(
        main, ["port", "-j0", str(tmp_path / "src")], catch_exceptions=False
    )

    assert "new/a.py" in result.output
    assert "old/a.py" not in result.output


def test_without_settings_nothing_is_needed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")

    assert port(tmp_path, "--to", "paddle").exit_code == 0
    assert "Missing option '--to'" in port(tmp_path).output
