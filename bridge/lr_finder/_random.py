"""The state of every random number generator that a training step may draw from.

https://docs.pytorch.org/docs/stable/notes/randomness.html,
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/get_rng_state_en.html
"""

from __future__ import annotations

import random
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def remember_random() -> Callable[[], None]:
    """Return what sets the generators of Python, numpy, torch and Paddle back.

    >>> put_back = remember_random()
    >>> first = random.random()
    >>> put_back()
    >>> random.random() == first
    True
    """
    undo: list[Callable[[], Any]] = [partial(random.setstate, random.getstate())]
    for name, states in _STATES.items():
        if (module := sys.modules.get(name)) is not None:
            undo.extend(states(module))

    def put_back() -> None:
        for each in undo:
            each()

    return put_back


def _numpy(numpy: Any) -> Iterator[Callable[[], Any]]:
    yield partial(numpy.random.set_state, numpy.random.get_state())


def _torch(torch: Any) -> Iterator[Callable[[], Any]]:
    yield partial(torch.set_rng_state, torch.get_rng_state())
    if torch.cuda.is_initialized():
        yield partial(torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all())


def _paddle(paddle: Any) -> Iterator[Callable[[], Any]]:
    for device in {"cpu", paddle.get_device().partition(":")[0]}:
        yield partial(paddle.set_rng_state, paddle.get_rng_state(device), device)


# Not OneFlow's: the state that 0.9 returns stays the same whatever is drawn.
_STATES = {"numpy": _numpy, "torch": _torch, "paddle": _paddle}
