"""Which files and which interpreters `optbridge verify` takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bridge.verifying.interpreters import candidates
from bridge.verifying.sources import local_files, mirror, mirrored, project_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A script that imports from its package, which reads a file beside it."""
    files = {
        "pyproject.toml": "",
        "data.csv": "1",
        "tools/train.py": "import models.net\nfrom models import parts as p, HIDDEN\nimport os\n",
        "tools/models/__init__.py": "HIDDEN = 3",
        "tools/models/net.py": "from .parts import x\nfrom . import deeper\nimport missing",
        "tools/models/parts.py": "import models.net",
        "tools/models/deeper/__init__.py": "",
        "tools/models/table.txt": "2",
        "tools/unused.py": "import torch",
        "lib/other.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_a_script_imports_from_its_project_is_found(project: Path) -> None:
    script = project / "tools/train.py"
    found = [str(path.relative_to(project / "tools")) for path in local_files(script, project)]

    assert project_of(script) == project
    assert found == [
        "models/__init__.py",
        "models/deeper/__init__.py",
        "models/net.py",
        "models/parts.py",
        "train.py",
    ]


def test_a_mirror_has_ports_in_their_places_and_links_to_all_else(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("port") / "of"
    mirror(project, {project / "tools/models/net.py": b"ported"}, folder)

    assert (folder / "tools/models/net.py").read_bytes() == b"ported"
    assert (folder / "tools/models/table.txt").resolve() == project / "tools/models/table.txt"
    assert (folder / "lib").resolve() == project / "lib"
    assert (folder / "tools/models").resolve() == folder / "tools/models"
    assert (project / "tools/models/net.py").read_text() == (
        "from .parts import x\nfrom . import deeper\nimport missing"
    )


def test_a_search_path_into_the_project_leads_into_its_mirror(project: Path) -> None:
    folder = Path("/mirror")

    assert mirrored(f"{project}/lib:/usr/lib", project, folder) == "/mirror/lib:/usr/lib"


def test_environments_near_the_script_come_before_those_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    (tmp_path / "src").mkdir()
    for name in (".venv", ".venv-oneflow"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "pyvenv.cfg").touch()
        (tmp_path / name / "bin/python").symlink_to(sys.executable)
    found = list(candidates([tmp_path / "src"]))

    assert found[:3] == [
        sys.executable,
        str(tmp_path / ".venv/bin/python"),
        str(tmp_path / ".venv-oneflow/bin/python"),
    ]
    assert len(set(found)) == len(found)
