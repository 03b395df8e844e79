"""torch.nn.utils.clip_grad_norm_ and clip_grad_value_, for the parameters of any framework.

https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
https://docs.oneflow.org/en/master/ (oneflow.optim.Optimizer.clip_grad)
"""

from __future__ import annotations

import warnings
from math import isfinite
from types import GeneratorType
from typing import TYPE_CHECKING

from bridge.backends import backend_name, backend_of
from bridge.optim._master import as_stepped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.backends._protocol import Backend, Group, Tensor

_KEYS = ("clip_grad_max_norm", "clip_grad_norm_type")
_WIDTHS = ("float16", "bfloat16", "float32", "float64")


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients down together so that their norm is at most `max_norm`; return the norm.

    `foreach` has no effect. Without any parameters the norm is the number 0.0.

    >>> clip_grad_norm_([], max_norm=1.0)
    0.0
    """
    del foreach  # the choice of torch's implementation
    params = _listed(parameters)
    if not params:
        if isinstance(parameters, GeneratorType):
            warnings.warn(
                "`parameters` is an empty generator, no gradient clipping will occur.",
                stacklevel=2,
            )
        return 0.0
    xp = backend_of(params)
    with xp.no_grad():
        grads = [param.grad for param in params if param.grad is not None]
        if not grads:
            return as_stepped(xp, xp.zeros_like(params[0])).sum()
        total = _total_norm(xp, grads, float(norm_type))
        if error_if_nonfinite and not isfinite(float(total)):
            raise RuntimeError(
                f"The total norm of order {float(norm_type)} for gradients from "
                "`parameters` is non-finite, so it cannot be clipped. To disable "
                "this error and scale the gradients by the non-finite norm anyway, "
                "set `error_if_nonfinite=False`"
            )
        # A factor of 1 is multiplied too: to ask for it would wait for the device.
        factor = (float(max_norm) / (total + 1e-6)).clip(max=1.0)
        for grad in grads:
            wide = as_stepped(xp, grad)
            xp.assign(grad, xp.cast(wide * xp.cast(factor, wide), grad))
    return total


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Bring every entry of the gradients between `-clip_value` and `clip_value`.

    `foreach` has no effect.
    """
    del foreach  # the choice of torch's implementation
    params, limit = _listed(parameters), float(clip_value)
    if not params:
        return
    xp = backend_of(params)
    with xp.no_grad():
        for param in params:
            if param.grad is not None:
                clipped = as_stepped(xp, param.grad).clip(-limit, limit)
                xp.assign(param.grad, xp.cast(clipped, param.grad))


def clip_groups(groups: Sequence[Group], *, error_if_nonfinite: bool) -> None:
    """Clip each group that asks for it by its own two options, as OneFlow's optimizers do."""
    is_any = False
    for index, group in enumerate(groups):
        missing = [key for key in _KEYS if key not in group]
        if len(missing) == 1:
            (given,) = set(_KEYS) - set(missing)
            raise ValueError(
                f"clip_grad needs both {' and '.join(_KEYS)} in a group, got only {given} in "
                f"param_groups[{index}].\nHint: {_KEYS[1]} is 2.0 for the Euclidean norm."
            )
        if not missing:
            is_any = True
            max_norm, norm_type = (group[key] for key in _KEYS)
            clip_grad_norm_(group["params"], max_norm, norm_type, error_if_nonfinite)
    if not is_any:
        warnings.warn(
            "To enable clip_grad, passing the `clip_grad_max_norm` and `clip_grad_norm_type` "
            "parameters when instantializing the Optimizer. No gradient was clipped: "
            "give them in each group to clip.",
            stacklevel=3,
        )


def _listed(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [parameters] if backend_name(parameters) is not None else list(parameters)


def _total_norm(xp: Backend, grads: Sequence[Tensor], order: float) -> Tensor:
    norms = [xp.vector_norm(as_stepped(xp, grad), order) for grad in grads]
    widest = max(norms, key=lambda norm: _WIDTHS.index(xp.dtype(norm)))
    return xp.vector_norm(xp.cat([xp.cast(norm, widest).reshape([1]) for norm in norms]), order)
