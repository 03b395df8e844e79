"""What no optimizer steps off torch, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.errors import UnsupportedError
from bridge.optim._master import is_narrow, refused_narrow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.backends._protocol import Backend, Tensor

_USUAL = frozenset({"float32", "float64"})


def check(optimizer: Any, xp: Backend, dtype: str, grads: Iterable[Tensor]) -> None:
    """Refuse parameters of a type, or gradients, that the optimizer does not step."""
    if dtype not in _USUAL:
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
