"""Record what an optimizer does at each step, to compare a port with the original.

`optbridge trace` records a whole script; `trace` records one optimizer from within.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.backends import backend_name, typename
from bridge.tracing._file import TraceFile
from bridge.tracing._groups import groups_of
from bridge.tracing._recorder import Recorder, Wanted
from bridge.tracing._watch import watch_backward, watch_one

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

__all__ = ["trace"]


@contextmanager
def trace(
    optimizer: Any,
    path: str | os.PathLike[str],
    *,
    grad_norm: bool = False,
    checksum: bool = False,
) -> Iterator[None]:
    """Record the optimizer's steps into a file that `optbridge compare` reads.

    Takes any optimizer of torch, Paddle, OneFlow or `bridge.optim`. Each line holds the step, each
    group's lr, momentum and weight decay, and the loss, where `backward` was called on one number.

    Args:
        optimizer: whose steps to record; others are left alone.
        path: the file, written anew, line by line.
        grad_norm: also the norm of all gradients, as the step finds them.
        checksum: also the sum and the norm of all parameters after the step.

    >>> import paddle, tempfile
    >>> weight = paddle.create_parameter([2], "float32")
    >>> sgd = paddle.optimizer.SGD(0.5, parameters=[weight])
    >>> path = Path(tempfile.mkdtemp(), "a.jsonl")
    >>> with trace(sgd, path):
    ...     (weight * 0 + 1).sum().backward()
    ...     sgd.step()
    >>> print(path.read_text().splitlines()[2])
    {"optimizer":0,"step":1,"groups":[{"lr":0.5,"weight_decay":0.0}],"loss":2.0}
    """
    framework = _framework_of(optimizer)
    file = TraceFile(Path(path), replace=True)
    recorder = Recorder(lambda: file, Wanted(grad_norm, checksum))
    undo = [watch_one(optimizer, recorder), watch_backward(framework, recorder)]
    try:
        yield
    except BaseException as error:
        recorder.close(f"{type(error).__name__}: {error}")
        raise
    finally:
        recorder.close(None)
        for each in reversed(undo):
            each()


def _framework_of(optimizer: Any) -> str:
    if hasattr(optimizer, "step"):
        for group in groups_of(optimizer)():
            for param in group["params"]:
                framework = backend_name(param)
                if framework is not None:
                    return framework
    raise TypeError(
        "trace takes an optimizer of torch, paddle, oneflow or bridge.optim, "
        f"got {typename(optimizer)}.\nHint: pass the optimizer itself, with its parameters."
    )
