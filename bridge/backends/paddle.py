"""Paddle's tensors.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
"""

from __future__ import annotations

from itertools import accumulate, pairwise, repeat
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any

import paddle
from paddle import _C_ops

from bridge.backends._layer_names import is_linear, is_unclear
from bridge.backends.paddle_kernels import KERNELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.backends._protocol import Group, Tensor

_DTYPES = {
    getattr(paddle, name): name
    for name in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
}

_DTYPE = attrgetter("dtype")
# The method of the class: by its name of each gradient it would take three times as long.
_IS_SPARSE = paddle.Tensor.is_selected_rows

_EXACT_NORMS = (0.0, 1.0, 2.0, float("inf"), float("-inf"))


class _Paddle:
    name = "paddle"
    kernels = KERNELS
    joins_up_to = 32768
    rounds_betas = frozenset({"Adam", "LAMB", "RAdam", "RMSprop"}) & KERNELS.keys()

    def is_leaf(self, tensor: Tensor) -> bool:
        return bool(tensor.is_leaf)

    def any_sparse(self, tensors: Iterable[Tensor]) -> bool:
        return any(map(_IS_SPARSE, tensors))

    def is_transposed(self, param: Tensor) -> bool:
        return is_linear(param.name)

    def is_unclear(self, param: Tensor) -> bool:
        return len(param.shape) == 2 and is_unclear(param.name)  # noqa: PLR2004 - a matrix

    def dtype(self, tensor: Tensor) -> str:
        return _DTYPES[tensor.dtype]

    def dtype_of_all(self, tensors: Sequence[Tensor]) -> str | None:
        # By identity: to compare two takes Paddle long.
        first = tensors[0].dtype
        return _DTYPES[first] if all(map(is_, map(_DTYPE, tensors), repeat(first))) else None

    def clear_grad(self, param: Tensor, *, set_to_none: bool) -> None:
        if set_to_none:
            param.grad = None
        elif param.grad is not None:
            param.clear_gradient(set_to_zero=True)

    def no_grad(self) -> Any:
        return paddle.no_grad()

    def enable_grad(self) -> Any:
        return paddle.enable_grad()

    def zeros_like(self, tensor: Tensor) -> Tensor:
        return paddle.zeros_like(tensor)

    def clone(self, tensor: Tensor) -> Tensor:
        return tensor.detach().clone()

    def assign(self, target: Tensor, value: Tensor) -> None:
        # What paddle.assign does in the end, in a fifth of its time.
        _C_ops.assign_out_(value, target)

    def sqrt(self, tensor: Tensor) -> Tensor:
        return paddle.sqrt(tensor)

    def sign(self, tensor: Tensor) -> Tensor:
        sign = paddle.sign(tensor)
        # Paddle's own keeps NaN.
        return paddle.where(paddle.isnan(sign), paddle.zeros_like(sign), sign)

    def maximum(self, a: Tensor, b: Tensor) -> Tensor:
        return paddle.maximum(a, b)

    def cat(self, tensors: list[Tensor]) -> Tensor:
        return paddle.concat(tensors)

    def split(self, tensor: Tensor, sizes: list[int]) -> Sequence[Tensor]:
        # paddle.split looks at every size in Python.
        parts: Sequence[Tensor] = _C_ops.split(tensor, sizes, 0)
        return parts

    def views(self, tensor: Tensor, sizes: list[int]) -> list[Tensor] | None:
        ends = list(accumulate(sizes, initial=0))
        parts = [_C_ops.slice(tensor, [0], [a], [b], [], []) for a, b in pairwise(ends)]
        # Copies where FLAGS_use_stride_kernel is off.
        start = tensor.data_ptr() + ends[-2] * tensor.element_size()
        return parts if parts[-1].data_ptr() == start else None

    def vector_norm(self, tensor: Tensor, order: float = 2.0) -> Tensor:
        if order in _EXACT_NORMS:
            return paddle.linalg.vector_norm(tensor, order)
        # Paddle rounds an exponent to float32 where it is no tensor, so 1 / order too.
        powers = tensor.abs() ** paddle.full_like(tensor, order)
        total = powers.sum()
        return total ** paddle.full_like(total, 1 / order)

    def round_to_bfloat16(self, tensor: Tensor) -> Tensor:
        return tensor.astype("bfloat16").astype("float32")

    def to_float32(self, tensor: Tensor) -> Tensor:
        return tensor.detach().astype("float32")

    def to_numpy(self, tensor: Tensor) -> Any:
        # numpy has no bfloat16; Paddle would give the bits as integers.
        return (tensor.astype("float32") if tensor.dtype == paddle.bfloat16 else tensor).numpy()

    def from_numpy(self, array: Any, like: Tensor) -> Tensor:
        return paddle.to_tensor(array, dtype=like.dtype, place=like.place)

    def cast(self, tensor: Tensor, like: Tensor) -> Tensor:
        return tensor.to(like.place, like.dtype)

    def adopt(self, optimizer: Any, groups: list[Group], defaults: dict[str, Any]) -> bool:
        # None of its own classes takes torch's arguments or means the same by them.
        del optimizer, groups, defaults
        return False


BACKEND = _Paddle()
