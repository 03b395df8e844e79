"""What a training step names: its model, its scheduler, its gradient scaler."""

from __future__ import annotations

from functools import partial
from inspect import getclosurevars
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NO_STATE = (type, ModuleType)


def stateful(step: Callable[..., Any]) -> list[Any]:
    """Return every object with a `state_dict` among a function's variables and those it calls.

    A method's are the attributes of its object. What is behind more than that, as in
    `self.parts[0].model`, is not found.

    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(state_dict=dict)
    >>> stateful(lambda: model) == [model]
    True
    """
    found: list[Any] = []
    seen: set[int] = set()
    waiting: list[Any] = [step]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, FunctionType | MethodType | partial) or each is step:
            waiting.extend(_named(each))
        elif isinstance(each, list | tuple):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif hasattr(each, "state_dict") and not isinstance(each, _NO_STATE):
            found.append(each)
    return found


def _named(function: Any) -> Iterator[Any]:
    match function:
        case partial(func=inner, args=args, keywords=keywords):
            yield from (inner, *args, *keywords.values())
        case MethodType(__self__=owner, __func__=inner):
            yield from (owner, *getattr(owner, "__dict__", {}).values(), inner)
        case FunctionType():
            variables = getclosurevars(function)
            yield from (*variables.nonlocals.values(), *variables.globals.values())
            yield from (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        case _:  # an object that can be called
            yield from getattr(function, "__dict__", {}).values()
