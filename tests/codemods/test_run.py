"""Many files: in order, each within its time, and whatever happens to the process that works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.batch.pool import BYTES_PER_CHILD, Pool, TimeLimitError, WorkError
from codemods.batch.run import Means, cores, port_files
from codemods.model import FileResult, Options

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = Path("x")
OPTIONS = Options("paddle")
SCRIPT = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.{})\n"


# What the children are asked to do; the name of the file says which file it is.
def pid_of_child(raw: bytes, path: Path) -> int:
    del raw, path
    return os.getpid()


def echo_slowly(raw: bytes, path: Path) -> bytes:
    time.sleep(int(path.name) / 100)
    return raw


def hang(raw: bytes, path: Path) -> int:
    while raw:
        time.sleep(1)
    return pid_of_child(raw, path)


def die(raw: bytes, path: Path) -> int:
    if raw:
        os.kill(os.getpid(), signal.SIGSEGV)
    return pid_of_child(raw, path)


def fail(raw: bytes, path: Path) -> int:
    if raw:
        raise ZeroDivisionError("by nothing")
    return pid_of_child(raw, path)


def write_to_stdout(raw: bytes, path: Path) -> int:
    print("a library says something")  # noqa: T201
    return pid_of_child(raw, path)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_come_in_the_order_of_the_questions() -> None:
    with Pool(echo_slowly, jobs=3, seconds=60) as pool:
        answers = pool.map(lambda n: pool.ask(b"%d" % n, Path(str(n))), [9, 0, 5, 1, 7])

        assert list(answers) == [b"9", b"0", b"5", b"1", b"7"]


@pytest.mark.parametrize(
    ("work", "seconds", "error", "message"),
    [
        (hang, 0.5, TimeLimitError, r"it took longer than 0\.5 s"),
        (die, 60, WorkError, "the process that worked on it ended with code -11"),
        (fail, 60, WorkError, "ZeroDivisionError: by nothing"),
    ],
)
def test_one_question_without_an_answer_does_not_keep_the_next_from_one(
    work: Callable[[bytes, Path], int], seconds: float, error: type[WorkError], message: str
) -> None:
    with Pool(work, jobs=1, seconds=seconds) as pool:
        with pytest.raises(error, match=message):
            pool.ask(b"bad", PATH)

        assert pool.ask(b"", PATH) > 0


def test_what_a_library_prints_does_not_get_among_the_answers() -> None:
    with Pool(write_to_stdout, jobs=1, seconds=60) as pool:
        assert pool.ask(b"", PATH) == pool.ask(b"", PATH)


def test_a_process_is_replaced_when_it_has_read_much() -> None:
    with Pool(pid_of_child, jobs=1, seconds=60) as pool:
        pids = [pool.ask(raw, PATH) for raw in (b"", bytes(BYTES_PER_CHILD + 1), b" ", b"")]

        assert pids[0] == pids[1] != pids[2] == pids[3]


def test_no_process_is_left_when_the_pool_is() -> None:
    with Pool(pid_of_child, jobs=2, seconds=60) as pool:
        pids = list(pool.map(lambda _: pool.ask(b"", PATH), range(4)))

    assert not any(is_alive(pid) for pid in pids)


def test_no_process_is_started_for_files_without_torch(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.py" for n in range(3)]
    for path in paths:
        path.write_text("x = 1\n")
    results = list(port_files(paths, OPTIONS, Means(seconds=1e-9)))

    assert [(r.path, r.findings) for r in results] == [(path, ()) for path in paths]


@pytest.mark.parametrize("jobs", [1, 3])
def test_files_are_ported_in_their_order(tmp_path: Path, jobs: int) -> None:
    paths = [tmp_path / f"{n}.py" for n in range(6)]
    for n, path in enumerate(paths):
        path.write_text(SCRIPT.format(n) + "# torch\n" * 200 * (n % 3))
    results = list(port_files(paths, OPTIONS, Means(jobs)))

    assert [r.path for r in results] == paths
    assert [f"learning_rate=0.{n})".encode() in r.after for n, r in enumerate(results)] == [
        True
    ] * 6


def test_a_file_that_takes_too_long_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(SCRIPT.format(1))
    (result,) = port_files([path], OPTIONS, Means(seconds=1e-3))

    assert [(f.code, f.reason) for f in result.findings] == [
        ("OB004", "it took longer than 0.001 s")
    ]
    assert not result.changed


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    (result,) = port_files([tmp_path], OPTIONS, Means(), refuse)

    assert [(f.code, f.reason) for f in result.findings] == [
        ("OB001", "cannot be read: Permission denied")
    ]
    assert isinstance(result, FileResult)


def test_code_beside_the_user_s_files_is_not_run(tmp_path: Path) -> None:
    for name in ("copy", "ast", "libcst", "codemods", "sitecustomize", "torch"):
        (tmp_path / f"{name}.py").write_text("open('was_run', 'w')\n")
    (tmp_path / "train.py").write_text(SCRIPT.format(1))
    (root,) = (p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
    start = f"import sys; sys.path[0] = {str(root)!r}; from bridge.cli import main; main()"
    command = [sys.executable, "-c", start, "port", "train.py", "--to", "paddle", "--write"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert "paddle" in (tmp_path / "train.py").read_text()
    assert not (tmp_path / "was_run").exists()


def test_there_is_a_core() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
