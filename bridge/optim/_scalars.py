"""Checks and readings that the optimizers share; numbers may be tensors of one element."""

from __future__ import annotations

from typing import Any

from bridge.backends import backend_name


def is_tensor(value: object) -> bool:
    return backend_name(value) is not None


def check_one_element(name: str, value: Any) -> None:
    # Paddle counts the elements in a tensor of its own.
    if is_tensor(value) and int(value.numel()) != 1:
        raise ValueError(f"Tensor {name} must be 1-element")


def check_implementation(*, fused: bool | None, foreach: bool | None, differentiable: bool) -> None:
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def plain(value: Any) -> Any:
    """Read a tensor or numpy number as Python's; leave everything else as it is.

    >>> plain((0.9, 0.999)), plain(None)
    ((0.9, 0.999), None)
    """
    if isinstance(value, tuple | list):
        return tuple(plain(each) for each in value)
    return value.item() if hasattr(value, "item") else value
