"""What `optbridge doctor` runs in the interpreter it examines: argv[1] is a framework's module.

It stands alone (any Python 3.8 or later, without this distribution), because that interpreter may
have nothing else. It prints two JSON lines: what is installed, then how the import went. The first
is out before the import starts, for an import may take the whole process down.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

DISTRIBUTIONS = (
    "torch",
    "paddlepaddle",
    "paddlepaddle-gpu",
    "paddle",
    "oneflow",
    "numpy",
    "protobuf",
    "nvidia-cublas-cu11",
    "nvidia-cudnn-cu11",
)


def report_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    del trace
    sys.stdout.write("\n" + json.dumps({"error": f"{kind.__name__}: {error}"}) + "\n")


def main() -> None:
    installed = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
    facts = {
        "executable": sys.executable,
        "python": list(sys.version_info[:2]),
        "versions": {name: installed[name] for name in DISTRIBUTIONS if name in installed},
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    # a framework's exception may derive from anything; a hook sees them all
    sys.excepthook = report_error
    # `python -c` puts the working directory first, and a script may well be called torch.py
    sys.path[:] = [entry for entry in sys.path if entry]
    module = importlib.import_module(sys.argv[1])
    # a folder that an uninstall left behind imports too, as an empty namespace
    if not hasattr(module, "Tensor"):
        message = f"module {sys.argv[1]!r} has no Tensor"
        raise ImportError(message)
    # the frameworks write to stdout while they load, not always with a line's end
    sys.stdout.write("\n" + json.dumps({"version": module.__version__}) + "\n")


if __name__ == "__main__":
    main()
