"""One step through all groups: by the framework's kernel where one is claimed, else by the formula.

Follows `Optimizer.step` of https://docs.pytorch.org/docs/stable/optim.html. This runs for every
parameter at every step; what is asked of a parameter here shows in the benchmark.
"""

from __future__ import annotations

from itertools import chain, compress
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.backends._protocol import Batch
from bridge.errors import UnsupportedError
from bridge.optim._master import as_stepped, is_narrow, narrow, refused_narrow, widened
from bridge.optim._scalars import plain
from bridge.optim._together import step_by_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bridge.backends._protocol import Backend, Group, Kernel, State, Tensor

    Kind: TypeAlias = tuple[str, bool]  # a dtype's name, and whether it is contiguous
    Batches: TypeAlias = dict[Kind, Batch]
    Fresh: TypeAlias = Iterable[tuple[Tensor, State]]

_PLAIN = frozenset({bool, float, int, str, type(None)})

# For all parameters of a group that needs none: whoever writes into it is told.
_NO_STATE: Any = MappingProxyType({})

_PARAMS, _GRAD, _DTYPE = itemgetter("params"), attrgetter("grad"), attrgetter("dtype")


def advance(optimizer: Any, xp: Backend, kernels: Mapping[str, Kernel]) -> None:
    """Update every parameter that has a gradient, and keep what state it needs from now on."""
    kernel = kernels.get(optimizer.algorithm)
    with xp.no_grad():
        # All groups are looked at first: what is refused leaves every parameter as it was.
        found = _found(optimizer, xp)
        for group, (batches, fresh) in zip(optimizer.param_groups, found, strict=True):
            options = _options(group)
            for (dtype, is_contiguous), batch in batches.items():
                kind, stepped = widened(xp, dtype, batch)
                # Paddle's kernels refuse other parameters; OneFlow's leave them as they are.
                if kernel is not None and is_contiguous and kernel.claims(options, kind):
                    kernel.run(stepped, options)
                else:
                    step_by_formula(optimizer, xp, stepped, options)
                if stepped is not batch:
                    narrow(xp, batch, stepped)
            for param, state in fresh:
                # As in torch, a parameter that needs no state has no entry.
                if state:
                    optimizer.state[param] = state


def _options(group: Group) -> Group:
    options = {**group, "params": None, "param_names": None}
    for name, value in options.items():
        # The types of most are known: nothing needs to be asked.
        if type(value) not in _PLAIN:
            options[name] = plain(value)
    return options


def _found(optimizer: Any, xp: Backend) -> list[tuple[Batches, Fresh]]:
    """Sort each group's parameters by what a kernel asks for; return those of new state as well.

    All parameters are asked one thing after the other, by `map`, and not group by group: a loop
    that asks each for everything takes twice as long, and ten groups a fifth more than one.
    """
    groups = optimizer.param_groups
    params = list(chain.from_iterable(map(_PARAMS, groups)))
    grads = list(map(_GRAD, params))
    are_whole = type(None) not in set(map(type, grads))
    kinds = _kinds(xp, params)
    found, end = [], 0
    for group in groups:
        start, end = end, end + len(group["params"])
        batch = Batch(group["params"], grads[start:end], [])
        mine = kinds if isinstance(kinds, tuple) else kinds[start:end]
        if not are_whole:
            batch, mine = _with_grads(batch, mine)
        found.append(_batches(optimizer, xp, group, batch, mine))
    return found


def _kinds(xp: Backend, params: list[Tensor]) -> Kind | list[Kind]:
    """Return each parameter's dtype and whether it is contiguous; once, if all are alike."""
    dtypes = list(map(_DTYPE, params))
    # The method itself, of the class: by its name of each it would take three times as long.
    are_contiguous = list(map(type(params[0]).is_contiguous, params))
    # Dtypes by identity: to hash one takes Paddle long.
    if len(set(map(id, dtypes))) == 1 and len(set(are_contiguous)) == 1:
        return xp.dtype(params[0]), are_contiguous[0]
    return list(zip(map(xp.dtype, params), are_contiguous, strict=True))


def _with_grads(batch: Batch, kinds: Kind | list[Kind]) -> tuple[Batch, Kind | list[Kind]]:
    has_grad = [grad is not None for grad in batch.grads]
    params, grads = (list(compress(each, has_grad)) for each in batch[:2])
    left = kinds if isinstance(kinds, tuple) else list(compress(kinds, has_grad))
    return Batch(params, grads, []), left


def _batches(
    optimizer: Any, xp: Backend, group: Group, batch: Batch, kinds: Kind | list[Kind]
) -> tuple[Batches, Fresh]:
    params, grads, _ = batch
    if optimizer.has_master_weights or optimizer.keeps_state(group):
        states, fresh = _states(optimizer, xp, group, params)
    else:
        states, fresh = [_NO_STATE] * len(params), ()
    batches = _by_kind(Batch(params, grads, states), kinds) if params else {}
    for (name, _), each in batches.items():
        _check(optimizer, xp, name, each.grads)
        if is_narrow(xp, name):
            each.grads[:] = [xp.to_float32(grad) for grad in each.grads]
        if group.get("maximize", False):
            each.grads[:] = [-grad for grad in each.grads]
    return batches, fresh


def _states(
    optimizer: Any, xp: Backend, group: Group, params: list[Tensor]
) -> tuple[list[State], Fresh]:
    states = list(map(optimizer.state.get, params))
    if all(states):
        return states, ()
    if optimizer.starts_empty:
        states = [state or {} for state in states]
        return states, zip(params, states, strict=True)
    new: dict[int, State] = {}  # by identity: a parameter may be given twice, as torch only warns
    for place, param in enumerate(params):
        if not states[place]:
            if id(param) not in new:
                new[id(param)] = optimizer.init_state(xp, as_stepped(xp, param), group)
            states[place] = new[id(param)]
    return states, [(p, new[id(p)]) for p in params if id(p) in new]


def _by_kind(batch: Batch, kinds: Kind | list[Kind]) -> Batches:
    if isinstance(kinds, tuple):
        return {kinds: batch}
    batches: Batches = {}
    for kind, *each in zip(kinds, *batch, strict=True):
        for kept, one in zip(batches.setdefault(kind, Batch([], [], [])), each, strict=True):
            kept.append(one)
    return batches


def _check(optimizer: Any, xp: Backend, dtype: str, grads: list[Tensor]) -> None:
    if dtype.startswith("complex") and not optimizer.takes_complex:
        raise _refused_complex(optimizer, xp)
    if is_narrow(xp, dtype) and not optimizer.has_master_weights:
        raise refused_narrow(optimizer, xp, dtype)
    if xp.any_sparse(grads):
        raise _refused_sparse(optimizer, xp)


def _refused_sparse(optimizer: Any, xp: Backend) -> UnsupportedError:
    # torch has this advice in the message of Adam alone.
    advice = ", please consider SparseAdam instead" if optimizer.algorithm == "Adam" else ""
    return UnsupportedError(
        f"{optimizer.algorithm} does not support sparse gradients{advice}\n"
        f"Hint: SparseAdam is for torch; on {xp.name} make the layer with sparse=False."
    )


def _refused_complex(optimizer: Any, xp: Backend) -> UnsupportedError:
    return UnsupportedError(
        f"{type(optimizer).__name__} does not support complex parameters\n"
        f"On {xp.name} it steps real ones only.\n"
        "Hint: keep the real and the imaginary part as two parameters, or use SGD."
    )
