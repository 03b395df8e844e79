"""What Python runs at its start in a process of `optbridge trace`: starts the trace.

Then it runs the `sitecustomize` that it hides, if there is one.
Follows https://docs.python.org/3/library/site.html#module-sitecustomize.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec, spec_from_file_location

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - at every start: light
_BRIDGE = os.path.dirname(os.path.dirname(_HERE))  # noqa: PTH120 - likewise


def _load(name: str, spec: ModuleSpec | None) -> None:
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


def _start() -> None:
    if sys.version_info < (3, 10):  # noqa: UP036 - the script's Python, not ours
        sys.stderr.write("optbridge trace: needs Python 3.10 or later, so no trace is written.\n")
        return
    # This very package, by its path: the script's environment may have no optbridge, and putting
    # this one's on sys.path would let in all its other packages.
    _load("bridge", spec_from_file_location("bridge", f"{_BRIDGE}/__init__.py"))
    from bridge.tracing._process import start  # noqa: PLC0415 - only now it can be found

    start()


if "OPTBRIDGE_TRACE" in os.environ:
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != _HERE]  # noqa: PTH100
    _start()
    _load("sitecustomize", PathFinder.find_spec("sitecustomize", sys.path))
