"""Values in an optimizer's parameter groups: plain numbers, or a framework's 0-d tensors.

A tensor is known by its `fill_` and `clone` methods alone, so no framework is imported. Follows
https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping, Sequence

_A = TypeVar("_A")
_B = TypeVar("_B")
Value: TypeAlias = Any  # a float, or a 0-d tensor that the optimizer's owner put there
Group: TypeAlias = "MutableMapping[str, Any]"


def is_tensor(value: Value) -> bool:
    return hasattr(value, "fill_")


def as_float(value: Value) -> float:
    # float() of a Paddle tensor of shape [1] raises.
    return float(value.item() if is_tensor(value) else value)


def copied(value: Value) -> Value:
    return value.clone() if is_tensor(value) else value


def read_values(groups: Iterable[Group], key: str) -> list[Value]:
    # Written for the one group that most optimizers have: a comprehension would take twice as long.
    values = []
    for group in groups:
        value = group[key]
        # The exact type is asked first: almost all are floats.
        values.append(value if type(value) is float else copied(value))
    return values


def write_value(group: Group, key: str, value: Value) -> None:
    """Write a value; a tensor in the group keeps its identity and only changes its content."""
    current = group[key]
    if type(current) is float or not is_tensor(current):
        group[key] = value
    elif is_tensor(value) and hasattr(current, "set_value"):  # Paddle's fill_ takes numbers alone
        current.fill_(value.item())
    else:
        current.fill_(value.squeeze() if is_tensor(value) and value.ndim else value)


def paired(first: Sequence[_A], second: Sequence[_B]) -> Iterable[tuple[_A, _B]]:
    """Do what zip(strict=True) does, whose keyword costs more than the rest of a short loop."""
    if len(first) != len(second):
        raise_unpaired(first, second)
    return zip(first, second)  # noqa: B905 - just compared


def raise_unpaired(first: Sequence[_A], second: Sequence[_B]) -> NoReturn:
    """Raise what zip(strict=True) does, for what differs in length."""
    raise ValueError(
        f"zip() argument 2 is {'longer' if len(second) > len(first) else 'shorter'} than argument 1"
    )


def one_per_group(
    name: str, groups: Sequence[Group], value: Value | Sequence[Value]
) -> list[Value]:
    """Spread one value over all groups, or check that there is one for each."""
    if not isinstance(value, list | tuple):
        return [copied(value) for _ in groups]
    if len(value) != len(groups):
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {len(groups)}."
        )
    return [copied(each) for each in value]
