"""Remember objects with all that they hold, and put it back in place, bit for bit.

`state_dict` does not serve: loading an empty one leaves the state that a native Paddle optimizer
has made meanwhile, and no framework's brings back gradients, flags or counters.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable
from types import FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

from bridge.backends import backend, backend_name

Undo: TypeAlias = Callable[[], object]
Found: TypeAlias = "tuple[Iterable[Any], Undo | None]"  # what is inside, and what puts it back

_CODE = (type, ModuleType, FunctionType, MethodType)


def remember(roots: Iterable[object]) -> Undo:
    """Return what puts everything that can be reached from `roots` back as it is now.

    Containers, attributes and tensors are changed in place, so whoever holds one sees it restored.

    >>> state = {"step": 1, "seen": [2]}
    >>> put_back = remember([state])
    >>> state["seen"].append(3)
    >>> state["step"] = 2
    >>> put_back()
    >>> state
    {'step': 1, 'seen': [2]}
    """
    seen: dict[int, object] = {}  # the objects too: a number must not be given to another one
    undo: list[Undo] = []
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        inside, put_back = _of_tensor(each) if backend_name(each) else _of_object(each)
        waiting.extend(inside)
        if put_back is not None:
            undo.append(put_back)

    def put_all_back() -> None:
        # The inside first: Paddle empties a gradient that it clears, and takes no empty one.
        for put_back in reversed(undo):
            put_back()

    return put_all_back


def _of_tensor(tensor: Any) -> Found:
    xp = backend(str(backend_name(tensor)))
    attributes = getattr(tensor, "__dict__", None)
    inside = [] if attributes is None else [attributes]
    if xp.any_sparse([tensor]):  # a gradient, which each backward pass makes anew
        return inside, None
    value = xp.clone(tensor)
    # torch warns where the gradient of anything else is asked for.
    grad = tensor.grad if xp.is_leaf(tensor) else None

    def put_back() -> None:
        with xp.no_grad():
            xp.assign(tensor, value)
        if xp.is_leaf(tensor) and tensor.grad is not grad:
            tensor.grad = grad

    return inside if grad is None else [*inside, grad], put_back


def _of_object(each: Any) -> Found:
    match each:
        case dict():
            entries = dict(each)
            return (*entries.keys(), *entries.values()), lambda: _refill(each, entries)
        case list():
            items = list(each)
            return items, lambda: each.__setitem__(slice(None), items)
        case set() | deque():
            members = list(each)
            return members, lambda: _replenish(each, members)
        case tuple():
            return each, None
        case _ if hasattr(each, "get_state") and hasattr(each, "set_state"):
            # A generator of random numbers, such as a sampler's.
            state = each.get_state()
            return (), lambda: each.set_state(state)
        case _:
            attributes = getattr(each, "__dict__", None)
            return [] if attributes is None or not _is_kept(each) else [attributes], None


def _is_kept(value: object) -> bool:
    # Loggers, locks and files are reachable too, and nobody's training state.
    home = type(value).__module__.partition(".")[0]
    return not isinstance(value, _CODE) and home not in sys.stdlib_module_names


def _refill(container: dict[Any, Any], entries: dict[Any, Any]) -> None:
    pairs = zip(container.items(), entries.items(), strict=False)
    is_same = all(key is old and value is was for (key, value), (old, was) in pairs)
    if is_same and len(container) == len(entries):
        return  # most of what a model holds, some of which refuses to be written
    container.clear()
    container.update(entries)


def _replenish(container: set[Any] | deque[Any], members: list[Any]) -> None:
    container.clear()
    if isinstance(container, set):
        container.update(members)
    else:
        container.extend(members)
