"""torch.optim.Optimizer's hooks, for parameters of other frameworks; on torch it brings its own.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html
"""

from __future__ import annotations

from functools import wraps
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from bridge.backends import _step_hooks

if TYPE_CHECKING:
    from collections import OrderedDict, defaultdict
    from collections.abc import Callable

    from typing_extensions import Self

_ids = count()


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook away again."""

    def __init__(self, hooks: OrderedDict[int, Any]) -> None:
        self.id = next(_ids)
        self._hooks = hooks

    def remove(self) -> None:
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` before each step of every optimizer of bridge.

    On torch a plain torch optimizer is none of them, and a hook registered with torch's own
    function is called for ours too.

    >>> import torch
    >>> from bridge import optim
    >>> handle = register_optimizer_step_pre_hook(lambda optimizer, *_: print(type(optimizer)))
    >>> optim.SGD([torch.nn.Parameter(torch.zeros(1))]).step()
    <class 'bridge.optim.sgd.SGD'>
    >>> handle.remove()
    """
    return _registered(_step_hooks.BEFORE, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` after each step of every optimizer of bridge."""
    return _registered(_step_hooks.AFTER, hook)


def _registered(hooks: OrderedDict[int, Any], hook: Callable[..., Any]) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    _step_hooks.register(hooks, handle.id, hook)
    return handle


def with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """Run the step hooks around `step`, once also where it calls the `step` of its base class."""

    @wraps(step)
    def hooked(self: Hooked, *args: Any, **kwargs: Any) -> Any:
        if self._is_stepping:
            return step(self, *args, **kwargs)
        # As in torch, the hooks see the optimizer as the first of the arguments too.
        everything: tuple[Any, ...] = (self, *args)
        self._is_stepping = True
        try:
            if self._hooks or _step_hooks.BEFORE:
                before = chain(_step_hooks.BEFORE.values(), self._hooks["before_step"].values())
                everything, kwargs = _step_hooks.run_before(before, step, self, everything, kwargs)
            result = step(*everything, **kwargs)
            if self._hooks or _step_hooks.AFTER:
                after = chain(self._hooks["after_step"].values(), _step_hooks.AFTER.values())
                _step_hooks.run_after(after, self, everything, kwargs)
        finally:
            self._is_stepping = False
        return result

    return hooked


class Hooked:
    """Torch's six ways to register a hook."""

    _hooks: defaultdict[str, OrderedDict[int, Any]]
    _is_stepping = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = with_hooks(cls.__dict__["step"])  # type: ignore[attr-defined]

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return both changed."""
        return self._add("before_step", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return self._add("after_step", hook)

    def register_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict()`."""
        return self._add("before_save", hook, prepend=prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after `state_dict()`; it may return another."""
        return self._add("after_save", hook, prepend=prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before loading; it may return another to load."""
        return self._add("before_load", hook, prepend=prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` after loading."""
        return self._add("after_load", hook, prepend=prepend)

    def _add(
        self, name: str, hook: Callable[..., Any], *, prepend: bool = False
    ) -> RemovableHandle:
        hooks = self._hooks[name]
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def _changed(self, name: str, state_dict: dict[str, Any]) -> dict[str, Any]:
        for hook in list(self._hooks[name].values()):
            result = hook(self, state_dict)
            state_dict = state_dict if result is None else result
        return state_dict

    def _call(self, name: str) -> None:
        for hook in list(self._hooks[name].values()):
            hook(self)
