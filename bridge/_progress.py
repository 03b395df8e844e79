"""A bar with the time left, where a terminal can show one: https://rich.readthedocs.io."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

_T = TypeVar("_T")
SOON = 1.0  # seconds; what is done by then needs no bar
STRETCH = 1 << 18  # steps between two looks at the clock
_IS_COMMAND: ContextVar[bool] = ContextVar("_IS_COMMAND", default=False)


@contextmanager
def of_a_command() -> Iterator[None]:
    """Let long loops show how far they are: in a program of the user's they do not."""
    token = _IS_COMMAND.set(True)
    try:
        yield
    finally:
        _IS_COMMAND.reset(token)


def stretches(count: int, what: str) -> Iterator[range]:
    """Yield ranges that make up `range(count)`; a command shows how far it is.

    >>> [len(stretch) for stretch in stretches(600_000, "counting")]
    [262144, 262144, 75712]
    """
    starts = range(0, count, STRETCH)
    for start in tracked(starts, what, total=len(starts), shown=_IS_COMMAND.get()):
        yield range(start, min(start + STRETCH, count))


def tracked(
    items: Iterable[_T], what: str, *, total: int, shown: bool = True
) -> Generator[_T, None, None]:
    """Yield `total` items; if that takes a while, stderr shows how far it is and the time left.

    >>> list(tracked([1, 2], "counting", total=2))
    [1, 2]
    """
    if not (shown and sys.stderr.isatty()):
        yield from items
        return
    bar: Any = None
    start = time.monotonic()
    try:
        for done, item in enumerate(items):
            yield item
            if bar is None and time.monotonic() - start > SOON:
                bar = _bar()
                bar.start()
                task = bar.add_task(what, total=total)
            if bar is not None:
                bar.update(task, completed=done + 1)
    finally:
        if bar is not None:
            bar.stop()


def _bar() -> Any:
    from rich.console import Console  # noqa: PLC0415 - only where there is something to show
    from rich.progress import Progress  # noqa: PLC0415

    return Progress(console=Console(stderr=True), transient=True)
