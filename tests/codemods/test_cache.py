"""The cache: an unchanged file is not ported again, and nothing else is taken for one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bridge.cli import main
from codemods.batch.cache import Cache, default_folder
from codemods.engine import port
from codemods.model import FileResult, Options

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = Options("paddle")
PATH = Path("train.py")
RAW = b"# \xc3\xa9\nimport torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
OTHERS = [
    (OPTIONS, PATH, RAW + b"\n", ""),
    (OPTIONS, Path("other.py"), RAW, ""),
    (replace(OPTIONS, target="oneflow"), PATH, RAW, ""),
    (replace(OPTIONS, partial=True), PATH, RAW, ""),
    (OPTIONS, PATH, RAW, "another project"),
]


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def fill(folder: Path) -> FileResult:
    result = port(RAW, PATH, OPTIONS)
    Cache(folder, OPTIONS).put(PATH, RAW, result)
    return result


@pytest.mark.parametrize(
    "raw", [RAW, b"import torch\n", b"import torch\nx = (\n", b"import torch\ntorch.frob()\n"]
)
def test_what_comes_out_is_what_went_in(tmp_path: Path, raw: bytes) -> None:
    result = port(raw, PATH, OPTIONS)
    Cache(tmp_path, OPTIONS).put(PATH, raw, result)

    assert Cache(tmp_path, OPTIONS).get(PATH, raw) == result


@pytest.mark.parametrize(("options", "path", "raw", "context"), OTHERS)
def test_anything_else_is_another_entry(
    tmp_path: Path, options: Options, path: Path, raw: bytes, context: str
) -> None:
    fill(tmp_path)

    assert Cache(tmp_path, OPTIONS).get(PATH, RAW) is not None
    assert Cache(tmp_path, options, context).get(path, raw) is None


def test_another_version_of_the_program_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    monkeypatch.setattr("codemods.batch.cache.program_digest", lambda: "another")

    assert Cache(tmp_path, OPTIONS).get(PATH, RAW) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: entry[:0],
        lambda entry: entry[: len(entry) // 2],
        lambda entry: entry[:-1] + b"x",
        lambda entry: entry.replace(b"paddle", b"puddle"),
        lambda entry: b"\x00" * len(entry),
    ],
)
def test_a_damaged_entry_is_as_if_it_were_not_there(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    result = fill(tmp_path)
    (entry,) = entries(tmp_path)
    entry.write_bytes(damage(entry.read_bytes()))
    cache = Cache(tmp_path, OPTIONS)

    assert cache.get(PATH, RAW) is None

    cache.put(PATH, RAW, result)

    assert cache.get(PATH, RAW) == result


def test_a_folder_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "cache"
    fill(folder)

    assert Cache(folder, OPTIONS).get(PATH, RAW) is None


def run(*arguments: object) -> Any:
    words = ["port", *map(str, arguments), "--to", "paddle"]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_the_second_run_takes_the_result_of_the_first(tmp_path: Path) -> None:
    script, folder = tmp_path / "train.py", tmp_path / "cache"
    script.write_bytes(RAW)
    first = run(script, "--cache-dir", folder)
    kept = entries(folder)
    # no file can be ported in so short a time
    second = run(script, "--cache-dir", folder, "--timeout", "1e-9")
    without = run(script, "--no-cache", "--timeout", "1e-9")

    assert (second.output, second.exit_code) == (first.output, first.exit_code)
    assert entries(folder) == kept
    assert "OB004" in without.output


def test_without_cache_nothing_is_kept(tmp_path: Path) -> None:
    script, folder = tmp_path / "train.py", tmp_path / "cache"
    script.write_bytes(RAW)
    run(script, "--cache-dir", folder, "--no-cache")

    assert not folder.exists()


def test_help_says_where_it_is() -> None:
    # In a process of its own: where it is is asked when the options are made.
    command = [sys.executable, "-m", "bridge", "port", "--help"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert str(default_folder()) in "".join(words)
