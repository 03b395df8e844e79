"""One step through all groups: by the framework's kernel where one is claimed, else by the formula.

Follows `Optimizer.step` of https://docs.pytorch.org/docs/stable/optim.html. This runs for every
parameter at every step; what is asked of a parameter here shows in the benchmark.
"""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bridge.backends._protocol import Batch
from bridge.errors import UnsupportedError
from bridge.optim._master import as_stepped, is_narrow, narrow, refused_narrow, widened
from bridge.optim._scalars import plain
from bridge.optim._together import step_by_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bridge.backends._protocol import Backend, Group, Kernel, State, Tensor

_PLAIN = frozenset({bool, float, int, str, type(None)})

# For all parameters of a group that needs none: whoever writes into it is told.
_NO_STATE: Any = MappingProxyType({})

_GRAD, _DTYPE = attrgetter("grad"), attrgetter("dtype")


def advance(optimizer: Any, xp: Backend, kernels: Mapping[str, Kernel]) -> None:
    """Update every parameter that has a gradient, and keep what state it needs from now on."""
    kernel = kernels.get(optimizer.algorithm)
    with xp.no_grad():
        # All groups are looked at first: what is refused leaves every parameter as it was.
        found = [_batches(optimizer, xp, group) for group in optimizer.param_groups]
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


def _batches(
    optimizer: Any, xp: Backend, group: Group
) -> tuple[dict[tuple[str, bool], Batch], Iterable[tuple[Tensor, State]]]:
    """Sort the parameters by what a kernel asks for; return those whose state is new as well."""
    params, grads = _with_grads(group["params"])
    if optimizer.has_master_weights or optimizer.keeps_state(group):
        states, fresh = _states(optimizer, xp, group, params)
    else:
        states, fresh = [_NO_STATE] * len(params), ()
    batches = _by_kind(xp, Batch(params, grads, states)) if params else {}
    for (name, _), batch in batches.items():
        _check(optimizer, xp, name, batch.grads)
        if is_narrow(xp, name):
            batch.grads[:] = [xp.to_float32(grad) for grad in batch.grads]
        if group.get("maximize", False):
            batch.grads[:] = [-grad for grad in batch.grads]
    return batches, fresh


# The next three ask all parameters one thing after the other, by `map`: a loop over the parameters
# that asks each for everything takes twice as long.


def _with_grads(params: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    grads = list(map(_GRAD, params))
    if type(None) in set(map(type, grads)):
        pairs = zip(params, grads, strict=True)
        params = [param for param, grad in pairs if grad is not None]
        grads = [grad for grad in grads if grad is not None]
    return params, grads


def _states(
    optimizer: Any, xp: Backend, group: Group, params: list[Tensor]
) -> tuple[list[State], Iterable[tuple[Tensor, State]]]:
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


def _by_kind(xp: Backend, batch: Batch) -> dict[tuple[str, bool], Batch]:
    params = batch.params
    dtypes = list(map(_DTYPE, params))
    # The method itself, of the class: by its name of each it would take three times as long.
    are_contiguous = list(map(type(params[0]).is_contiguous, params))
    # Dtypes by identity: to hash one takes Paddle long.
    if len(set(map(id, dtypes))) == 1 and len(set(are_contiguous)) == 1:
        return {(xp.dtype(params[0]), are_contiguous[0]): batch}
    batches: dict[tuple[str, bool], Batch] = {}
    for param, is_contiguous, *rest in zip(params, are_contiguous, *batch[1:], strict=True):
        same = batches.setdefault((xp.dtype(param), is_contiguous), Batch([], [], []))
        for kept, each in zip(same, (param, *rest), strict=True):
            kept.append(each)
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
