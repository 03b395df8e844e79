"""Hooks around an optimizer's `step`, as torch calls them.

Follows https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_post_hook.html
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Hook: TypeAlias = "Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]"


class HookHandle:
    """What registering a hook returns."""

    def __init__(self, hooks: dict[int, Hook], key: int) -> None:
        self._hooks = hooks
        self._key = key

    def remove(self) -> None:
        """Call the hook no more."""
        self._hooks.pop(self._key, None)


class StepHooks:
    """The pre and post hooks of one optimizer.

    >>> hooks = StepHooks()
    >>> handle = hooks.add_post(lambda optimizer, args, kwargs: print("stepped", optimizer))
    >>> hooks.run("sgd", lambda: None, (), {})
    stepped sgd
    """

    def __init__(self) -> None:
        self._pre: dict[int, Hook] = {}
        self._post: dict[int, Hook] = {}
        self._keys = count()

    def add_pre(self, hook: Hook) -> HookHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return other arguments."""
        return self._add(self._pre, hook)

    def add_post(self, hook: Hook) -> HookHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return self._add(self._post, hook)

    def run(
        self,
        optimizer: Any,
        step: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Call `step` between the hooks."""
        for hook in list(self._pre.values()):
            changed = hook(optimizer, args, kwargs)
            if changed is None:
                continue
            if not (isinstance(changed, tuple) and len(changed) == 2):  # noqa: PLR2004
                raise RuntimeError(
                    f"{step} must return None or a tuple of (new_args, new_kwargs), "
                    f"but got {changed}."
                )
            args, kwargs = changed
        result = step(*args, **kwargs)
        for hook in list(self._post.values()):
            hook(optimizer, args, kwargs)
        return result

    def _add(self, hooks: dict[int, Hook], hook: Hook) -> HookHandle:
        key = next(self._keys)
        hooks[key] = hook
        return HookHandle(hooks, key)
