"""Which frameworks work in an interpreter, why one does not, and the command that mends it.

`examine` asks the interpreter, in a process of its own for each framework: an import that crashes
is a finding, not the end. `diagnose` is a pure function from what was found to what is wrong.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge._ailments import AILMENTS, DISTRIBUTIONS, REINSTALL, Facts
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FRAMEWORKS = tuple(DISTRIBUTIONS)
PROBE = Path(__file__).with_name("_probe.py")


class NotPythonError(BridgeError, ValueError):
    """What was given as an interpreter to examine is none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the command that mends it."""

    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `optbridge doctor` says about one framework."""

    framework: str
    version: str | None
    imports: bool
    error: str | None
    problems: tuple[Problem, ...]

    @property
    def works(self) -> bool:
        """It imports, and nothing is known to be wrong with it."""
        return self.imports and not self.problems

    @property
    def is_installed(self) -> bool:
        """Some version of it is there, working or not."""
        return self.version is not None


def diagnose(facts: Facts) -> Diagnosis:
    """Match what was found against the known ailments, and name the cure of each.

    >>> facts = Facts("oneflow", "python", (3, 10), {"oneflow": "0.9.0", "numpy": "2.2.6"}, None)
    >>> diagnose(facts).problems[0].cure
    'python -m pip install "numpy<2"'
    """
    found = [(a.what, a.cure) for a in AILMENTS[facts.framework] if a.afflicts(facts)]
    if facts.error is not None and not found:
        found = [("its import fails: " + facts.error.splitlines()[0], REINSTALL[facts.framework])]
    pip = f"{facts.executable} -m pip"
    problems = tuple(Problem(what, cure.format(pip=pip)) for what, cure in found)
    version = next(
        (facts.versions[name] for name in DISTRIBUTIONS[facts.framework] if name in facts.versions),
        facts.module_version,
    )
    return Diagnosis(facts.framework, version, facts.error is None, facts.error, problems)


def examine(
    frameworks: Sequence[str] = FRAMEWORKS, python: str = sys.executable
) -> tuple[Diagnosis, ...]:
    """Try to import each framework in the interpreter `python`, and say what is wrong.

    Args:
        frameworks: Some of `FRAMEWORKS`.
        python: The interpreter to examine; it needs nothing installed.
    """
    return tuple(diagnose(_probe(framework, python)) for framework in frameworks)


def _probe(framework: str, python: str) -> Facts:
    command = [python, "-c", PROBE.read_text(encoding="utf-8"), framework]
    done = subprocess.run(  # noqa: S603  # the user's own interpreter, our own code
        command, capture_output=True, text=True, errors="replace", check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise NotPythonError(
            f"python must be a Python interpreter, 3.8 or later, got {python}.\n"
            f"Hint: it answered {(done.stderr or done.stdout).strip()[-200:]!r}."
        )
    found = json.loads(lines[0])
    outcome = json.loads(lines[-1])
    return Facts(
        framework,
        found["executable"],
        (found["python"][0], found["python"][1]),
        found["versions"],
        _error(outcome, done.returncode),
        outcome.get("version"),
    )


def _error(outcome: Mapping[str, str], returncode: int) -> str | None:
    if "version" in outcome:
        return None
    if returncode < 0:
        return f"the import was killed by {signal.Signals(-returncode).name}"
    return outcome.get("error", f"the import ended Python with exit code {returncode}")
