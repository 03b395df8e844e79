"""torch's tensors.

https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from bridge.backends.torch_classes import become_torchs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bridge.backends._protocol import Group, Kernel, Tensor


class _Torch:
    name = "torch"
    kernels: Mapping[str, Kernel] = {}
    joins_up_to = 0  # a parameter may be one part of many, as with FSDP
    rounds_betas: frozenset[str] = frozenset()

    def is_leaf(self, tensor: Tensor) -> bool:
        return bool(tensor.is_leaf or tensor.retains_grad)

    def any_sparse(self, tensors: Iterable[Tensor]) -> bool:
        return any(tensor.is_sparse for tensor in tensors)

    def is_transposed(self, param: Tensor) -> bool:
        del param
        return False

    def is_unclear(self, param: Tensor) -> bool:
        del param
        return False

    def dtype(self, tensor: Tensor) -> str:
        return str(tensor.dtype).removeprefix("torch.")

    def dtype_of_all(self, tensors: Sequence[Tensor]) -> str | None:
        are_alike = len({tensor.dtype for tensor in tensors}) == 1
        return self.dtype(tensors[0]) if are_alike else None

    def clear_grad(self, param: Tensor, *, set_to_none: bool) -> None:
        if set_to_none:
            param.grad = None
        elif param.grad is not None:
            param.grad.detach_().zero_()

    def no_grad(self) -> Any:
        return torch.no_grad()

    def enable_grad(self) -> Any:
        return torch.enable_grad()

    def zeros_like(self, tensor: Tensor) -> Tensor:
        return torch.zeros_like(tensor)

    def clone(self, tensor: Tensor) -> Tensor:
        return tensor.detach().clone()

    def assign(self, target: Tensor, value: Tensor) -> None:
        target.copy_(value)

    def sqrt(self, tensor: Tensor) -> Tensor:
        return torch.sqrt(tensor)

    def sign(self, tensor: Tensor) -> Tensor:
        return torch.sign(tensor)

    def maximum(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.maximum(a, b)

    def cat(self, tensors: list[Tensor]) -> Tensor:
        return torch.cat(tensors)

    def split(self, tensor: Tensor, sizes: list[int]) -> Sequence[Tensor]:
        parts: Sequence[Tensor] = torch.split(tensor, sizes)
        return parts

    def views(self, tensor: Tensor, sizes: list[int]) -> list[Tensor] | None:
        return list(torch.split(tensor, sizes))

    def vector_norm(self, tensor: Tensor, order: float = 2.0) -> Tensor:
        return torch.linalg.vector_norm(tensor, order)

    def round_to_bfloat16(self, tensor: Tensor) -> Tensor:
        return tensor.bfloat16().float()

    def to_float32(self, tensor: Tensor) -> Tensor:
        return tensor.detach().float()

    def to_numpy(self, tensor: Tensor) -> Any:
        # numpy has no bfloat16; float32 holds the same numbers.
        numpys = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
        return numpys.detach().cpu().numpy().copy()

    def from_numpy(self, array: Any, like: Tensor) -> Tensor:
        return torch.tensor(array, dtype=like.dtype, device=like.device)

    def cast(self, tensor: Tensor, like: Tensor) -> Tensor:
        return tensor.to(like.device, like.dtype)

    def adopt(self, optimizer: Any, groups: list[Group], defaults: dict[str, Any]) -> bool:
        become_torchs(optimizer, groups, defaults)
        return True


BACKEND = _Torch()
