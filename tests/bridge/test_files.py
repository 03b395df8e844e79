"""Writing a file: whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bridge._files import write_file
from bridge.errors import UnwritableError


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    path.chmod(0o640)
    write_file(path, b"after")

    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "a.csv"
    link.symlink_to(tmp_path / "there" / "b.csv")
    write_file(link, b"after")

    assert link.is_symlink()
    assert (tmp_path / "there" / "b.csv").read_text() == "after"


def test_a_device_is_written_through() -> None:
    write_file("/dev/null", b"lost")

    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (".", "it is a folder"),
        ("missing/a.csv", "No such file or directory"),
        ("file/a.csv", "Not a directory"),
        ("/dev/full", "No space left on device"),
    ],
)
def test_what_cannot_be_written_says_why(
    path: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()

    with pytest.raises(UnwritableError, match=f"cannot write {path}: {reason}."):
        write_file(path, b"after")


def test_a_full_disk_leaves_the_file_before_as_it_was(tmp_path: Path) -> None:
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from bridge._files import write_file\n"
        "write_file('a.csv', b'x' * 5000)"
    )
    (tmp_path / "a.csv").write_text("before")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "UnwritableError: cannot write a.csv: File too large" in done.stderr
    assert (tmp_path / "a.csv").read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
