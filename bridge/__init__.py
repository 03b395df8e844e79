"""torch.optim on torch, Paddle and OneFlow parameters.

Importing this package loads the standard library only; what it exports is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge import errors, optim
    from bridge._as_torch import as_torch
    from bridge._lower import lower
    from bridge._wrap import wrap
    from bridge.checkpoint import load, move_state, save
    from bridge.lr_finder import LRFinder
    from bridge.native_state import export_native, load_native
    from bridge.plot import plot_lr_scheduler
    from bridge.simulating import simulate
    from bridge.tracing import trace

__version__ = "0.1.0"

__all__ = [
    "LRFinder",
    "as_torch",
    "errors",
    "export_native",
    "load",
    "load_native",
    "lower",
    "move_state",
    "optim",
    "plot_lr_scheduler",
    "save",
    "simulate",
    "trace",
    "wrap",
]

# Not files of the same name: importing such a file would put it in the function's place.
_FUNCTIONS = {
    "LRFinder": "bridge.lr_finder",
    "as_torch": "bridge._as_torch",
    "export_native": "bridge.native_state",
    "load": "bridge.checkpoint",
    "load_native": "bridge.native_state",
    "lower": "bridge._lower",
    "move_state": "bridge.checkpoint",
    "plot_lr_scheduler": "bridge.plot",
    "save": "bridge.checkpoint",
    "simulate": "bridge.simulating",
    "trace": "bridge.tracing",
    "wrap": "bridge._wrap",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _FUNCTIONS:
        return getattr(import_module(_FUNCTIONS[name]), name)
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
