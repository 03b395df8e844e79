"""OneFlow's tensors.

https://docs.oneflow.org/en/master/
"""

from __future__ import annotations

import gc
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import oneflow

from bridge.backends.oneflow_kernels import KERNELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.backends._protocol import Group, Tensor

_DTYPES = {getattr(oneflow, name): name for name in ("float16", "bfloat16", "float32", "float64")}

# The method of the class: by its name of each tensor it would take three times as long.
_ELEMENT_SIZE = oneflow.Tensor.element_size
_FLOAT32 = {4}


@cache
def _has_buckets() -> bool:
    """Tell whether DistributedDataParallel is at work, as far as the first step tells.

    A gradient is then a view of a bucket that outlives it, and the next backward adds to what the
    bucket holds. In one process nothing but the module knows of its buckets.
    """
    if oneflow.env.get_world_size() > 1:
        return True
    modules = (each for each in gc.get_objects() if issubclass(type(each), oneflow.nn.Module))
    return any("_bucket_tensors" in vars(module) for module in modules)


class _OneFlow:
    name = "oneflow"
    kernels = KERNELS
    joins_up_to = 32768
    rounds_betas = frozenset({"Adam", "LAMB", "RAdam", "RMSprop"}) & KERNELS.keys()

    def is_leaf(self, tensor: Tensor) -> bool:
        return bool(tensor.is_leaf)

    def any_sparse(self, tensors: Iterable[Tensor]) -> bool:
        del tensors  # OneFlow has no sparse gradients
        return False

    def is_transposed(self, param: Tensor) -> bool:
        del param
        return False

    def is_unclear(self, param: Tensor) -> bool:
        del param
        return False

    def dtype(self, tensor: Tensor) -> str:
        return _DTYPES[tensor.dtype]

    def dtype_of_all(self, tensors: Sequence[Tensor]) -> str | None:
        # To ask for their dtypes takes three times as long. What is stepped is no integer.
        try:
            return "float32" if set(map(_ELEMENT_SIZE, tensors)) == _FLOAT32 else None
        except RuntimeError:  # OneFlow does not know the size of a bfloat16
            return None

    def clear_grad(self, param: Tensor, *, set_to_none: bool) -> None:
        # What is dropped may be kept elsewhere, and stays what it is there.
        if param.grad is not None and (not set_to_none or _has_buckets()):
            param.grad.zero_()
        if set_to_none:
            param.grad = None

    def no_grad(self) -> Any:
        return oneflow.no_grad()

    def enable_grad(self) -> Any:
        return oneflow.enable_grad()

    def zeros_like(self, tensor: Tensor) -> Tensor:
        return oneflow.zeros_like(tensor)

    def clone(self, tensor: Tensor) -> Tensor:
        return tensor.detach().clone()

    def assign(self, target: Tensor, value: Tensor) -> None:
        target.copy_(value)

    def sqrt(self, tensor: Tensor) -> Tensor:
        return oneflow.sqrt(tensor)

    def sign(self, tensor: Tensor) -> Tensor:
        return oneflow.sign(tensor)

    def maximum(self, a: Tensor, b: Tensor) -> Tensor:
        return oneflow.maximum(a, b)

    def cat(self, tensors: list[Tensor]) -> Tensor:
        return oneflow.cat(tensors)

    def split(self, tensor: Tensor, sizes: list[int]) -> Sequence[Tensor]:
        parts: Sequence[Tensor] = oneflow.split(tensor, sizes)
        return parts

    def views(self, tensor: Tensor, sizes: list[int]) -> list[Tensor] | None:
        ends = list(accumulate(sizes, initial=0))
        parts = [tensor[start:end] for start, end in pairwise(ends)]
        # Copies where the environment has ONEFLOW_DISABLE_VIEW.
        return parts if parts[-1].storage_offset() == ends[-2] else None

    def vector_norm(self, tensor: Tensor, order: float = 2.0) -> Tensor:
        # Without elements the norm would end the process.
        return oneflow.linalg.vector_norm(tensor, order) if tensor.numel() else tensor.sum()

    def round_to_bfloat16(self, tensor: Tensor) -> Tensor:
        return tensor.to(oneflow.bfloat16).to(oneflow.float32)

    def to_float32(self, tensor: Tensor) -> Tensor:
        return tensor.detach().to(oneflow.float32)

    def to_numpy(self, tensor: Tensor) -> Any:
        # OneFlow's numpy() shares memory with the tensor.
        return tensor.numpy().copy()

    def from_numpy(self, array: Any, like: Tensor) -> Tensor:
        return oneflow.tensor(array, dtype=like.dtype, device=like.device)

    def cast(self, tensor: Tensor, like: Tensor) -> Tensor:
        return tensor.to(like.device, like.dtype)

    def adopt(self, optimizer: Any, groups: list[Group], defaults: dict[str, Any]) -> bool:
        # None of its own classes takes torch's arguments or means the same by them.
        del optimizer, groups, defaults
        return False


BACKEND = _OneFlow()
