"""A schedule written as text, "OneCycleLR(max_lr=0.9, total_steps=100)": parsed, never evaluated.

Names are those of `bridge.optim.lr_scheduler`; values are literals, arithmetic on them, lists,
dicts and further calls. https://docs.python.org/3/library/ast.html is all the Python it knows.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import ExpressionError
from bridge.optim import lr_scheduler
from bridge.optim.lr_scheduler import schedules
from bridge.optim.lr_scheduler._views import View
from bridge.optim.lr_scheduler.swalr import SWALR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KNOWN: Final[Mapping[str, Callable[..., Any]]] = {
    name: getattr(lr_scheduler, name)
    for name in (*lr_scheduler.__all__, *schedules.__all__)
    if name not in {"LRScheduler", "add_group"}
} | {"SWALR": SWALR}
MODULES = ("torch.optim.lr_scheduler", "torch.optim.swa_utils", "bridge.optim.lr_scheduler")
OPTIMIZER_NAMES = frozenset({"optimizer", "opt", "optim"})
OPERATORS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
LONGEST = 10_000  # characters; ast recurses, and no schedule is that long
LARGEST = 1e308
SHOWN = 80  # characters of what is wrong
HIGHEST_POWER = 400  # 10**308 is the largest float there is
EXAMPLE = 'Hint: write a call with its arguments, as in "StepLR(step_size=30, gamma=0.1)".'

GROUP_EXAMPLE = 'Hint: write its values as arguments, as in "lr=1e-3, betas=(0.9, 0.999)".'


@dataclass(frozen=True, slots=True)
class Call:
    """A scheduler's name and what it is called with."""

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def build(self, optimizer: Any) -> Any:
        """Build the schedule on an optimizer, which takes its usual place among the arguments.

        >>> from types import SimpleNamespace
        >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
        >>> parse("StepLR(30, gamma=1/2)").build(optimizer).to_config()
        {'class': 'StepLR', 'step_size': 30, 'gamma': 0.5}
        """
        make = KNOWN[self.name]
        args = [_built(each, optimizer) for each in self.args]
        kwargs = {name: _built(each, optimizer) for name, each in self.kwargs.items()}
        signature = _signature(make)
        _place(optimizer, args, kwargs, list(signature.parameters))
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            known = [name for name in signature.parameters if "optimizer" not in name]
            raise ExpressionError(
                f"{self.name}: {error}.\nHint: it takes {', '.join(known)}."
            ) from error
        return make(*args, **kwargs)


class _Optimizer:
    """Stands for the optimizer where an expression names it."""


def parse(text: str) -> Call:
    """Read one call of a scheduler; nothing of the text is ever evaluated.

    >>> parse("torch.optim.lr_scheduler.StepLR(optimizer, 30, gamma=1e-1)").name
    'StepLR'
    """
    if len(text) > LONGEST:
        raise ExpressionError(
            f"an expression has at most {LONGEST} characters, got {len(text)}.\n{EXAMPLE}"
        )
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        where = f" at column {error.offset}" if isinstance(error, SyntaxError) else ""
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ExpressionError(
            f"{_short(text)!r} cannot be read{where}: {message}.\n{EXAMPLE}"
        ) from error
    try:
        return _call(node)
    except ExpressionError as error:
        raise ExpressionError(f"{_short(text)!r}: {error}") from None


def parse_group(text: str) -> dict[str, Any]:
    """Read the hyperparameters of a parameter group, written as arguments.

    >>> parse_group("lr=1e-3, betas=(0.9, 0.999)")
    {'lr': 0.001, 'betas': (0.9, 0.999)}
    """
    try:
        node = ast.parse(f"group({text})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(f"{_short(text)!r} is no group.\n{GROUP_EXAMPLE}") from error
    if not isinstance(node, ast.Call) or node.args or any(k.arg is None for k in node.keywords):
        raise ExpressionError(f"{_short(text)!r} is no group.\n{GROUP_EXAMPLE}")
    values = {str(keyword.arg): _value(keyword.value) for keyword in node.keywords}
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def _call(node: ast.expr) -> Call:
    if isinstance(node, ast.Name | ast.Attribute):
        return Call(_known(_dotted(node)), (), {})
    if not isinstance(node, ast.Call):
        raise ExpressionError(f"{_shown(node)} is no call of a scheduler.\n{EXAMPLE}")
    for keyword in node.keywords:
        if keyword.arg is None:
            raise ExpressionError(f"**{_shown(keyword.value)} is not allowed: write it out.")
    return Call(
        _known(_dotted(node.func)),
        tuple(_value(each) for each in node.args),
        {str(each.arg): _value(each.value) for each in node.keywords},
    )


def _value(node: ast.expr) -> Any:  # noqa: PLR0911 - one for each kind of node
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return _finite(value, node)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            value = _number(operand)
            return -value if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return _computed(node, op, _number(left), _number(right))
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values) if all(isinstance(k, ast.Constant) for k in keys):
            pairs = zip(keys, values, strict=True)
            return {key.value: _value(value) for key, value in pairs}  # type: ignore[union-attr]  # just asked
        case ast.Name(id=name) if name in OPTIMIZER_NAMES:
            return _Optimizer()
        case ast.Call():
            return _call(node)
        case ast.Lambda():
            raise ExpressionError(
                f"{_shown(node)} is code, which an expression never runs.\n"
                "Hint: give bridge.simulate the schedule itself."
            )
        case _:
            raise ExpressionError(
                f"{_shown(node)} is not allowed: values are numbers, text, lists, dicts, True, "
                "False, None, arithmetic on numbers, and calls of schedulers."
            )


def _number(node: ast.expr) -> Any:
    value = _value(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{_shown(node)} is no number to compute with.")
    return value


def _computed(node: ast.expr, op: ast.operator, left: float, right: float) -> Any:
    if isinstance(op, ast.Pow) and abs(right) > HIGHEST_POWER:
        raise ExpressionError(f"{_shown(node)} is too large a power.")
    try:
        value = OPERATORS[type(op)](left, right)
    except (ArithmeticError, ValueError) as error:
        raise ExpressionError(f"{_shown(node)}: {error}.") from error
    if isinstance(value, complex):
        raise ExpressionError(f"{_shown(node)} is a complex number.")
    return _finite(value, node)


def _finite(value: Any, node: ast.expr) -> Any:
    is_number = isinstance(value, int | float)
    if is_number and (abs(value) > LARGEST or not math.isfinite(value)):
        raise ExpressionError(f"{_shown(node)} must be a finite number.")
    return value


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case _:
            raise ExpressionError(f"{_shown(node)} is no name of a scheduler.\n{EXAMPLE}")


def _known(dotted: str) -> str:
    module, _, name = dotted.rpartition(".")
    is_ours = any(f".{known}".endswith(f".{module}") for known in MODULES) or not module
    if is_ours and name in KNOWN:
        return name
    close = get_close_matches(name, KNOWN, n=3, cutoff=0.5)
    raise ExpressionError(
        f"unknown scheduler {dotted}.\nHint: "
        + (f"is it {' or '.join(close)}?" if close else f"one of {', '.join(sorted(KNOWN))}.")
    )


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _shown(node: ast.expr) -> str:
    return f"`{_short(ast.unparse(node))}` at column {node.col_offset + 1}"


def _built(value: Any, optimizer: Any) -> Any:
    if isinstance(value, Call):
        return value.build(optimizer)
    if isinstance(value, list):
        return [_built(each, optimizer) for each in value]
    return optimizer if isinstance(value, _Optimizer) else value


def _signature(make: Callable[..., Any]) -> inspect.Signature:
    if not isinstance(make, type):
        return inspect.signature(make)
    # Not of the class: Python 3.10 takes an inherited __new__ for its signature.
    signature = inspect.signature(make.__init__)  # type: ignore[misc]  # of the class itself
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def _place(optimizer: Any, args: list[Any], kwargs: dict[str, Any], names: list[str]) -> None:
    """Put the optimizer among the arguments, unless they have it or a schedule in its place."""
    name = next((name for name in names if "optimizer" in name), None)
    if name is None or name in kwargs or any(each is optimizer for each in args):
        return
    place = names.index(name)
    if place < len(args) and isinstance(args[place], lr_scheduler.LRScheduler | View):
        return
    if place <= len(args):
        args.insert(place, optimizer)
    else:
        kwargs[name] = optimizer
