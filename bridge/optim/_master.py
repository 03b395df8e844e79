"""float16 and bfloat16 parameters off torch, stepped through a copy in float32.

Neither Paddle nor OneFlow has an optimizer's operations for them on the CPU, and a step smaller
than half of what their last bit is worth would be lost. So the formula or kernel steps a float32
copy, the master weight, whose rounded value the parameter takes; the state is float32 as well.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Adam_en.html
(`multi_precision`); on torch the step is torch's own, in the parameters' type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.backends._protocol import Batch
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from bridge.backends._protocol import Backend, Group, Run, State, Tensor

MASTER = "master_weight"
"""The entry of a parameter's state that holds its copy in float32."""

_NARROW = frozenset({"float16", "bfloat16"})


def is_narrow(xp: Backend, dtype: str) -> bool:
    """Whether parameters of that type are stepped through master weights, if at all."""
    return dtype in _NARROW and xp.name != "torch"


def as_stepped(xp: Backend, tensor: Tensor) -> Tensor:
    """Return what a formula sees in place of `tensor`: a float32 copy of a narrow one."""
    return xp.to_float32(tensor) if is_narrow(xp, xp.dtype(tensor)) else tensor


def step_narrow(xp: Backend, run: Run, batch: Batch, options: Group) -> None:
    """Step the copies in float32, round them to the parameters, and keep both."""
    masters: dict[int, Tensor] = {}
    states: dict[int, State] = {}
    for param, state in zip(batch.params, batch.states, strict=True):
        # A parameter given twice, which torch only warns of, goes on from its first step.
        if id(param) not in masters:
            masters[id(param)] = _master(xp, param, state.get(MASTER))
        # To a formula the copy is the parameter itself, not an entry of its state.
        states[id(state)] = {key: each for key, each in state.items() if key != MASTER}
    wide = Batch(
        [masters[id(param)] for param in batch.params],
        [xp.to_float32(grad) for grad in batch.grads],
        [states[id(state)] for state in batch.states],
    )
    run(wide, options)
    for param, state, master, stepped in zip(
        batch.params, batch.states, wide.params, wide.states, strict=True
    ):
        xp.assign(param, xp.cast(master, param))
        state.update(stepped, **{MASTER: master})


def refused_narrow(optimizer: Any, xp: Backend, dtype: str) -> UnsupportedError:
    return UnsupportedError(
        f"{type(optimizer).__name__} does not step {dtype} parameters on {xp.name} by themselves.\n"
        "Hint: call optimizer.use_master_weights() before the first step, "
        "or keep the parameters in float32."
    )


def _master(xp: Backend, param: Tensor, master: Tensor | None) -> Tensor:
    if master is None:
        return xp.to_float32(param)
    # What was written into the parameter since the last step, such as a clipped value, counts.
    return master + (xp.to_float32(param) - xp.to_float32(xp.cast(master, param)))
