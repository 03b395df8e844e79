"""The child's side of a pool: answer one question after the other until nobody asks any more.

A parser may end its process on code that is nested deeply enough, and no thread can be stopped that
takes too long; a process of its own can die of either without harm. The time limit is kept here,
and not by the parent, so that a child whose parent was killed does not run on for ever.

https://docs.python.org/3/library/faulthandler.html#faulthandler.dump_traceback_later
"""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import signal
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised: a mistake of ours, in one line."""

    reason: str


def serve() -> None:
    """Read the work and the time limit from stdin, then a question at a time; answer on stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # a tree is in use until it is gone as a whole: looking for garbage finds none
    warnings.simplefilter("ignore")  # what Python thinks of a user's escape sequences
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may get among the answers
    work, seconds = pickle.load(questions)  # noqa: S301  # from our own parent
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        while True:
            try:
                question = pickle.load(questions)  # noqa: S301  # likewise
            except EOFError:
                return
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            try:
                answer = work(*question)
            except Exception as error:  # noqa: BLE001  # the file boundary: it becomes a finding
                answer = Failed(f"{type(error).__name__}: {error}")
            faulthandler.cancel_dump_traceback_later()
            pickle.dump(answer, answers)
            answers.flush()
            del question, answer
            clear()


def clear() -> None:
    """Free the trees of a file; what is left is this program's own, and is not searched again."""
    gc.collect()
    gc.freeze()
