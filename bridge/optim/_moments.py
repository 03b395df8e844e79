"""Running means as a kernel keeps them, and as torch does.

The kernels of Paddle and OneFlow take 1 - beta in float32, and correct for just that at each step.
So the parameters are torch's, but the mean square is 1.3e-5 of itself off for a beta of 0.999,
which shows as soon as another framework corrects for the exact beta.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.backends._rounding import mean_scale
from bridge.optim._master import is_narrow
from bridge.optim._scalars import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.backends._protocol import Backend, Group, State, Tensor


def moment_scales(xp: Backend, algorithm: str, param: Tensor, group: Group) -> dict[str, float]:
    """Return by how much each entry of the state is larger than torch's; nothing where none is."""
    if algorithm not in xp.rounds_betas or not param.is_contiguous():
        return {}
    dtype = xp.dtype(param)
    if dtype != "float32" and not is_narrow(xp, dtype):
        return {}
    return rounded_scales(group) if xp.kernels[algorithm].claims(group, "float32") else {}


def rounded_scales(group: Mapping[str, Any]) -> dict[str, float]:
    """Return by how much moments are larger than torch's where 1 - beta was taken in float32."""
    if "alpha" in group:
        return {"square_avg": mean_scale(plain(group["alpha"]))}
    mean, square = (mean_scale(beta) for beta in plain(tuple(group["betas"])))
    return {"exp_avg": mean, "exp_avg_sq": square, "max_exp_avg_sq": square}


def rescale(
    state: State,
    found: Mapping[str, float],
    wanted: Mapping[str, float],
    to_numpy: Callable[[Any], Any],
) -> State:
    """Bring the entries of a state from one scale to another."""
    if found == wanted:
        return state
    return {
        key: to_numpy(value) * (wanted.get(key, 1.0) / found.get(key, 1.0))
        if key in found or key in wanted
        else value
        for key, value in state.items()
    }
