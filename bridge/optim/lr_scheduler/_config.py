"""A schedule as plain data, for JSON and YAML, and back: its class and what it was built with.

Follows `torch.optim.lr_scheduler`'s signatures, whose argument names are the keys:
https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

import inspect
from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._functions import found, reference_of
from bridge.optim.lr_scheduler._views import View, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self

    from bridge.optim.lr_scheduler._optimizer import GroupedOptimizer

# Where a schedule stands is its state, not what it is; the optimizer is given when it is built.
LEFT_OUT = frozenset({"optimizer", "last_epoch", "last_step"})
PLAIN = (bool, int, float, str, type(None))


class Configurable:
    """Notes what a schedule is built with, and tells it."""

    # Not in `__dict__`, which scripts and torch's tests take for the state.
    __slots__ = ("_arguments",)

    optimizer: GroupedOptimizer
    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Note the arguments, whatever a subclass makes of them."""
        self = super().__new__(cls)
        self._arguments = args, kwargs
        return self

    def to_config(self) -> dict[str, Any]:
        """Return class and arguments as plain data, which `from_config` builds the same from.

        Functions of modules go by their names; a lambda is refused. Where the schedule stands is
        not part of it: that is `state_dict`, or the step for `resume`.

        >>> from types import SimpleNamespace
        >>> from bridge.optim.lr_scheduler import StepLR
        >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
        >>> StepLR(optimizer, 30, gamma=0.5).to_config()
        {'class': 'StepLR', 'step_size': 30, 'gamma': 0.5}
        """
        return _config_of(self, None)


def from_config(config: Mapping[str, Any], optimizer: Any) -> Any:
    """Build the schedule that `to_config` described, on an optimizer.

    Args:
        config: what `to_config` returned, or the same from a JSON or YAML file. "class" is a name
            of this module, or "package.module:Name" of a module that is imported already; the
            other keys are its arguments. "hyperparameter" and "groups" say what it drives if it
            is not the learning rate of all groups.
        optimizer: one of `bridge.optim` or `torch.optim`, or what `bridge.wrap` returns.

    >>> from types import SimpleNamespace
    >>> optimizer = SimpleNamespace(param_groups=[{"lr": 0.8}])
    >>> scheduler = from_config({"class": "StepLR", "step_size": 1, "gamma": 0.5}, optimizer)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.4]
    """
    arguments = dict(config)
    kind = _class_of(arguments.pop("class", None))
    if "hyperparameter" in arguments or "groups" in arguments:
        name, groups = arguments.pop("hyperparameter", "lr"), arguments.pop("groups", None)
        optimizer = view_of(optimizer, name, groups)
    given = {name: _decoded(value, optimizer) for name, value in arguments.items()}
    return _built(kind, given, optimizer)


def arguments_of(scheduler: Configurable) -> Iterator[tuple[str, Any]]:
    """Yield a schedule's arguments, as they are now, but for the optimizer and the place."""
    # Not of the class: Python 3.10 takes an inherited __new__ for its signature.
    signature = inspect.signature(type(scheduler).__init__)
    args, kwargs = scheduler._arguments  # noqa: SLF001 - of our own base class
    for name, value in signature.bind(scheduler, *args, **kwargs).arguments.items():
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            yield from value.items()
        elif name not in LEFT_OUT and value is not scheduler.optimizer and value is not scheduler:
            yield name, _current(scheduler, name, value)


def _current(scheduler: Configurable, name: str, built_with: Any) -> Any:
    """Return an argument as a loaded state left it, where it is an attribute too."""
    value = vars(scheduler).get(name, built_with)
    if isinstance(value, Counter):
        return sorted(value.elements())
    return value if isinstance(value, PLAIN) else built_with


def rebuilt(scheduler: Configurable, optimizer: Any) -> Any:
    """Build the same schedule, members included, from its beginning and on another optimizer."""
    given = {name: _moved(value, optimizer) for name, value in arguments_of(scheduler)}
    return _built(type(scheduler), given, optimizer)


def _moved(value: Any, optimizer: Any) -> Any:
    if isinstance(value, Configurable):
        return rebuilt(value, optimizer)
    return [_moved(each, optimizer) for each in value] if isinstance(value, list) else value


def _built(kind: Any, given: dict[str, Any], optimizer: Any) -> Any:
    for name in inspect.signature(kind.__init__).parameters:
        if "optimizer" in name and name not in given:
            given[name] = optimizer
    return kind(**given)


def _config_of(scheduler: Configurable, owner: Any) -> dict[str, Any]:
    optimizer = scheduler.optimizer
    config: dict[str, Any] = {"class": _name_of(type(scheduler))}
    if isinstance(optimizer, View) and optimizer != owner:
        config |= optimizer.as_config()
    given = arguments_of(scheduler)
    return config | {name: _encoded(name, value, optimizer) for name, value in given}


def _encoded(name: str, value: Any, optimizer: Any) -> Any:
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Configurable):
        return _config_of(value, optimizer)
    if isinstance(value, list | tuple | range | set | frozenset):
        return [_encoded(name, each, optimizer) for each in value]
    if isinstance(value, dict):
        return {key: _encoded(name, each, optimizer) for key, each in value.items()}
    if hasattr(value, "item"):
        return value.item()
    return {"function": _reference(name, value)}


def _reference(name: str, value: Any) -> str:
    reference = reference_of(value)
    if reference is None:
        raise ValueError(
            f"{name} must be plain data or an importable function to go into a configuration, "
            f"got {getattr(value, '__qualname__', type(value).__qualname__)}.\n"
            "Hint: a lambda or closure has no name to find it by; make it a function of a module."
        )
    return reference


def _decoded(value: Any, optimizer: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(each, optimizer) for each in value]
    if not isinstance(value, dict):
        return value
    if "class" in value:
        return from_config(value, optimizer)
    if value.keys() == {"function"}:
        return _loaded(value["function"])
    return {key: _decoded(each, optimizer) for key, each in value.items()}


def _name_of(kind: type) -> str:
    name = kind.__name__
    if getattr(import_module(__package__), name, None) is kind:
        return name
    reference = reference_of(kind)
    if reference is None:
        raise ValueError(
            f"{kind.__qualname__} cannot go into a configuration: it has no name to find it by.\n"
            "Hint: define the class at the top of a module."
        )
    return reference


def _class_of(name: Any) -> Any:
    if not isinstance(name, str):
        raise ValueError(  # noqa: TRY004 - a value of a file, not an argument
            f"a configuration needs the name of a scheduler under 'class', got {name!r}."
        )
    kind = _loaded(name) if ":" in name else getattr(import_module(__package__), name, None)
    if not isinstance(kind, type) or not issubclass(kind, Configurable):
        raise ValueError(  # noqa: TRY004 - a value of a file, not an argument
            f"'class' must be a scheduler of bridge.optim.lr_scheduler or 'module:Name' of one, "
            f"got {name!r}."
        )
    return kind


def _loaded(reference: str) -> Any:
    target = found(reference)
    if target is None:
        raise ValueError(
            f"{reference!r} is not loaded.\n"
            "Hint: import its module first; a configuration never imports anything itself."
        )
    return target
