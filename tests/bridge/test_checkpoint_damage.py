"""Files that `bridge.load` refuses, and ends that `bridge.save` survives: whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import save as save_arrays

import bridge
from bridge.errors import CheckpointError
from tests.bridge.checkpoint_runs import Keeper, Run, unchanged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.frameworks import Framework


# Each row: what becomes of the file's bytes, and what the error says.
DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "no safetensors file, or is cut off or damaged"),
    "cut off": (lambda data: data[:-1], "no safetensors file, or is cut off or damaged"),
    "cut in the header": (lambda data: data[:100], "no safetensors file, or is cut off or damaged"),
    "longer": (lambda data: data + b"\0", "no safetensors file, or is cut off or damaged"),
    "pickle": (lambda _: b"\x80\x04K\x01.", "no safetensors file, or is cut off or damaged"),
    "flipped at the end": (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "is damaged: its check"),
    "foreign": (lambda _: save_arrays({"w": np.ones(2)}), "not one that bridge.save wrote"),
    "newer": (
        lambda data: data.replace(b'version":"1"', b'version":"2"'),
        r"version 2 of the format, this optbridge reads up to 1\.\nHint: pip install --upgrade",
    ),
    "another lr": (lambda data: data.replace(b"0.1", b"0.2", 1), "is damaged: its checksum"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_and_nothing_loaded(
    xp: Framework, path: Path, damage: str
) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(3))
    bridge.save(path, **run.parts)
    change, message = DAMAGES[damage]
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(CheckpointError, match=message):
        bridge.load(path, **later.parts)
    assert unchanged(later)


@pytest.mark.only_backend("torch")
def test_no_flipped_bit_goes_unnoticed(xp: Framework, path: Path) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(3))
    bridge.save(path, **run.parts)
    whole = path.read_bytes()
    unnoticed = []
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            bridge.load(path, **later.parts)
        except CheckpointError:
            continue
        unnoticed.append(place)

    assert unnoticed == []
    assert unchanged(later)


def test_a_missing_file_is_the_systems_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        bridge.load(path, scheduler=Keeper({}))


KILLED = """
import os, sys
import numpy as np
import bridge
from bridge.checkpoint import _file
real, stage = os.fsync, sys.argv[2]
def kill(file):
    real(file)
    os._exit(9)
if stage == "before the replacement":
    os.fsync = kill
class Keeper:
    def state_dict(self):
        return {"array": np.zeros(100_000), "is_new": True}
bridge.save(sys.argv[1], scheduler=Keeper())
"""


@pytest.mark.parametrize(
    ("stage", "code", "is_new"), [("before the replacement", 9, False), ("not at all", 0, True)]
)
def test_a_run_that_is_killed_leaves_the_old_file_or_the_new(
    path: Path, stage: str, code: int, *, is_new: bool
) -> None:
    keeper = Keeper({"is_new": False})
    bridge.save(path, scheduler=keeper)
    done = subprocess.run([sys.executable, "-c", KILLED, path, stage], check=False)
    bridge.load(path, scheduler=keeper)

    assert done.returncode == code
    assert keeper.state["is_new"] is is_new


def test_a_failed_save_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge.save(path, scheduler=Keeper({"is_new": False}))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        bridge.save(path, scheduler=Keeper({"is_new": True}))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_without_the_package_the_error_says_how_to_get_it(path: Path) -> None:
    code = (
        "import sys; sys.modules['safetensors'] = None\n"
        "import bridge\n"
        "class Keeper:\n    state_dict = dict\n"
        f"bridge.save({str(path)!r}, scheduler=Keeper())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (
        "UnsupportedError: bridge.save and bridge.load need the package safetensors" in done.stderr
    )
    assert 'Hint: pip install "optbridge[checkpoint]"' in done.stderr
