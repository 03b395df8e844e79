"""What is built can be installed, and works where nothing else of this repository is."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import bridge

ROOT = Path(__file__).resolve().parent.parent
LEAVE = ignore_patterns("__pycache__", ".*", "build", "dist", "*.egg-info", "demo-out")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("build")
    # setuptools leaves files beside the source: not in the user's checkout
    copytree(ROOT, folder / "source", ignore=LEAVE)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    subprocess.run([*command, str(folder / "source")], check=True, capture_output=True)
    return folder / "dist"


def packaged() -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for top in ("bridge", "codemods")
        for path in (ROOT / top).rglob("*")
        if path.suffix in (".py", ".html", ".json") or path.name == "py.typed"
    }


def test_the_wheel_holds_both_packages_whole_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    assert wheel.name == f"optbridge-{bridge.__version__}-py3-none-any.whl"
    assert {name for name in names if ".dist-info/" not in name} == packaged()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_holds_what_the_wheel_is_built_from(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert names >= packaged() | {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"}


def test_an_installed_wheel_imports_and_runs(dist: Path, tmp_path: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index"]
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True)
    code = "import bridge, codemods; from bridge import optim; print(bridge.__file__, optim.SGD)"
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith(str(tmp_path / "venv"))
    assert (tmp_path / "venv" / "bin" / "optbridge").exists()
