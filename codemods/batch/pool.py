"""The parent's side: as many processes as jobs, each started when there is work for it.

Not `concurrent.futures`' own pool of processes: that one has no time limit, and is broken for good
by the first child that dies. A child is started by a command of its own and not by
`multiprocessing`, which would import the user's main module once more in each.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from codemods.batch.worker import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

Item = TypeVar("Item")
Result = TypeVar("Result")

# The child finds what the parent found, and nothing in the folder that the user happens to be in.
START = "import sys; sys.path[:] = {path!r}; from codemods.batch.worker import serve; serve()"
# A process may keep some of what it took for a large file: it is replaced after so much source.
BYTES_PER_CHILD = 40_000_000
OUT_OF_TIME = 1  # how faulthandler ends a process


class WorkError(Exception):
    """A question has no answer; the message says why."""


class TimeLimitError(WorkError):
    """The answer took too long."""


class Pool(Generic[Result]):
    """Processes that answer `work(raw, path)`, one question each at a time."""

    def __init__(self, work: Callable[[bytes, Path], Result], *, jobs: int, seconds: float) -> None:
        self._setup = pickle.dumps((work, seconds))
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(jobs)
        self._mine = threading.local()
        self._children: set[_Child] = set()

    def __enter__(self) -> Pool[Result]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in list(self._children):
            child.end()  # which ends the thread's waiting for it, too
        self._threads.shutdown()
        for child in self._children:
            child.close()

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Call `function` in threads, which may `ask`; yield its results in the items' order."""
        return self._threads.map(function, items)

    def ask(self, raw: bytes, path: Path) -> Result:
        """Have a process do the work for one file.

        Raises:
            WorkError: if it failed or died; a TimeLimitError if it took too long.
        """
        child: _Child | None = getattr(self._mine, "child", None)
        if child is None:
            child = self._mine.child = _Child(self._setup)
            self._children.add(child)
        start = monotonic()
        try:
            answer = child.ask(raw, path)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            code = self._drop(child)
            if code == OUT_OF_TIME and monotonic() - start >= self._seconds:
                raise TimeLimitError(f"it took longer than {self._seconds:g} s") from error
            raise WorkError(f"the process that worked on it ended with code {code}") from error
        if child.bytes_read > BYTES_PER_CHILD:
            self._drop(child)
        if isinstance(answer, Failed):
            raise WorkError(answer.reason)
        return cast("Result", answer)

    def _drop(self, child: _Child) -> int:
        self._mine.child = None
        self._children.discard(child)
        code = child.end()
        child.close()
        return code


class Here(Generic[Result]):
    """A pool of this process alone: for debuggers and profilers, and without a time limit."""

    def __init__(self, work: Callable[[bytes, Path], Result]) -> None:
        self.ask = work

    def __enter__(self) -> Here[Result]:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Call `function`, and yield its results one after the other."""
        return map(function, items)


class _Child:
    def __init__(self, setup: bytes) -> None:
        self.bytes_read = 0
        command = [sys.executable, "-c", START.format(path=sys.path)]
        # A session of its own: Ctrl-C is for the parent, which ends its children itself.
        self.process = subprocess.Popen(  # noqa: S603  # this Python, and no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._write(setup)

    def ask(self, *question: object) -> Any:
        self.bytes_read += len(cast("bytes", question[0]))
        self._write(pickle.dumps(question))
        assert self.process.stdout is not None  # noqa: S101  # for mypy: it is a pipe
        return pickle.load(self.process.stdout)  # noqa: S301  # from our own child

    def _write(self, data: bytes) -> None:
        assert self.process.stdin is not None  # noqa: S101  # likewise
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end(self) -> int:
        """End the process, whatever it does; return its exit code, its own if it had ended."""
        self.process.kill()
        return self.process.wait()

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
