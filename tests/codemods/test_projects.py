"""Whole small programs through the command line: projects/NAME/before becomes its after_TARGET."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridge.cli import main

PROJECTS = Path(__file__).parent / "projects"
TARGETS = ("paddle", "oneflow")
CASES = [(p.name, to) for p in sorted(PROJECTS.iterdir()) if p.is_dir() for to in TARGETS]


def text(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize(("name", "to"), CASES)
def test_a_project_is_ported_to_what_stands_beside_it(name: str, to: str, tmp_path: Path) -> None:
    ported = tmp_path / name
    shutil.copytree(PROJECTS / name / "before", ported)
    result = CliRunner().invoke(main, ["port", str(ported), "--to", to, "--write"])
    got, want = text(ported), text(PROJECTS / name / f"after_{to}")
    difference = [
        line
        for file in sorted(got.keys() | want.keys())
        for line in difflib.unified_diff(
            want.get(file, "").splitlines(), got.get(file, "").splitlines(), file, "port of it"
        )
    ]

    assert result.exit_code == 0, result.stderr
    assert not difference, "\n".join(difference)


def test_there_are_projects() -> None:
    assert len(CASES) >= len(TARGETS)
