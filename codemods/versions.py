"""Which version of a framework a port is written for, and whether a rule holds for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.equivalents import TITLES, VERSIONS
from codemods.codes import RULES

if TYPE_CHECKING:
    from codemods.model import Options


def parsed(version: str) -> tuple[int, ...]:
    """Return a version as numbers, which compare as versions do.

    >>> parsed("3.10") > parsed("3.9")
    True
    """
    return tuple(int(part) for part in version.split("."))


def release(version: str) -> str:
    """Return a version without what rules do not depend on.

    >>> release("3.3.1")
    '3.3'
    """
    return ".".join(version.split(".")[:2])


def version_of(options: Options) -> str:
    """Return the version that a port is written for: the one asked for, or the newest.

    >>> from codemods.model import Options
    >>> version_of(Options("paddle"))
    '3.3'
    """
    return options.version or VERSIONS.get(options.target, ("",))[-1]


def lacks(options: Options, code: str) -> str | None:
    """Return why a rule is not for the version of a run, None if it is.

    >>> from codemods.model import Options
    >>> lacks(Options("paddle", version="3.1"), "PD900")
    'PD900 was not measured on Paddle 3.1'
    """
    held = RULES[code].versions.get(options.target)
    if held is None or version_of(options) in held:
        return None
    return f"{code} was not measured on {TITLES[options.target]} {options.version}"


def problem(options: Options) -> str | None:
    """Return what is wrong with the version that a user asks for, None if nothing is.

    >>> from codemods.model import Options
    >>> problem(Options("oneflow", version="0.8"))
    'no rule was measured on OneFlow 0.8; measured: 0.9'
    """
    if not options.version:
        return None
    known = VERSIONS.get(options.target)
    if known is None:
        return f"a version goes with --to {' or '.join(VERSIONS)}"
    title = f"{TITLES[options.target]} {options.version}"
    if options.version not in known:
        return f"no rule was measured on {title}; measured: {', '.join(known)}"
    if options.version != known[-1] and options.scope == "all":
        return f"torch's own API was not measured on {title}: take --scope optim"
    return None
