"""Find a Python interpreter of a given version: environment variable, PATH, pyenv, uv.

Standard library only, and any Python from 3.8 on: it runs before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, Sequence, Tuple

Version = Tuple[int, int]

INSTALL = """\
  uv:             uv python install {version}
  pyenv:          pyenv install {version}
  Debian, Ubuntu: sudo apt install python{version} python{version}-venv
  conda:          conda create -p ~/python{version} python={version}
                  then set PYTHON{digits}=~/python{version}/bin/python
"""
# a venv cannot be made where Debian's python3.x-venv is missing: ensurepip is what it holds
QUESTION = "import sys, ensurepip, venv; print(*sys.version_info[:2])"


class NotFoundError(Exception):
    """No interpreter of the versions asked for; the message says what to install."""

    def __init__(self, message: str, versions: Sequence[Version]) -> None:
        super().__init__(message)
        self.versions = versions


def find(versions: Sequence[Version]) -> str:
    """Return the path of an interpreter of one of `versions`, the first ones preferred."""
    for version in versions:
        named = os.environ.get(variable(version))
        if named:
            if is_version(named, version):
                return named
            message = f"{variable(version)}={named} is not Python {dotted(version)} with venv, pip."
            raise NotFoundError(message, versions)
    for version in versions:
        for candidate in candidates(version):
            if is_version(candidate, version):
                return candidate
    wanted = " or ".join(dotted(version) for version in versions)
    digits = variable(versions[0])[len("PYTHON") :]
    raise NotFoundError(
        f"Python {wanted} with venv and pip was not found on the PATH, in pyenv or in uv.\n"
        "Install it by one of\n" + INSTALL.format(version=dotted(versions[0]), digits=digits),
        versions,
    )


def candidates(version: Version) -> Iterator[str]:
    """Yield the paths where an interpreter of this version may be, likely ones first."""
    if sys.version_info[:2] == version:
        yield sys.executable
    on_path = shutil.which("python" + dotted(version))
    if on_path:
        yield on_path
    # the pyenv command on the PATH starts only the version that is switched on
    root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv")))
    for found in sorted(root.glob(f"versions/{dotted(version)}.*/bin/python")):
        yield str(found)
    if shutil.which("uv"):
        found_by_uv = answer(["uv", "python", "find", "--no-project", dotted(version)])
        if found_by_uv:
            yield found_by_uv


def is_version(python: str, version: Version) -> bool:
    """Whether `python` runs, is of this version, and can make environments."""
    return answer([python, "-c", QUESTION]) == "{} {}".format(*version)


def answer(command: Sequence[str]) -> str:
    """Return what a command prints, nothing where it fails or is not there."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def variable(version: Version) -> str:
    """Return the environment variable that names this version's interpreter, as `PYTHON310`."""
    return "PYTHON{}{}".format(*version)


def dotted(version: Version) -> str:
    """Return the version as people write it, as `3.10`."""
    return "{}.{}".format(*version)
