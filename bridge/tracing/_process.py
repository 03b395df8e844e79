"""The trace inside a process that `optbridge trace` started.

A framework is watched from the moment its import is done, so a script that imports none costs
nothing. Follows https://docs.python.org/3/library/importlib.html#importlib.abc.MetaPathFinder.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from dataclasses import fields
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.machinery import ModuleSpec

VARIABLE: Final = "OPTBRIDGE_TRACE"
"""The environment variable with what to record and where, as JSON."""

FRAMEWORKS: Final = ("torch", "paddle", "oneflow")
OWN: Final = "bridge.optim.optimizer"


def start() -> None:
    """Watch what this process will import, as the environment says."""
    options: dict[str, Any] = json.loads(os.environ[VARIABLE])
    tracer = _Tracer(options)
    watchers: dict[str, Callable[[], None]] = {OWN: tracer.watch_own}
    watchers |= {framework: partial(tracer.watch, framework) for framework in FRAMEWORKS}
    sys.meta_path.insert(0, _AfterImport(watchers))


class _Tracer:
    """Makes the recorder when the first framework is there."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._recorder: Any = None

    def watch(self, framework: str) -> None:
        from bridge.tracing._watch import watch_framework  # noqa: PLC0415 - only with a framework

        watch_framework(framework, self._made())
        if framework == self._options.get("carry", {}).get("framework"):
            self._carry()

    def watch_own(self) -> None:
        from bridge.tracing._watch import watch_new_optimizers  # noqa: PLC0415 - likewise

        watch_new_optimizers(sys.modules[OWN].Optimizer, self._made())

    def _made(self) -> Any:
        if self._recorder is None:
            from bridge.tracing._file import TraceFile, own_rank, rank_path  # noqa: PLC0415
            from bridge.tracing._recorder import Recorder, Wanted  # noqa: PLC0415

            def open_file() -> TraceFile:
                return TraceFile(rank_path(Path(self._options["path"]), own_rank()), replace=False)

            known = {field.name for field in fields(Wanted)}
            wanted = {name: value for name, value in self._options.items() if name in known}
            self._recorder = Recorder(open_file, Wanted(**wanted))
            atexit.register(self._end)
        return self._recorder

    def _carry(self) -> None:
        from bridge.verifying._carrier import Carrier  # noqa: PLC0415 - only in `optbridge verify`

        carrier = Carrier(self._options["carry"], lambda: self._recorder.steps)
        carrier.watch()
        self._recorder.on_new = carrier.introduced

    def _end(self) -> None:
        # where Python keeps the exception that ended the script
        error = getattr(sys, "last_value", None)
        self._recorder.close(None if error is None else f"{type(error).__name__}: {error}")


class _AfterImport:
    """A finder that finds nothing by itself, and calls back when a module has been executed."""

    def __init__(self, watchers: Mapping[str, Callable[[], None]]) -> None:
        self._waiting = dict(watchers)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        del path, target
        done = self._waiting.pop(name, None)
        if done is None:
            return None
        spec = find_spec(name)  # the other finders: this one does not know the name any more
        if spec is not None and spec.loader is not None:
            _call_after(spec.loader, done)
        return spec


def _call_after(loader: Any, done: Callable[[], None]) -> None:
    execute = loader.exec_module

    def exec_module(module: object) -> None:
        execute(module)
        done()

    loader.exec_module = exec_module
