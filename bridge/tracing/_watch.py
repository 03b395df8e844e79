"""See the steps and backward passes of a script that knows nothing of it.

The one place that puts functions into a framework's classes: a trace has to see what an unchanged
script does. Each function returns what takes it out again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bridge.tracing._groups import base_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from bridge.tracing._recorder import Recorder

Undo: TypeAlias = Callable[[], None]

# What ends in an update; Paddle has both.
_STEPS: Final = ("step", "minimize")
_MARK: Final = "_optbridge_traced"
_HOOKS: Final = "bridge.backends._step_hooks"  # runs the hooks of our own, on the step's behalf


def watch_framework(framework: str, recorder: Recorder) -> None:
    """Watch every backward pass, and every optimizer that the script will make."""
    base = base_of(framework)
    if base is None:  # another package of that name
        return
    watch_backward(framework, recorder)
    if not _has_hooks(base):
        # Now, as OneFlow's instances keep their class's step, and Paddle's AdamW does not
        # call its base's constructor.
        for cls in _family(base):
            _watch_class(cls, recorder)
    watch_new_optimizers(base, recorder)


def watch_backward(framework: str, recorder: Recorder) -> Undo:
    """Show the recorder every tensor that `backward` is called on."""
    tensor = sys.modules[framework].Tensor
    original = tensor.backward

    @wraps(original)
    def backward(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder.saw_backward(self)
        return original(self, *args, **kwargs)

    return _replace(tensor, "backward", backward)


def watch_new_optimizers(base: type, recorder: Recorder) -> None:
    """Watch the steps of every optimizer that will be made."""
    original: Any = base.__init__  # type: ignore[misc]  # whatever class it is

    @wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if not _has_hooks(base):
            for cls in reversed(type(self).__mro__):
                if issubclass(cls, base):
                    _watch_class(cls, recorder)
        original(self, *args, **kwargs)
        if _has_hooks(base) and self not in recorder.known:
            recorder.known.add(self)  # of two bases, torch's and bridge's, both come here
            _add_hooks(self, recorder)

    _replace(base, "__init__", init)


def watch_one(optimizer: Any, recorder: Recorder) -> Undo:
    """Show the recorder the steps of this optimizer."""
    if _has_hooks(optimizer):
        return _add_hooks(optimizer, recorder)
    undo: list[Undo] = []
    for name in (name for name in _STEPS if hasattr(optimizer, name)):
        original = getattr(optimizer, name)
        step = partial(_seen, recorder, original, optimizer)
        undo.append(_replace(optimizer, name, wraps(original)(step)))
    return partial(_undo_all, undo)


def _has_hooks(optimizer: Any) -> bool:
    return hasattr(optimizer, "register_step_post_hook")


def _add_hooks(optimizer: Any, recorder: Recorder) -> Undo:
    # torch runs the hooks again where a class's step calls its base's, and not those after a step
    # that raised: the frame that runs them tells which step they are about.
    outermost: list[FrameType] = []

    def before(self: Any, *_: object) -> None:
        if not (outermost and _is_running(outermost[0])):
            outermost[:] = [_runner()]
            recorder.before_step(self)

    def after(self: Any, *_: object) -> None:
        if _runner() in outermost:
            outermost.clear()
            recorder.after_step(self)

    handles = optimizer.register_step_pre_hook(before), optimizer.register_step_post_hook(after)
    return partial(_undo_all, [handle.remove for handle in handles])


def _runner() -> FrameType:
    frame = sys._getframe(2)  # noqa: SLF001 - there is no other way
    while frame.f_globals.get("__name__") == _HOOKS and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _is_running(frame: FrameType) -> bool:
    caller: FrameType | None = sys._getframe(1)  # noqa: SLF001 - likewise
    while caller is not None and caller is not frame:
        caller = caller.f_back
    return caller is frame


def _watch_class(cls: type, recorder: Recorder) -> None:
    for name in _STEPS:
        original = vars(cls).get(name)
        if original is not None and not hasattr(original, _MARK):
            _replace(cls, name, _watched(original, recorder))


def _watched(original: Any, recorder: Recorder) -> Any:
    @wraps(original)
    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        return _seen(recorder, partial(original, self), self, *args, **kwargs)

    setattr(step, _MARK, True)
    return step


def _seen(recorder: Recorder, step: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
    # A class's step may call its base's, and `minimize` may call `step`: that is one step.
    if id(optimizer) in recorder.stepping:
        return step(*args, **kwargs)
    recorder.stepping.add(id(optimizer))
    try:
        recorder.before_step(optimizer)
        result = step(*args, **kwargs)
        recorder.after_step(optimizer)
    finally:
        recorder.stepping.discard(id(optimizer))
    return result


def _family(cls: type) -> Iterator[type]:
    yield cls
    subclasses: list[type] = cls.__subclasses__()
    for each in subclasses:
        yield from _family(each)


def _replace(owner: Any, name: str, function: Any) -> Undo:
    if name in vars(owner):
        original = vars(owner)[name]
        setattr(owner, name, function)
        return partial(setattr, owner, name, original)
    setattr(owner, name, function)
    return partial(delattr, owner, name)


def _undo_all(undo: list[Undo]) -> None:
    for each in undo:
        each()
