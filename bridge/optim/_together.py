"""Run a formula; over many small parameters at once where it treats every element by itself.

A formula costs some ten operations per parameter, and on a bias or a norm's weight an operation
costs what calling it costs. Vectors that stand at the same step are joined end to end, stepped as
one, and taken apart again: torch's `foreach`, in the operations that every framework has.
https://docs.pytorch.org/docs/stable/optim.html#algorithms
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.backends._protocol import Batch
from bridge.optim._joined import joined_before

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from bridge.backends._protocol import Backend, Group, Row, State, Tensor

_NUMBERS = frozenset({bool, float, int, type(None)})
_FEWEST = 3
"""From how many parameters on joining them pays."""


def step_by_formula(optimizer: Any, xp: Backend, batch: Batch, group: Group) -> None:
    """Step each parameter of `batch` by the optimizer's formula."""
    for rows in _alike(optimizer, xp, batch):
        if len(rows) < _FEWEST:
            for param, grad, state in rows:
                optimizer.formula(xp, param, grad, state, group)
        else:
            _step_as_one(optimizer, xp, Batch.of(rows), group)


def _alike(optimizer: Any, xp: Backend, batch: Batch) -> Iterator[list[Row]]:
    # A parameter given twice, which torch only warns of, steps twice, one after the other.
    is_simple = len({id(param) for param in batch.params}) == len(batch.params)
    most = xp.joins_up_to if optimizer.is_elementwise and is_simple else 0
    found: dict[Hashable, list[Row]] = {}
    room: dict[Hashable, int] = {}
    for row in zip(*batch, strict=True):
        param, _, state = row
        shape = param.shape
        if len(shape) != 1 or not 0 < shape[0] <= most:
            yield [row]
            continue
        numbers = [value for value in state.values() if type(value) in _NUMBERS]
        key = (tuple(state), tuple(numbers))
        found.setdefault(key, []).append(row)
        room[key] = room.get(key, most) - shape[0]
        if room[key] <= 0:
            del room[key]
            yield found.pop(key)
    yield from found.values()


def _step_as_one(optimizer: Any, xp: Backend, batch: Batch, group: Group) -> None:
    params, grads, states = batch
    sizes = [param.shape[0] for param in params]
    joined, is_again = joined_before(optimizer, params)
    param = xp.cat(params)
    given = {
        name: value if type(value) in _NUMBERS else joined.entry(xp, name, states)
        for name, value in states[0].items()
    }
    state = {**given}
    optimizer.formula(xp, param, xp.cat(list(grads)), state, group)
    for target, part in zip(params, xp.split(param, sizes), strict=True):
        xp.assign(target, part)
    for name, value in state.items():
        # What the formula changed in place may stay together; what it put there anew may not.
        is_tensor_given = value is given.get(name) and type(value) not in _NUMBERS
        if not (is_tensor_given and is_again and joined.keep(xp, name, value, states, sizes)):
            _take_apart(xp, name, value, states, sizes)


def _take_apart(
    xp: Backend, name: str, value: Tensor, states: Sequence[State], sizes: list[int]
) -> None:
    if type(value) in _NUMBERS:
        for state in states:
            state[name] = value
        return
    for state, part in zip(states, xp.split(value, sizes), strict=True):
        if name in state:
            xp.assign(state[name], part)
        else:
            state[name] = xp.clone(part)
