"""`optbridge doctor`: the error texts are of the real packages, where one could be provoked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from bridge._ailments import AILMENTS, Facts
from bridge.doctor import FRAMEWORKS, NotPythonError, diagnose, examine

if TYPE_CHECKING:
    from tests.frameworks import Framework

GOOD = {
    "torch": "2.13.0+cpu",
    "paddlepaddle": "3.3.1",
    "oneflow": "0.9.0",
    "numpy": "1.26.4",
    "protobuf": "3.20.3",
    "nvidia-cublas-cu11": "11.11.3.6",
    "nvidia-cudnn-cu11": "8.9.6.50",
}
LIBRARY = "ImportError: {}: cannot open shared object file: No such file or directory"
PLACEHOLDER = "RuntimeError: This package is a placeholder. Please install oneflow following the"
NUMPY_ABI = "Exception: . Unable to import Numpy array, try to upgrade Numpy version!\n  File ..."
DESCRIPTORS = "TypeError: Descriptors cannot be created directly.\nIf this call came from a _pb2.py"


class Broken(NamedTuple):
    """An installation that does not work: in what it differs from GOOD, and what to say of it."""

    framework: str
    python: tuple[int, int]
    differs: dict[str, str | None]
    error: str | None
    what: str
    cure: str

    def facts(self) -> Facts:
        versions = {**GOOD, **self.differs}
        installed = {name: version for name, version in versions.items() if version is not None}
        return Facts(self.framework, "python", self.python, installed, self.error)


BROKEN = [
    Broken("torch", (3, 11), {"torch": None}, "ModuleNotFoundError: No module named 'torch'",
     "not installed", 'python -m pip install "torch>=2.13,<2.14"'),
    Broken("torch", (3, 11), {"torch": "2.5.1"}, None,
     "older than 2.13", 'python -m pip install --upgrade "torch>=2.13,<2.14"'),
    Broken("torch", (3, 10), {}, LIBRARY.format("libcufile.so.0"),
     "its import fails: ImportError: libcufile.so.0",
     'python -m pip install --force-reinstall "torch>=2.13,<2.14"'),
    Broken("paddle", (3, 11), {"paddlepaddle": None},
     "ModuleNotFoundError: No module named 'paddle'", "not installed",
     'python -m pip install "paddlepaddle>=3.3,<3.4"'),
    Broken("paddle", (3, 11), {"paddlepaddle": "2.6.2"}, None,
     "older than 3.3", 'python -m pip install --upgrade "paddlepaddle>=3.3,<3.4"'),
    Broken("paddle", (3, 11), {"paddlepaddle-gpu": "3.3.1"}, None,
     "over each other's files",
     "python -m pip uninstall -y paddlepaddle paddlepaddle-gpu && python -m pip install "),
    Broken("paddle", (3, 11), {"paddlepaddle": None, "paddlepaddle-gpu": "3.3.1"},
     LIBRARY.format("libcuda.so.1"), "needs a CUDA machine",
     "python -m pip uninstall -y paddlepaddle-gpu && python -m pip install "),
    Broken("paddle", (3, 11), {"paddlepaddle": None, "paddle": "1.2.0"},
     "ImportError: module 'paddle' has no Tensor", "is not PaddlePaddle",
     "python -m pip uninstall -y paddle && python -m pip install --force-reinstall "),
    Broken("paddle", (3, 10), {}, LIBRARY.format("libopenvino.so.2500"),
     "its import fails: ImportError: libopenvino.so.2500",
     'python -m pip install --force-reinstall "paddlepaddle>=3.3,<3.4"'),
    Broken("oneflow", (3, 11), {"oneflow": None}, "ModuleNotFoundError: No module named 'oneflow'",
     "no wheel for Python 3.11", "python3.10 -m venv .venv-oneflow && "),
    Broken("oneflow", (3, 11), {"oneflow": "0.7.0"}, PLACEHOLDER,
     "an empty 0.7.0", "python3.10 -m venv .venv-oneflow && "),
    Broken("oneflow", (3, 10), {"oneflow": "0.7.0"}, PLACEHOLDER,
     "0.7.0 is a placeholder", "python -m pip install oneflow==0.9.0"),
    Broken("oneflow", (3, 10), {"oneflow": None}, "ModuleNotFoundError: No module named 'oneflow'",
     "not installed", "python -m pip install oneflow==0.9.0"),
    Broken("oneflow", (3, 10), {"nvidia-cublas-cu11": None}, LIBRARY.format("libcublas.so.11"),
     "cuBLAS 11 is missing", "python -m pip install --force-reinstall nvidia-cublas-cu11"),
    Broken("oneflow", (3, 10), {"nvidia-cudnn-cu11": None},
     LIBRARY.format("libcudnn_cnn_infer.so.8"), "cuDNN 8 is missing",
     'python -m pip install "nvidia-cudnn-cu11>=8.5,<9"'),
    Broken("oneflow", (3, 10), {"nvidia-cudnn-cu11": "9.10.2.21"},
     LIBRARY.format("libcudnn_cnn_infer.so.8"),
     "cuDNN is too new", 'python -m pip install "nvidia-cudnn-cu11>=8.5,<9"'),
    Broken("oneflow", (3, 10), {"numpy": "2.2.6"}, NUMPY_ABI,
     "numpy is too new", 'python -m pip install "numpy<2"'),
    Broken("oneflow", (3, 10), {"protobuf": "4.25.8"}, DESCRIPTORS,
     "protobuf is too new", 'python -m pip install "protobuf<4"'),
    Broken("oneflow", (3, 10), {"oneflow": "0.8.0"}, None,
     "older than 0.9", "python -m pip install --upgrade oneflow==0.9.0"),
    Broken("oneflow", (3, 10), {"numpy": None}, NUMPY_ABI,
     "its import fails: Exception: . Unable to import Numpy array",
     "python -m pip install --force-reinstall oneflow==0.9.0"),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_every_known_failure_is_named_with_its_cure(broken: Broken) -> None:
    diagnosis = diagnose(broken.facts())

    assert not diagnosis.works
    assert len(diagnosis.problems) == 1
    assert broken.what in diagnosis.problems[0].what
    assert diagnosis.problems[0].cure.startswith(broken.cure)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_row_of_the_table_is_provoked_above(framework: str) -> None:
    facts = [broken.facts() for broken in BROKEN if broken.framework == framework]

    assert [a.what for a in AILMENTS[framework] if not any(a.afflicts(f) for f in facts)] == []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_is_known_to_work_has_no_problem(framework: str) -> None:
    assert diagnose(Facts(framework, "python", (3, 10), GOOD, None)).works


def test_every_cause_is_named_at_once() -> None:
    versions = {**GOOD, "numpy": "2.2.6", "protobuf": "4.25.8"}
    diagnosis = diagnose(Facts("oneflow", "python", (3, 10), versions, NUMPY_ABI))

    assert [problem.cure[len("python -m pip install ") :] for problem in diagnosis.problems] == [
        '"numpy<2"',
        '"protobuf<4"',
    ]


def test_a_requested_framework_works_here(xp: Framework) -> None:
    (diagnosis,) = examine([xp.name])

    assert diagnosis.works
    # torch's distribution does not always name the build that its module names
    assert str(diagnosis.version).split("+")[0] == xp.module.__version__.split("+")[0]


def test_an_interpreter_with_nothing_installed_has_nothing(bare_python: str) -> None:
    diagnoses = examine(python=bare_python)

    assert [diagnosis.framework for diagnosis in diagnoses] == list(FRAMEWORKS)
    assert not any(diagnosis.is_installed or diagnosis.works for diagnosis in diagnoses)
    assert all(bare_python in d.problems[0].cure for d in diagnoses[:2])


def test_a_folder_that_an_uninstall_left_behind_is_no_framework(bare_python: str) -> None:
    site = next(Path(bare_python).parent.parent.glob("lib/python3*/site-packages"))
    (site / "torch").mkdir()

    (diagnosis,) = examine(["torch"], bare_python)

    assert diagnosis.problems[0].what == "not installed"


def test_a_module_in_the_working_directory_is_not_taken_for_the_framework(
    bare_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "paddle.py").write_text("Tensor = __version__ = 'a script of the same name'")
    monkeypatch.chdir(tmp_path)

    (diagnosis,) = examine(["paddle"], bare_python)

    assert diagnosis.error == "ModuleNotFoundError: No module named 'paddle'"


def test_an_import_that_kills_python_is_a_finding(bare_python: str, tmp_path: Path) -> None:
    crashing = tmp_path / "python"
    crashing.write_text(f'#!/bin/sh\n{bare_python} "$@" | head -n 1\nkill -SEGV $$\n')
    crashing.chmod(0o755)

    (diagnosis,) = examine(["torch"], str(crashing))

    assert diagnosis.error == "the import was killed by SIGSEGV"


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(NotPythonError, match=r"got /bin/sh\.\nHint"):
        examine(["torch"], "/bin/sh")
