"""One step through all groups: by the framework's kernel where one is claimed, else by the formula.

Follows `Optimizer.step` of https://docs.pytorch.org/docs/stable/optim.html. This runs for every
parameter at every step; what is asked of a parameter here shows in the benchmark.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import chain, repeat
from operator import attrgetter, is_not
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.backends._protocol import Batch
from bridge.optim._master import as_stepped, is_narrow, step_narrow
from bridge.optim._refused import check
from bridge.optim._scalars import plain
from bridge.optim._together import step_by_formula

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.backends._protocol import Backend, Group, Kernel, Row, Run, State, Tensor

    Kind: TypeAlias = tuple[str, bool]  # a dtype's name, and whether it is contiguous
    Planned: TypeAlias = tuple[Run, Batch, Group]

_PLAIN = frozenset({bool, float, int, str, type(None)})
_OF_PARAMS = frozenset({"params", "param_names"})

# For all parameters of a group that needs none: whoever writes into it is told.
_NO_STATE: Any = MappingProxyType({})

_GRAD = attrgetter("grad")

# What there is one of per parameter is kept in deques, which are blocks of 64. For a list of more
# than 127, glibc's malloc would first put together all the small pieces that the framework freed
# since the last step (`malloc_consolidate`): a tenth of OneFlow's step over small tensors.


def advance(optimizer: Any, xp: Backend, kernels: Mapping[str, Kernel]) -> None:
    """Update every parameter that has a gradient, and keep what state it needs from now on."""
    kernel = kernels.get(optimizer.algorithm)
    with xp.no_grad():
        # All groups are looked at first: what is refused leaves every parameter as it was.
        plans = [_plan(optimizer, xp, kernel, group) for group in optimizer.param_groups]
        for run, batch, options in chain.from_iterable(plans):
            run(batch, options)


def _plan(optimizer: Any, xp: Backend, kernel: Kernel | None, group: Group) -> list[Planned]:
    options, params = _options(group), group["params"]
    if kernel is not None and kernel.asks_late:
        late = _late(optimizer, xp, kernel, options)
        if late is not None:
            return [(kernel.run, late, options)]
    grads = deque(map(_GRAD, params))
    if not all(map(is_not, grads, repeat(None))):
        params = [param for param, grad in zip(params, grads, strict=True) if grad is not None]
        grads = deque(map(_GRAD, params))
    if not params:
        return []
    states, is_new = _states(optimizer, xp, group, params)
    plan: list[Planned] = []
    for kind, batch in _by_kind(xp, Batch(params, grads, states)).items():
        check(optimizer, xp, kind[0], batch.grads)
        run = _run(optimizer, xp, kernel, kind, options)
        plan.append((partial(_run_first, optimizer, run) if is_new else run, batch, options))
    return plan


def _options(group: Group) -> Group:
    # The types of most are known: nothing needs to be asked.
    others = {
        name: plain(value)
        for name, value in group.items()
        if type(value) not in _PLAIN and name not in _OF_PARAMS
    }
    return {**group, **others}


def _late(optimizer: Any, xp: Backend, kernel: Kernel, options: Group) -> Batch | None:
    """Return the whole group, for the kernel to ask for each gradient; None where it cannot.

    To ask for all of them before takes a twentieth of a step over small tensors.
    """
    params = options["params"]
    if not params or options.get("maximize", False) or not kernel.claims(options, "float32"):
        return None
    if _kind_of_all(xp, params) != ("float32", True):
        return None
    if optimizer.keeps_state(options):
        states = deque(map(optimizer.state.get, params))
        # A parameter without gradient gets no state either: which ones are to get some?
        if not all(states):
            return None
    else:
        states = deque(repeat(_NO_STATE, len(params)))
    return Batch(params, map(_GRAD, params), states)


def _states(
    optimizer: Any, xp: Backend, group: Group, params: Sequence[Tensor]
) -> tuple[Sequence[State], bool]:
    """Return the state of each parameter, and whether some of it is new."""
    if not optimizer.has_master_weights and not optimizer.keeps_state(group):
        return deque(repeat(_NO_STATE, len(params))), False
    states = deque(map(optimizer.state.get, params))
    if all(states):
        return states, False
    if optimizer.starts_empty:
        return [state or {} for state in states], True
    new: dict[int, State] = {}  # by identity: a parameter may be given twice, as torch only warns
    for place, param in enumerate(params):
        if not states[place]:
            if id(param) not in new:
                new[id(param)] = optimizer.init_state(xp, as_stepped(xp, param), group)
            states[place] = new[id(param)]
    return states, True


def _by_kind(xp: Backend, batch: Batch) -> dict[Kind, Batch]:
    kind = _kind_of_all(xp, batch.params)
    if kind is not None:
        return {kind: batch}
    found: dict[Kind, list[Row]] = {}
    for row in zip(*batch, strict=True):
        param = row[0]
        found.setdefault((xp.dtype(param), param.is_contiguous()), []).append(row)
    return {kind: Batch.of(rows) for kind, rows in found.items()}


def _kind_of_all(xp: Backend, params: Sequence[Tensor]) -> Kind | None:
    dtype = xp.dtype_of_all(params)
    # The method itself, of the class: by its name of each it would take three times as long.
    if dtype is not None and all(map(type(params[0]).is_contiguous, params)):
        return dtype, True
    return None


def _run(optimizer: Any, xp: Backend, kernel: Kernel | None, kind: Kind, options: Group) -> Run:
    """Return what steps parameters of that kind."""
    dtype, is_contiguous = kind
    through_copies = is_narrow(xp, dtype)
    stepped = "float32" if through_copies else dtype
    # Paddle's kernels refuse other parameters; OneFlow's leave them as they are.
    if kernel is not None and is_contiguous and kernel.claims(options, stepped):
        run = kernel.run
    else:
        run = partial(step_by_formula, optimizer, xp)
    if options.get("maximize", False):
        run = partial(_run_up, run)
    return partial(step_narrow, xp, run) if through_copies else run


def _run_up(run: Run, batch: Batch, options: Group) -> None:
    run(batch._replace(grads=[-grad for grad in batch.grads]), options)


def _run_first(optimizer: Any, run: Run, batch: Batch, options: Group) -> None:
    run(batch, options)
    for param, state in zip(batch.params, batch.states, strict=True):
        # As in torch, a parameter that needs no state has no entry.
        if state:
            optimizer.state[param] = state
