"""The rows of `bridge.equivalents` for a class of bridge, and the native class of a row.

On torch every class is its own equivalent: https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

import inspect
import sys
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from bridge.equivalents import TITLES, Equivalent, Pair, To, equivalents_of
from bridge.equivalents.beyond import BEYOND
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

HINT: Final = "Hint: keep bridge's own, which equals torch's on every framework."


def choose(framework: str, kind: type, lacking: Callable[[Equivalent], str | None]) -> Equivalent:
    """Return the first row that lacks nothing, or refuse with the last one's reason."""
    owner = "bridge's" if _is_beyond(kind) else "torch's"
    reason = f"{TITLES[framework]} has nothing that equals {owner} {kind.__name__}"
    for row in _rows_of(framework, kind):
        found = lacking(row)
        if found is None:
            return row
        reason = found
    raise UnsupportedError(f"{kind.__name__} cannot be lowered: {reason}.\n{HINT}")


def native_class(row: Equivalent) -> Any:
    """Find a row's class in its framework, which has been imported by whoever made parameters."""
    return _find(row.native)


def _rows_of(framework: str, kind: type) -> tuple[Equivalent, ...]:
    if framework != "torch":
        beyond = (row for row in BEYOND[framework] if row.torch == kind.__name__)
        return (*equivalents_of(framework, kind.__name__), *beyond)
    module = "torch.optim"
    if kind.__module__.startswith("bridge.optim.lr_scheduler."):
        module += ".lr_scheduler"
    native = f"{module}.{kind.__name__}"
    cls = _find(native)
    if cls is None:
        return ()
    arguments: dict[str, To | Pair] = {
        name: To(name, convert="members" if name == "schedulers" else "as it is")
        for name in inspect.signature(cls).parameters
    }
    return (Equivalent(kind.__name__, native, "", "a", arguments, source=""),)


def _is_beyond(kind: type) -> bool:
    """Whether torch does not have the class."""
    return kind.__name__ in {"LAMB", "Lion"} or ".schedules." in kind.__module__


def _find(dotted: str) -> Any:
    framework, *names = dotted.split(".")
    return reduce(lambda owner, name: getattr(owner, name, None), names, sys.modules.get(framework))
