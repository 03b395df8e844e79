"""A user's functions in states and configurations: by the name they can be imported under.

A name is only ever looked up among the modules that are loaded; nothing is imported, so that
loading a state runs no code. torch saves nothing of a function, and of a callable object its
attributes: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LambdaLR.html
"""

from __future__ import annotations

import sys
import types
import warnings
from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def reference_of(target: Any) -> str | None:
    """Return the name that a function or class can be found by, if it has one.

    >>> import math
    >>> reference_of(math.cos), reference_of(lambda epoch: epoch)
    ('math:cos', None)
    """
    module, name = (getattr(target, key, None) for key in ("__module__", "__qualname__"))
    if not module or not name:
        return None
    reference = f"{module}:{name}"
    return reference if found(reference) is target else None


def found(reference: str) -> Any:
    """Return what a name stands for among the loaded modules, or None.

    >>> import math
    >>> found("math:cos") is math.cos, found("math:cosine")
    (True, None)
    """
    module, _, names = reference.partition(":")
    return reduce(
        lambda owner, name: getattr(owner, name, None), names.split("."), sys.modules.get(module)
    )


def saved_callable(function: Callable[..., Any]) -> dict[str, Any] | None:
    """Return what of a user's callable goes into a state: nothing of a plain function."""
    if isinstance(function, types.FunctionType) or not hasattr(function, "__dict__"):
        return None
    return function.__dict__.copy()


def restored_callable(
    function: Callable[..., Any], attributes: dict[str, Any] | None, reference: str | None
) -> Callable[..., Any]:
    """Return the callable that a state means, where the schedule has been built with another."""
    if attributes is not None:
        function.__dict__.update(attributes)
    if reference is None or reference == reference_of(function):
        return function
    named = found(reference)
    if callable(named):
        return named  # type: ignore[no-any-return]  # callable is all that is known of it
    warnings.warn(
        f"The state was saved with the function {reference}, which is not loaded here; "
        f"{getattr(function, '__qualname__', function)} stays in its place.\n"
        "Hint: import that module before load_state_dict.",
        UserWarning,
        stacklevel=4,
    )
    return function
