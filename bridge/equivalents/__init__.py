"""Which native class equals which torch class, per framework; imports no framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.equivalents import (
    oneflow_optimizers,
    oneflow_schedulers,
    paddle_optimizers,
    paddle_schedulers,
)
from bridge.equivalents._live import group_arguments, misfit, native_arguments
from bridge.equivalents._model import (
    REQUIREMENTS,
    Condition,
    Equivalent,
    Pair,
    To,
    conditions_of,
    difference,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIMIZERS: Final[Mapping[str, tuple[Equivalent, ...]]] = {
    "paddle": paddle_optimizers.OPTIMIZERS,
    "oneflow": oneflow_optimizers.OPTIMIZERS,
}
SCHEDULERS: Final[Mapping[str, tuple[Equivalent, ...]]] = {
    "paddle": paddle_schedulers.SCHEDULERS,
    "oneflow": oneflow_schedulers.SCHEDULERS,
}

# The frameworks' names in messages.
TITLES: Final[Mapping[str, str]] = {"torch": "torch", "paddle": "Paddle", "oneflow": "OneFlow"}

# The versions that every row was measured on (tools/measure_versions.py), the newest last.
VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "paddle": ("3.0", "3.1", "3.2", "3.3"),
    "oneflow": ("0.9",),
}

# What works on torch's own tensors only, and why.
TORCH_ONLY: Final[Mapping[str, str]] = {
    "SparseAdam": "it steps sparse gradients, which only torch's embeddings give",
}

__all__ = [
    "OPTIMIZERS",
    "REQUIREMENTS",
    "SCHEDULERS",
    "TITLES",
    "TORCH_ONLY",
    "VERSIONS",
    "Condition",
    "Equivalent",
    "Pair",
    "To",
    "conditions_of",
    "difference",
    "equivalents_of",
    "group_arguments",
    "misfit",
    "native_arguments",
]


def equivalents_of(framework: str, torch_class: str) -> tuple[Equivalent, ...]:
    """Return the native classes that may stand for a torch class, the best first.

    >>> [e.native for e in equivalents_of("paddle", "SGD")]
    ['paddle.optimizer.SGD', 'paddle.optimizer.Momentum']
    >>> equivalents_of("oneflow", "OneCycleLR")
    ()
    """
    rows = (*OPTIMIZERS.get(framework, ()), *SCHEDULERS.get(framework, ()))
    return tuple(row for row in rows if row.torch == torch_class)
