"""The rows applied to values at run time: whether one fits, and what its native class is given.

`bridge.lower` reads the same rows here that `optbridge port` reads from source text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.equivalents._model import Pair, To, difference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.equivalents._model import Equivalent


def misfit(row: Equivalent, values: Mapping[str, Any]) -> str | None:
    """Return which of torch's arguments breaks a condition of the row, None if none does.

    An argument that the row does not have must be left at None, torch's "not given".

    >>> from bridge.equivalents import equivalents_of
    >>> sgd, momentum = equivalents_of("paddle", "SGD")
    >>> misfit(sgd, {"lr": 0.1, "momentum": 0.9})
    "paddle.optimizer.SGD equals torch's only if `momentum` is 0; here it is 0.9"
    >>> misfit(momentum, {"lr": 0.1, "momentum": 0.9}) is None
    True
    """
    for name, value in values.items():
        rule = row.arguments.get(name)
        if rule is None and value is not None:
            return f"`{name}` has no counterpart in {row.native}"
        if isinstance(rule, To) and not rule.when.holds(value):
            return difference(row, name, value)
    return None


def native_arguments(row: Equivalent, values: Mapping[str, Any], lr: float) -> dict[str, Any]:
    """Return what the native class is given for torch's arguments.

    Args:
        row: a row that fits.
        values: every argument of torch's class, by name.
        lr: the learning rate that the optimizer was built with.

    >>> from bridge.equivalents import equivalents_of
    >>> row, = equivalents_of("paddle", "ConstantLR")
    >>> native_arguments(row, {"factor": 0.5, "total_iters": 3, "optimizer": None}, lr=0.2)
    {'boundaries': [3], 'values': [0.1, 0.2]}
    """
    given = _translated(row.arguments, values, lr)
    for name, expression in row.written.items():
        if name not in given:
            given[name] = eval(expression, {}, {**values, "lr": lr})  # noqa: S307  # the table's text
    return given


def group_arguments(row: Equivalent, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the native class is given for one group.

    Args:
        row: a row that fits.
        values: the group's options, as torch calls them; `lr` as the row's native class has it.

    >>> from bridge.equivalents import equivalents_of
    >>> row, = equivalents_of("paddle", "AdamW")
    >>> group_arguments(row, {"lr": 0.1, "betas": (0.8, 0.9), "amsgrad": False})
    {'learning_rate': 0.1, 'beta1': 0.8, 'beta2': 0.9}
    """
    return _translated(row.group_options, values)


def _translated(
    rules: Mapping[str, To | Pair], values: Mapping[str, Any], lr: float = 0.0
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in values.items():
        rule = rules.get(name)
        if isinstance(rule, Pair):
            given[rule.first], given[rule.second] = value
        elif rule is not None and rule.name is not None:
            given[rule.name] = _converted(rule, value, lr)
    return given


def _converted(rule: To, value: Any, lr: float) -> Any:
    if rule.convert == "its lr":
        return lr
    if rule.convert in ("last member", "only element"):
        return value[-1]
    return float(value) if rule.convert == "float" else value
