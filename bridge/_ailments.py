"""The known ways in which a framework's installation is broken, with the command that mends each.

Most error texts here were provoked on the real packages; version checks follow these sources:
https://pypi.org/project/oneflow/#files, https://pypi.org/project/paddlepaddle/,
https://pypi.org/project/torch/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MISSING_LIBRARY = "cannot open shared object file"

# the first one that is installed gives the framework's version
DISTRIBUTIONS = {
    "torch": ("torch",),
    "paddle": ("paddlepaddle", "paddlepaddle-gpu"),
    "oneflow": ("oneflow",),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in one interpreter about one framework."""

    framework: str
    executable: str
    python: tuple[int, int]
    versions: Mapping[str, str]
    error: str | None
    module_version: str | None = None

    def release(self, distribution: str) -> tuple[int, int]:
        """Return the first two numbers of an installed version, zeros where it is not installed.

        >>> Facts("torch", "python", (3, 11), {"torch": "2.13.0+cpu"}, None).release("torch")
        (2, 13)
        """
        first, second = self.versions.get(distribution, "0.0").split(".")[:2]
        return int(first), int(second)

    def has(self, *distributions: str) -> bool:
        """Whether every one of these is installed."""
        return all(name in self.versions for name in distributions)

    def lacks(self, *distributions: str) -> bool:
        """Whether the import fails and none of these is installed."""
        return self.error is not None and not any(name in self.versions for name in distributions)

    def says(self, text: str) -> bool:
        """Whether the import failed with this in its message."""
        return self.error is not None and text in self.error


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that can be wrong: how it shows, what to say, and the command that mends it."""

    afflicts: Callable[[Facts], bool]
    what: str
    cure: str


TORCH = '"torch>=2.13,<2.14"'
PADDLE = '"paddlepaddle>=3.3,<3.4"'
ONEFLOW = 'oneflow==0.9.0 "numpy<2" "protobuf<4" nvidia-cublas-cu11 "nvidia-cudnn-cu11>=8.5,<9"'

AILMENTS: Mapping[str, tuple[Ailment, ...]] = {
    "torch": (
        Ailment(lambda f: f.lacks("torch"), "not installed", f"{{pip}} install {TORCH}"),
        Ailment(
            lambda f: f.has("torch") and f.release("torch") < (2, 13),
            "older than 2.13, whose optimizers and schedulers are the reference",
            f"{{pip}} install --upgrade {TORCH}",
        ),
    ),
    "paddle": (
        Ailment(
            lambda f: f.lacks("paddlepaddle", "paddlepaddle-gpu", "paddle"),
            "not installed",
            f"{{pip}} install {PADDLE}",
        ),
        Ailment(
            lambda f: f.has("paddle"),
            "the distribution `paddle` is not PaddlePaddle and takes its module's name",
            f"{{pip}} uninstall -y paddle && {{pip}} install --force-reinstall {PADDLE}",
        ),
        Ailment(
            lambda f: f.has("paddlepaddle", "paddlepaddle-gpu"),
            "paddlepaddle and paddlepaddle-gpu are both installed, over each other's files",
            "{pip} uninstall -y paddlepaddle paddlepaddle-gpu && {pip} install " + PADDLE,
        ),
        Ailment(
            lambda f: f.has("paddlepaddle-gpu") and f.says(MISSING_LIBRARY),
            "paddlepaddle-gpu needs a CUDA machine; this one lacks its libraries",
            f"{{pip}} uninstall -y paddlepaddle-gpu && {{pip}} install {PADDLE}",
        ),
        Ailment(
            lambda f: f.has("paddlepaddle") and f.release("paddlepaddle") < (3, 3),
            "older than 3.3, the version that is tested",
            f"{{pip}} install --upgrade {PADDLE}",
        ),
    ),
    "oneflow": (
        Ailment(
            lambda f: f.error is not None and f.python >= (3, 11),
            "OneFlow has no wheel for Python 3.11 and later; pip installs an empty 0.7.0 there",
            f"python3.10 -m venv .venv-oneflow && .venv-oneflow/bin/pip install {ONEFLOW}",
        ),
        Ailment(
            lambda f: f.lacks("oneflow") and f.python < (3, 11),
            "not installed",
            f"{{pip}} install {ONEFLOW}",
        ),
        Ailment(
            lambda f: f.says("This package is a placeholder") and f.python < (3, 11),
            "this wheel is empty: 0.7.0 is a placeholder",
            f"{{pip}} install {ONEFLOW}",
        ),
        Ailment(
            lambda f: f.says("libcublas.so.11"),
            "cuBLAS 11 is missing; OneFlow loads it on a CPU machine too, and does not ask for it",
            "{pip} install --force-reinstall nvidia-cublas-cu11",
        ),
        Ailment(
            lambda f: f.says(".so.8") and f.says("libcudnn") and not f.has("nvidia-cudnn-cu11"),
            "cuDNN 8 is missing; OneFlow loads it on a CPU machine too, and does not ask for it",
            '{pip} install "nvidia-cudnn-cu11>=8.5,<9"',
        ),
        Ailment(
            lambda f: f.says("libcudnn") and f.release("nvidia-cudnn-cu11") >= (9, 0),
            "cuDNN is too new: OneFlow 0.9.0 loads version 8",
            '{pip} install "nvidia-cudnn-cu11>=8.5,<9"',
        ),
        Ailment(
            lambda f: f.has("oneflow") and f.release("numpy") >= (2, 0),
            "numpy is too new: OneFlow 0.9.0 was compiled for version 1",
            '{pip} install "numpy<2"',
        ),
        Ailment(
            lambda f: f.has("oneflow") and f.release("protobuf") >= (4, 0),
            "protobuf is too new: OneFlow 0.9.0 needs version 3",
            '{pip} install "protobuf<4"',
        ),
        Ailment(
            lambda f: f.error is None and f.has("oneflow") and f.release("oneflow") < (0, 9),
            "older than 0.9, the version that is tested",
            f"{{pip}} install --upgrade {ONEFLOW}",
        ),
    ),
}

# for an import that fails in a way the table does not know
REINSTALL = {
    "torch": f"{{pip}} install --force-reinstall {TORCH}",
    "paddle": f"{{pip}} install --force-reinstall {PADDLE}",
    "oneflow": f"{{pip}} install --force-reinstall {ONEFLOW}",
}
