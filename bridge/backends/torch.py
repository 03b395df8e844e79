"""torch's tensors, and the classes that are torch.optim's and bridge.optim's at once.

On torch parameters torch's own optimizer does the work, so that everything that asks for a
`torch.optim.Optimizer` (schedulers, GradScaler, `torch.compile`, ...) gets one.
https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

import torch
from torch.optim.optimizer import required as torchs_required

from bridge.backends._protocol import required

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bridge.backends._protocol import Group, Kernel, Tensor


class _Torch:
    name = "torch"
    kernels: Mapping[str, Kernel] = {}
    joins_up_to = 0  # a parameter may be one part of many, as with FSDP
    rounds_betas: frozenset[str] = frozenset()

    def is_leaf(self, tensor: Tensor) -> bool:
        return bool(tensor.is_leaf or tensor.retains_grad)

    def any_sparse(self, tensors: list[Tensor]) -> bool:
        return any(tensor.is_sparse for tensor in tensors)

    def is_transposed(self, param: Tensor) -> bool:
        del param
        return False

    def dtype(self, tensor: Tensor) -> str:
        return str(tensor.dtype).removeprefix("torch.")

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
        cls: type = type(optimizer)
        # An option that torch's class would not heed is the formula's.
        is_torchs = all(group.get("do_bias_correction", True) for group in groups)
        native: Any = _native(cls) if is_torchs else torch.optim.Optimizer
        optimizer.__class__ = _concrete(cls, native)
        if native is torch.optim.Optimizer:
            # A class of the user's own: its defaults are no arguments, and may hold `required`.
            torchs = {k: torchs_required if v is required else v for k, v in defaults.items()}
            native.__init__(optimizer, groups, torchs)
            return True
        accepted = signature(native).parameters
        given = {name: value for name, value in defaults.items() if name in accepted}
        native.__init__(optimizer, groups, **given)
        return True


BACKEND = _Torch()


class _OnTorch:
    """What every concrete class adds to torch's: it pickles by the class the user knows."""

    # torch runs the step hooks here; ours would look for a list of their own.
    _is_stepping = True

    def add_param_group(self, param_group: Any) -> None:
        if isinstance(param_group, dict):  # torch says what else is wrong
            self._check_options(param_group)  # type: ignore[attr-defined]  # of Optimizer
        super().add_param_group(param_group)  # type: ignore[misc]  # torch's

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        localized = self._localized(state_dict)  # type: ignore[attr-defined]  # of Optimizer
        for group in localized["param_groups"]:
            self._check_options(group)  # type: ignore[attr-defined]  # of Optimizer
        super().load_state_dict(localized)  # type: ignore[misc]  # of torch's class

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        cls = _users_class(type(self)), isinstance(self, _ByFormula)
        return _rebuild, cls, self.__getstate__()  # type: ignore[attr-defined]


class _ByFormula(_OnTorch):
    """The same for what torch has no class for: our own step, under torch's hooks."""

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        # Past torch's own base, which has no step.
        return super(torch.optim.Optimizer, self).step(closure)  # type: ignore[misc]  # it is ours


def _native(cls: Any) -> Any:
    """Find torch's class for ours by the name of the nearest class that bridge itself defines."""
    ours: Any = _ours(cls)
    if cls.formula is not ours.formula:  # torch's class would go on with the old one
        return torch.optim.Optimizer
    return getattr(torch.optim, ours.__name__, torch.optim.Optimizer)


def _ours(cls: type) -> type:
    return next(base for base in cls.__mro__ if base.__module__.startswith("bridge.optim."))


def _users_class(concrete: type) -> type:
    cls: type = concrete.__dict__["_users_class"]
    return cls


@cache
def _concrete(cls: Any, native: Any) -> type:
    # The user's overrides come first, then all of torch's classes, then ours: torch's methods
    # call `super()`, which must not reach ours before torch's own base.
    ours = _ours(cls)
    users = () if cls is ours else (cls,)
    mixin = _ByFormula if native is torch.optim.Optimizer else _OnTorch
    bases = (*users, mixin, *native.__mro__[:-1], ours)
    namespace: dict[str, Any] = {
        "__module__": cls.__module__,
        "__qualname__": cls.__qualname__,
        "__doc__": cls.__doc__,
        "_users_class": cls,
        # torch's own step knows none of them.
        "other_options": cls.other_options if mixin is _ByFormula else frozenset(),
    }
    return type(cls.__name__, bases, namespace)


def _rebuild(cls: type, is_by_formula: bool) -> Any:
    native = torch.optim.Optimizer if is_by_formula else _native(cls)
    return object.__new__(_concrete(cls, native))
