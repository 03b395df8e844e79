"""A run that is killed, stopped or out of disk: every file is old or new, and nothing is left."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import have_ended

SCRIPT = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.{number})\n{tail}"
COUNT = 40


def start(folder: Path, *words: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bridge", "port", str(folder), "--to", "paddle"]
    command += ["--write", "-j", "3", "--no-cache", *words]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # options of Popen
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def make(folder: Path, tail: str = "# torch\n" * 50) -> dict[Path, str]:
    files = {folder / f"{n}.py": SCRIPT.format(number=n + 1, tail=tail) for n in range(COUNT)}
    for path, text in files.items():
        path.write_text(text)
    return files


def new(old: str) -> str:
    ported = old.replace("import torch", "import paddle").replace("torch.optim", "paddle.optimizer")
    ported = ported.replace("SGD(model.parameters(), lr", "SGD(parameters=model.parameters(), lr")
    return ported.replace("lr=", "learning_rate=")


def children(pid: int) -> set[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(word) for file in threads for word in file.read_text().split()}


def wait_for_the_first(files: dict[Path, str], process: subprocess.Popen[str]) -> set[int]:
    """Wait until a file is written; return the processes that work then."""
    first = next(iter(files))
    while first.read_text() == files[first] and process.poll() is None:
        time.sleep(0.005)
    return children(process.pid) if process.poll() is None else set()


def test_killed_again_and_again_every_file_is_old_or_new(tmp_path: Path) -> None:
    files = make(tmp_path)
    workers: set[int] = set()
    written: list[int] = []
    for delay in (0.0, 0.002, 0.01, 0.03):
        with start(tmp_path) as process:
            workers |= wait_for_the_first(files, process)
            time.sleep(delay)
            process.kill()
        texts = {path: path.read_text() for path in files}
        written.append(sum(text == new(files[path]) for path, text in texts.items()))
        for path, text in texts.items():
            assert text in (files[path], new(files[path]))
        for path, text in files.items():
            path.write_text(text)
    others = [p.name for p in tmp_path.iterdir() if p not in files]

    assert all(name.startswith(".optbridge-") for name in others)
    assert len(others) <= len(written)
    assert 0 < min(written) < COUNT
    assert have_ended(*workers)


@pytest.mark.parametrize("to_group", [False, True])
def test_ctrl_c_leaves_no_process_no_litter_and_says_what_was_done(
    tmp_path: Path, to_group: bool
) -> None:
    files = make(tmp_path, "x = torch.zeros(2)\n" * 60)
    with start(tmp_path, start_new_session=True) as process:
        workers = wait_for_the_first(files, process)
        if to_group:  # as a terminal does
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    written = [path for path in files if path.read_text() != files[path]]

    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert 0 < len(written) < COUNT
    assert all(f"{path}:2:7 PD101 native" in err for path in written)
    assert have_ended(*workers)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files}


def test_a_full_disk_is_a_finding_for_each_file_and_no_litter(tmp_path: Path) -> None:
    files = make(tmp_path)
    small = tmp_path / "small.py"
    small.write_text(SCRIPT.format(number=1, tail=""))

    def allow_few_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

    with start(tmp_path, preexec_fn=allow_few_bytes) as process:
        out, err = process.communicate()

    assert process.returncode == 2
    assert "Traceback" not in out + err
    assert err.count("OB005 error") == COUNT
    assert {path: path.read_text() for path in files} == files
    assert "paddle" in small.read_text()
    assert len(list(tmp_path.iterdir())) == COUNT + 1


def test_a_worker_that_is_killed_costs_its_file_only(tmp_path: Path) -> None:
    files = make(tmp_path)
    with start(tmp_path) as process:
        workers = wait_for_the_first(files, process)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        _, err = process.communicate()
    written = [path for path in files if path.read_text() == new(files[path])]

    assert "Traceback" not in err
    assert len(written) + err.count("the process that worked on it ended with code -9") == COUNT
    assert len(written) >= COUNT - len(workers)
