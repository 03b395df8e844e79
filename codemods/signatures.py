"""What `bridge` offers under torch.optim's names: the only thing the codemod asks it."""

from __future__ import annotations

import inspect
from functools import cache
from types import ModuleType

_ROOT = "torch.optim"
_MODULES = ("lr_scheduler", "swa_utils")
VERBOSE = "verbose"


@cache
def bridge_name(qualified: str) -> str | None:
    """Return bridge's name for a name of torch.optim, None if bridge has none.

    >>> bridge_name("torch.optim.lr_scheduler.StepLR")
    'bridge.optim.lr_scheduler.StepLR'
    >>> bridge_name("torch.optim.sgd.SGD")
    'bridge.optim.SGD'
    >>> bridge_name("torch.optim.NoSuchOptimizer") is None
    True
    """
    if qualified == _ROOT:
        return "bridge.optim"
    if not qualified.startswith(_ROOT + "."):
        return None
    path = qualified.removeprefix(_ROOT + ".").split(".")
    if len(path) > 1 and path[0] not in _MODULES:
        path = path[1:]  # torch.optim.sgd.SGD is torch.optim.SGD
    return ".".join(("bridge.optim", *path)) if _lookup(path) is not None else None


@cache
def signature(qualified: str) -> inspect.Signature | None:
    """Return the signature of an optimizer or scheduler class of torch, as bridge has it.

    Schedulers take `verbose` by position too, as torch did until 2.6.

    >>> list(signature("torch.optim.lr_scheduler.StepLR").parameters)[:3]
    ['optimizer', 'step_size', 'gamma']
    """
    name = bridge_name(qualified)
    found = _lookup(name.split(".")[2:]) if name is not None else None
    return _with_verbose(inspect.signature(found)) if inspect.isclass(found) else None


def _with_verbose(new: inspect.Signature) -> inspect.Signature:
    if VERBOSE not in new.parameters:
        return new
    verbose = new.parameters[VERBOSE].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    others = [p for p in new.parameters.values() if p.name != VERBOSE]
    count = sum(p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for p in others)
    return new.replace(parameters=[*others[:count], verbose, *others[count:]])


def _lookup(path: list[str]) -> object | None:
    import bridge.optim  # noqa: PLC0415  # inspects classes: only a port that meets torch.optim pays

    found: object = bridge.optim
    for name in path:
        inner = getattr(found, name, None)
        if isinstance(inner, ModuleType) and name not in _MODULES:
            return None
        found = inner
    return found
