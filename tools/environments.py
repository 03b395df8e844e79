"""Make the environments that a target of the Makefile runs in: quick when they are there already.

    python3 tools/environments.py test --backends torch,paddle

Standard library only, and any Python from 3.8 on: it runs before anything is installed. Two
environments, because OneFlow has wheels for Python 3.10 and earlier only, and the others are
wanted on a newer one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping, NamedTuple, Sequence

from downloads import announce, missing
from interpreters import NotFoundError, Version, answer, find

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = ("torch", "paddle", "oneflow")
STAMP = "optbridge.json"
FAILED = 2
INTERRUPTED = 130

PYTHONS: Mapping[str, Sequence[Version]] = {
    "modern": ((3, 11), (3, 12), (3, 13)),
    "oneflow": ((3, 10),),
}

# What a target needs: environment -> extras of pyproject.toml. A framework's extra counts only if
# that framework was asked for, but torch always does: it is the reference.
GOALS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "test": {
        "modern": ("test", "ecosystem", "torch", "paddle"),
        "oneflow": ("test", "ecosystem", "torch", "paddle", "oneflow"),
    },
    "demo": {"modern": ("plot", "torch", "paddle"), "oneflow": ("plot", "oneflow")},
    "bench": {"modern": ("torch", "paddle"), "oneflow": ("torch", "paddle", "oneflow")},
    "matrix": {"modern": ("torch", "paddle"), "oneflow": ("torch", "paddle", "oneflow")},
    # mypy reads the tests too
    "lint": {"modern": ("lint", "test")},
    "build": {"modern": ("lint",)},
}


# Packages that go in without what they depend on. timm wants torchvision, which is built for one
# build of torch and would bring that along; only timm's schedulers are used, and they want torch.
ALONE: Mapping[str, Sequence[str]] = {"ecosystem": ("timm>=1.0",)}


class SetUpError(Exception):
    """An environment cannot be made; the message says what to do."""


class Environment(NamedTuple):
    """One environment and the extras it has to hold."""

    name: str
    folder: Path
    extras: Sequence[str]

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        return self.folder / "bin" / "python"


def needed(goal: str, backends: Sequence[str], venvs: Path) -> list[Environment]:
    """Say which environments a target needs for these frameworks, and what has to be in them."""
    unknown = [name for name in backends if name not in BACKENDS]
    if unknown or not backends:
        raise SetUpError(f"BACKENDS takes {','.join(BACKENDS)}, got {','.join(backends)!r}.")
    wanted = {*backends, "torch"}
    return [
        Environment(name, venvs / name, [e for e in extras if e not in BACKENDS or e in wanted])
        for name, extras in GOALS[goal].items()
        if name != "oneflow" or "oneflow" in backends
    ]


def fingerprint() -> str:
    """Return a hash of all that decides what is installed; the linters' settings do not."""
    requirements = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.ruff", 1)[0]
    constraints = (ROOT / "tools" / "constraints.txt").read_text(encoding="utf-8")
    return hashlib.sha256(f"{ROOT}\n{requirements}\n{constraints}".encode()).hexdigest()


def stamped(environment: Environment) -> set[str]:
    """Return the extras that are installed in full, as of the requirements of today."""
    stamp = environment.folder / STAMP
    if not stamp.exists() or not environment.python.exists():
        return set()
    found = json.loads(stamp.read_text(encoding="utf-8"))
    return set(found["extras"]) if found["fingerprint"] == fingerprint() else set()


def check_version(environment: Environment) -> None:
    """Refuse a folder that holds another Python: it is not ours to delete."""
    inside = answer([str(environment.python), "-c", "import sys; print(*sys.version_info[:2])"])
    if inside and inside not in {"{} {}".format(*v) for v in PYTHONS[environment.name]}:
        raise SetUpError(
            f"{environment.folder} holds Python {inside.replace(' ', '.')}, which does not serve.\n"
            "Delete that folder, or set VENV to another place, and run this again."
        )


def set_up(environments: Sequence[Environment]) -> None:
    """Bring environments to what is asked of them; do nothing where they are so already."""
    pending = [e for e in environments if not stamped(e).issuperset(e.extras)]
    # whatever stands in the way is said before the first gigabyte, not after
    for environment in pending:
        check_version(environment)
    pythons = {e.name: find(PYTHONS[e.name]) for e in pending if not has_pip(e)}
    for environment in pending:
        # what other targets installed is kept up to date with it
        extras = sorted(stamped(environment).union(environment.extras))
        big = missing(environment.folder, extras)
        print(announce(environment.folder, big), flush=True)
        if environment.name in pythons:
            run([pythons[environment.name], "-m", "venv", str(environment.folder)])
        install(environment, extras, [] if big else ["--quiet"])


def has_pip(environment: Environment) -> bool:
    """Whether the environment is made; one that a Ctrl-C left half-made has none."""
    return bool(answer([str(environment.python), "-m", "pip", "--version"]))


def install(environment: Environment, extras: Sequence[str], options: Sequence[str]) -> None:
    """Install this repository, editable, with extras; the stamp comes last, when all is there."""
    command = [str(environment.python), "-m", "pip", "install", "--disable-pip-version-check"]
    command += [*options, "--constraint", str(ROOT / "tools" / "constraints.txt")]
    torch_index = os.environ.get("TORCH_INDEX_URL")
    if torch_index:
        command += ["--extra-index-url", torch_index]
    run([*command, "--editable", f"{ROOT}[{','.join(extras)}]"])
    alone = [package for extra in extras for package in ALONE.get(extra, ())]
    if alone:
        run([*command, "--no-deps", *alone])
    record = {"fingerprint": fingerprint(), "extras": extras}
    (environment.folder / STAMP).write_text(json.dumps(record), encoding="utf-8")


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        raise SetUpError(f"This failed, see above: {' '.join(command)}")


def main(arguments: Sequence[str]) -> int:
    """Make what a target needs; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("goal", choices=sorted(GOALS))
    parser.add_argument("--backends", default=",".join(BACKENDS), help="of %(default)s")
    parser.add_argument("--venv", type=Path, default=Path(os.environ.get("VENV") or ROOT / ".venv"))
    options = parser.parse_args(arguments)
    backends = options.backends.split(",")
    try:
        set_up(needed(options.goal, backends, options.venv.resolve()))
    except NotFoundError as error:
        print(error, file=sys.stderr)
        others = ",".join(name for name in backends if name != "oneflow")
        if error.versions == PYTHONS["oneflow"] and others:
            print(f"Or leave OneFlow out: make {options.goal} BACKENDS={others}", file=sys.stderr)
        return FAILED
    except SetUpError as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped; run the same again to go on.", file=sys.stderr)
        sys.exit(INTERRUPTED)
