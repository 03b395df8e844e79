"""The classes that are torch.optim's and bridge.optim's at once.

On torch parameters torch's own optimizer does the work, so that everything that asks for a
`torch.optim.Optimizer` (schedulers, GradScaler, `torch.compile`, ...) gets one.
https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

import torch
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.optim.optimizer import required as torchs_required

from bridge.backends import _step_hooks
from bridge.backends._protocol import required

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Group


def become_torchs(optimizer: Any, groups: list[Group], defaults: dict[str, Any]) -> None:
    """Make `optimizer` an instance of torch's class too, constructed by that."""
    cls: type = type(optimizer)
    # An option that torch's class would not heed is the formula's.
    is_torchs = all(group.get("do_bias_correction", True) for group in groups)
    native: Any = _native(cls) if is_torchs else torch.optim.Optimizer
    optimizer.__class__ = _concrete(cls, native)
    if native is torch.optim.Optimizer:
        # A class of the user's own: its defaults are no arguments, and may hold `required`.
        torchs = {k: torchs_required if v is required else v for k, v in defaults.items()}
        native.__init__(optimizer, groups, torchs)
        return
    accepted = signature(native).parameters
    given = {name: value for name, value in defaults.items() if name in accepted}
    native.__init__(optimizer, groups, **given)


class _OnTorch:
    """What every concrete class adds to torch's: it pickles by the class the user knows."""

    # torch runs the step hooks here; ours would look for a list of their own.
    _is_stepping = True

    def add_param_group(self, param_group: Any) -> None:
        if isinstance(param_group, dict):  # torch says what else is wrong
            self._check_options(param_group)  # type: ignore[attr-defined]  # of Optimizer
        super().add_param_group(param_group)  # type: ignore[misc]  # torch's

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        # As the last of torch's own hooks: the user's see the state as it was given.
        last = self.register_load_state_dict_pre_hook(_localized)  # type: ignore[attr-defined]
        with last:
            super().load_state_dict(state_dict)  # type: ignore[misc]  # of torch's class

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        cls = _users_class(type(self)), isinstance(self, _ByFormula)
        return _rebuild, cls, self.__getstate__()  # type: ignore[attr-defined]


def _localized(optimizer: Any, state_dict: dict[str, Any]) -> dict[str, Any]:
    localized: dict[str, Any] = optimizer._localized(state_dict)  # noqa: SLF001 - of Optimizer
    for group in localized["param_groups"]:
        optimizer._check_options(group)  # noqa: SLF001 - of Optimizer
    return localized


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


@cache
def _forward_step_hooks() -> None:
    """Have torch call the hooks of all optimizers of bridge around the steps that it takes."""
    # Only once there is one: torch.compile looks at torch's hooks.
    register_optimizer_step_pre_hook(_before_step)
    register_optimizer_step_post_hook(_after_step)


def _before_step(optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not isinstance(optimizer, _OnTorch):
        return None
    hooks = _step_hooks.BEFORE.values()
    return _step_hooks.run_before(hooks, optimizer.step, optimizer, args, kwargs)  # type: ignore[attr-defined]


def _after_step(optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if isinstance(optimizer, _OnTorch):
        _step_hooks.run_after(_step_hooks.AFTER.values(), optimizer, args, kwargs)


_step_hooks.LISTENERS.append(_forward_step_hooks)
if _step_hooks.BEFORE or _step_hooks.AFTER:
    _forward_step_hooks()
