"""How far the runs of `optbridge verify` are, on a terminal's stderr."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bridge.verifying.running import Role


@contextmanager
def progress_of_runs() -> Iterator[Callable[[Role, int], None]]:
    """Yield what is to be called with the role of a run and its steps so far."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where it is seen
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    words: dict[Role, str] = {
        "original": "the original",
        "port": "the port",
        "nudged": "the original, weights 1 ulp off",
    }
    tasks: dict[Role, Any] = {}
    totals: list[int] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        search = progress.add_task("looking for interpreters", total=None)

        def watch(role: Role, steps: int) -> None:
            if role not in tasks:
                progress.update(search, visible=False)
                for earlier in tasks.values():
                    progress.update(earlier, total=progress.tasks[earlier].completed)
                tasks[role] = progress.add_task(words[role], total=totals[0] if totals else None)
            progress.update(tasks[role], completed=steps)
            if role == "original":
                totals[:] = [steps]

        yield watch
