"""Adam's bias correction on Paddle when the betas change: torch's `1 - beta**step`.

Paddle multiplies an accumulator by beta at each step, so after a change of beta (OneCycleLR does
it every step) it would hold a product of old and new betas, where torch raises the new beta to
the number of steps. That number is not kept by Paddle; it is read back from the accumulators.

Follows paddle/phi/kernels/cpu/adam_kernel.cc and torch/optim/adam.py.
"""

# ruff: noqa: SLF001 - Paddle keeps what is needed here in private attributes

from __future__ import annotations

import math
import struct
import sys
from typing import TYPE_CHECKING, Any

from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Betas = tuple[float, float]

_ACCUMULATORS = ("beta1_pow_acc", "beta2_pow_acc")


def carry_over(native: Any, group: Mapping[str, Any], old: Betas, new: Betas) -> None:
    """Set the accumulators to what they would hold had the betas always been `new`.

    Args:
        native: a Paddle optimizer of the Adam family.
        group: the parameters, under `params`, with whatever Paddle's group dict has.
        old: the betas so far.
        new: the betas from now on.
    """
    _make_loaded(native, group)
    prefix = "" if native._name is None else f"{native._name}_"
    for param in group["params"]:
        master = native._master_weights.get(param.name)
        name = param.name if master is None else master.name
        found = [native._accumulators.get(prefix + acc, {}).get(name) for acc in _ACCUMULATORS]
        if found[0] is not None:
            _rewrite(found, old, new)


def _make_loaded(native: Any, group: Mapping[str, Any]) -> None:
    # A state loaded before the first step waits in a dict until a step makes the accumulators.
    waiting = native._accumulators_holder
    params = [p for p in group["params"] if any(key.startswith(f"{p.name}_") for key in waiting)]
    if params:
        block = sys.modules["paddle"].static.default_main_program().global_block()
        native._create_accumulators(
            block, {**group, "params": params} if len(group) > 1 else params
        )


def _rewrite(accumulators: list[Any], old: Betas, new: Betas) -> None:
    rounded = _as_kept(accumulators[0], old)
    exponent = _exponent([acc.item() for acc in accumulators], rounded)
    if exponent == math.inf and max(new) > max(old):
        raise UnsupportedError(
            f"betas = {new} cannot be written any more: the step count is lost.\n"
            f"Hint: Paddle's accumulators of {old} have underflowed; use bridge.optim."
        )
    for accumulator, beta in zip(accumulators, _as_kept(accumulators[0], new), strict=True):
        accumulator.fill_(math.pow(beta, exponent))


def _exponent(powers: list[float], betas: Betas) -> float:
    # The larger beta decays slower: its power still counts steps when the other's is 0.
    power, beta = max(zip(powers, betas, strict=True), key=lambda pair: pair[1])
    return round(math.log(power) / math.log(beta)) if power > 0 else math.inf


def _as_kept(accumulator: Any, betas: Betas) -> Betas:
    if "float64" in str(accumulator.dtype):
        return betas
    first, second = struct.unpack("ff", struct.pack("ff", *betas))
    return first, second
