"""Find the framework of a tensor by its type, through `sys.modules`: asking imports nothing."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

from bridge.errors import BackendImportError, MixedBackendsError, UnknownTensorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.backends._protocol import Backend, Tensor

__all__ = ["BACKENDS", "backend", "backend_name", "backend_of", "typename"]

BACKENDS = ("torch", "paddle", "oneflow")
"""Every framework that has a module here, by the name of its package."""


# No `functools.cache`: torch.compile warns of one in what it compiles.
_LOADED: dict[str, Backend] = {}


def backend(name: str) -> Backend:
    """Load the backend of that name, and with it the framework.

    >>> backend("jax")
    Traceback (most recent call last):
    ...
    ValueError: backend must be one of torch, paddle, oneflow, got 'jax'.
    """
    if name not in _LOADED:
        _LOADED[name] = _load(name)
    return _LOADED[name]


def _load(name: str) -> Backend:
    if name not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {name!r}.")
    try:
        module = import_module(f"bridge.backends.{name}")
    except ImportError as error:
        raise BackendImportError(
            f"{name} cannot be imported: {error}.\n"
            f"Hint: optbridge doctor {name} says what mends it."
        ) from error
    return cast("Backend", module.BACKEND)


def backend_name(value: object) -> str | None:
    """Name the framework whose tensor `value` is, or None where it is no tensor.

    >>> backend_name([1.0]) is None
    True
    """
    for name in BACKENDS:
        # A module can be in sys.modules while it is still importing, and then lacks its names.
        tensor = getattr(sys.modules.get(name), "Tensor", None)
        if tensor is not None and isinstance(value, tensor):
            return name
    return None


def typename(value: object) -> str:
    """Name the type of `value` as torch's error messages do.

    >>> typename(1.5), typename([])
    ('float', 'list')
    """
    if backend_name(value) == "torch":
        return str(cast("Tensor", value).type())
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def backend_of(params: Iterable[object]) -> Backend:
    """Load the one backend that all of `params` belong to.

    >>> backend_of([])
    Traceback (most recent call last):
    ...
    ValueError: optimizer got an empty parameter list
    Hint: pass model.parameters(), or check that the model has any.
    """
    names = {_name_or_raise(param) for param in params}
    if not names:
        raise ValueError(
            "optimizer got an empty parameter list\n"
            "Hint: pass model.parameters(), or check that the model has any."
        )
    if len(names) > 1:
        raise MixedBackendsError(
            f"params must all belong to one framework, got {' and '.join(sorted(names))}.\n"
            "Hint: make one optimizer for each framework."
        )
    return backend(names.pop())


def _name_or_raise(param: object) -> str:
    name = backend_name(param)
    if name is None:
        raise UnknownTensorError(
            "optimizer can only optimize Tensors, "
            f"but one of the params is {typename(param)}\n"
            f"Accepted: tensors of {', '.join(BACKENDS)}.\n"
            "Hint: pass model.parameters(), not the model, its layers or arrays."
        )
    return name
