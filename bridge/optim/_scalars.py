"""Checks and readings that the optimizers share; numbers may be tensors of one element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.backends import backend_name
from bridge.backends._rounding import single

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "check_betas",
    "check_implementation",
    "check_lr",
    "check_not_negative",
    "check_one_element",
    "is_tensor",
    "plain",
    "single",
]


def is_tensor(value: object) -> bool:
    return backend_name(value) is not None


def check_one_element(name: str, value: Any) -> None:
    # Paddle counts the elements in a tensor of its own.
    if is_tensor(value) and int(value.numel()) != 1:
        raise ValueError(f"Tensor {name} must be 1-element")


def check_lr(lr: Any) -> None:
    check_one_element("lr", lr)
    if not 0.0 <= lr:  # noqa: SIM300 - torch's order, which shows where it is no number
        raise ValueError(f"Invalid learning rate: {lr}")


def check_not_negative(name: str, value: Any) -> None:
    if not 0.0 <= value:  # noqa: SIM300 - as above
        raise ValueError(f"Invalid {name} value: {value}")


def check_at_least_zero(what: str, value: Any) -> None:
    """The same in the words of torch's newer classes."""
    if not 0.0 <= value:  # noqa: SIM300 - as above
        raise ValueError(f"{what} should be >= 0 but is: {value}")


def check_betas(betas: Sequence[Any]) -> None:
    for index in (0, 1):
        beta = betas[index]  # where there is none, an error of torch's type
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")


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
