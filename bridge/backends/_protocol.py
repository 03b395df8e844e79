"""What an optimizer needs of a framework, and nothing more.

A formula is written once in what every framework's tensors have, Python's operators, `grad`,
`dtype` and `is_contiguous()`, and the operations below. A kernel is the framework's own fused step
for those parameters of a group that share a dtype and are contiguous; what no kernel claims takes
the formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

Tensor: TypeAlias = Any
Group: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, Any]


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()
"""The default of an option that every group must give."""


Row: TypeAlias = tuple[Tensor, Tensor, State]
"""A parameter, its gradient and its state."""


class Batch(NamedTuple):
    """Parameters of one group that have a gradient, each beside its gradient and its state."""

    params: list[Tensor]
    grads: Iterable[Tensor]
    states: Sequence[State]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Batch:
        """Make a batch of some of another's rows."""
        return cls(*map(list, zip(*rows, strict=True)))


Run: TypeAlias = "Callable[[Batch, Group], None]"
"""A step of a batch, by the options of its group."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A framework's fused step, and for which group and dtype it equals the formula."""

    claims: Callable[[Group, str], bool]
    run: Run
    asks_late: bool = False
    """Whether `grads` may be an iterator with None in it, for a parameter to be left out."""


class Backend(Protocol):
    """One framework, as the optimizers see it. Dtypes are named as numpy names them."""

    name: str
    kernels: Mapping[str, Kernel]
    rounds_betas: frozenset[str]
    """The kernels that take 1 - beta in float32 where the parameters are float32."""

    joins_up_to: int
    """How many elements of small vectors a formula steps as one; beyond, memory costs more."""

    def is_leaf(self, tensor: Tensor) -> bool: ...
    def any_sparse(self, tensors: Iterable[Tensor]) -> bool: ...
    def is_transposed(self, param: Tensor) -> bool:
        """Whether the parameter is a layer's whose weight torch keeps the other way round."""
        ...

    def is_unclear(self, param: Tensor) -> bool:
        """Whether nothing tells how the matrix of a layer lies: its name is the user's own."""
        ...

    def dtype(self, tensor: Tensor) -> str: ...
    def dtype_of_all(self, tensors: Sequence[Tensor]) -> str | None:
        """Return the dtype that all have; None where they differ, or it takes long to tell."""
        ...

    def clear_grad(self, param: Tensor, *, set_to_none: bool) -> None: ...

    def no_grad(self) -> AbstractContextManager[object]: ...
    def enable_grad(self) -> AbstractContextManager[object]: ...

    def zeros_like(self, tensor: Tensor) -> Tensor: ...
    def clone(self, tensor: Tensor) -> Tensor: ...
    def assign(self, target: Tensor, value: Tensor) -> None: ...
    def sqrt(self, tensor: Tensor) -> Tensor: ...
    def sign(self, tensor: Tensor) -> Tensor:
        """Return -1, 0 or 1 for each entry; for NaN 0, as in torch."""
        ...

    def maximum(self, a: Tensor, b: Tensor) -> Tensor: ...
    def cat(self, tensors: list[Tensor]) -> Tensor: ...
    def split(self, tensor: Tensor, sizes: list[int]) -> Sequence[Tensor]: ...
    def views(self, tensor: Tensor, sizes: list[int]) -> list[Tensor] | None:
        """Return the parts of a new vector in its own memory; None where they would be copies."""
        ...

    def vector_norm(self, tensor: Tensor, order: float = 2.0) -> Tensor: ...
    def round_to_bfloat16(self, tensor: Tensor) -> Tensor:
        """Return the nearest numbers that bfloat16 has, in float32."""
        ...

    def to_float32(self, tensor: Tensor) -> Tensor:
        """Return the same numbers in float32, without a gradient's history."""
        ...

    def to_numpy(self, tensor: Tensor) -> Any: ...
    def from_numpy(self, array: Any, like: Tensor) -> Tensor: ...
    def cast(self, tensor: Tensor, like: Tensor) -> Tensor: ...

    def adopt(self, optimizer: Any, groups: list[Group], defaults: dict[str, Any]) -> bool:
        """Finish the construction of `optimizer` where the framework has a class for that.

        False where it has none: `Optimizer` then keeps groups and state itself.
        """
        ...
