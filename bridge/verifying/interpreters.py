"""Find a Python interpreter that has a framework: the environments near a script, then the rest.

Looked for where the tools put them: https://docs.python.org/3/library/venv.html,
https://github.com/pyenv/pyenv#environment-variables, https://docs.astral.sh/uv/reference/storage/,
https://docs.conda.io/projects/conda/en/latest/user-guide/configuration/custom-env-and-pkg-locations.html.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.doctor import NotPythonError, examine
from bridge.errors import VerifyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.doctor import Diagnosis

# Cheap, as an import is not: whether it is worth trying. The working directory may hold a torch.py.
_QUESTION: Final = (
    "import sys; from importlib.util import find_spec; sys.path[:] = filter(None, sys.path); "
    "raise SystemExit(sys.version_info < (3, 10) or find_spec(sys.argv[1]) is None)"
)
_SECONDS: Final = 20  # within which an interpreter has answered, also on a busy machine
_IN_FOLDER: Final = ("*/pyvenv.cfg", ".venv*/*/pyvenv.cfg", "venv*/*/pyvenv.cfg")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that imports a framework."""

    python: str
    framework: str
    version: str
    problems: tuple[str, ...]
    """What `optbridge doctor` would say against it all the same."""


def examined(framework: str, python: str) -> Interpreter:
    """Take the interpreter that the user names: a program, or the folder of an environment.

    Raises:
        VerifyError: it cannot import the framework; the message says what mends it.
    """
    folder = Path(python)
    command = shutil.which(str(folder / "bin/python") if folder.is_dir() else python)
    if command is None:
        raise VerifyError(
            f"no interpreter {python}.\nHint: name a program, or the folder of an environment."
        )
    (found,) = examine((framework,), command)
    if not found.imports:
        raise VerifyError(f"{command} cannot import {framework}: {_cure(found)}")
    return _interpreter(command, found)


def find(framework: str, near: Sequence[Path]) -> Interpreter:
    """Find an interpreter that imports the framework.

    Args:
        framework: which one.
        near: folders beside and above which an environment may be, likely ones first.

    Raises:
        VerifyError: there is none; the message says where it was looked for.
    """
    refused: list[str] = []
    seen = 0
    for python in candidates(near):
        seen += 1
        if not _has(python, framework):
            continue
        try:
            (found,) = examine((framework,), python)
        except NotPythonError:
            continue
        if found.imports:
            return _interpreter(python, found)
        refused.append(f"  {python} has it, but {_cure(found)}")
    option = "--python-torch" if framework == "torch" else "--python-target"
    (here,) = examine((framework,))
    raise VerifyError(
        "\n".join(
            [
                f"no interpreter was found that imports {framework}; {seen} were asked.",
                *refused,
                f"Hint: {option} names one. To have one: {here.problems[0].cure}"
                if here.problems
                else f"Hint: {option} names one.",
            ]
        )
    )


def candidates(near: Sequence[Path]) -> Iterator[str]:
    """Yield the interpreters that there are, each once: near ones first, then the system's."""
    seen = set()
    for path in _places(near):
        python = os.path.abspath(path)  # noqa: PTH100 - a link leads out of its environment
        if python not in seen and os.access(python, os.X_OK):
            seen.add(python)
            yield python


def _places(near: Sequence[Path]) -> Iterator[Path]:
    yield Path(sys.executable)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if os.environ.get(variable):
            yield Path(os.environ[variable], "bin/python")
    for folder in _with_parents(near):
        for pattern in _IN_FOLDER:
            yield from (found.parent / "bin/python" for found in sorted(folder.glob(pattern)))
    for name in ("python", "python3", *(f"python3.{minor}" for minor in range(14, 9, -1))):
        found = shutil.which(name)
        if found:
            yield Path(found)
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    yield from sorted(pyenv.glob("versions/*/bin/python"), reverse=True)
    uv = Path(os.environ.get("XDG_DATA_HOME", home / ".local/share"), "uv/python")
    yield from sorted(uv.glob("*/bin/python3"), reverse=True)
    conda = Path(os.environ.get("CONDA_EXE", home / "miniconda3/bin/conda")).parents[1]
    yield from sorted(conda.glob("envs/*/bin/python"))


def _with_parents(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield folder
        for parent in folder.parents:
            # beyond the project, and in the home folder, environments are not this script's
            if (folder / ".git").exists() or parent in (Path.home(), Path(parent.anchor)):
                break
            folder = parent  # noqa: PLW2901 - one step up
            yield folder


def _has(python: str, framework: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter of the user's
            [python, "-c", _QUESTION, framework], capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _interpreter(python: str, found: Diagnosis) -> Interpreter:
    problems = tuple(problem.what for problem in found.problems)
    return Interpreter(python, found.framework, found.version or "", problems)


def _cure(found: Diagnosis) -> str:
    if not found.problems:
        return str(found.error)
    problem = found.problems[0]
    return f"{problem.what}.\nHint: {problem.cure}"
