"""A training run in one file, or moved as it is: optimizer, schedule and parameters.

Everything is kept under torch's names and as torch lays it out, so that what one framework saved
another loads. The file is https://huggingface.co/docs/safetensors, without any code in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge import __version__
from bridge.checkpoint import _file, _snapshot

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

__all__ = ["load", "move_state", "save"]

_NOTHING = (None, None)


def save(
    path: str | os.PathLike[str],
    *,
    optimizer: Any = None,
    scheduler: Any = None,
    params: Any = None,
    transposed: Iterable[str] | None = None,
) -> None:
    """Save a run, or parts of it, in one file that any framework can load.

    An existing file is replaced in one step: whatever happens, the old or the new one is there.

    Args:
        path: where to; `.safetensors` is what others call such files.
        optimizer: of `bridge.optim` or `torch.optim`.
        scheduler: anything with a `state_dict` of plain values.
        params: the model, or its named parameters; the optimizer's state then goes by name.
        transposed: the names of weights that lie the other way round than torch's `Linear`;
            the layers of the model tell where this is left out.

    >>> import tempfile, torch
    >>> from bridge import load, optim
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = optim.SGD(model.parameters(), lr=0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/run.safetensors", optimizer=optimizer, params=model)
    ...     optimizer.param_groups[0]["lr"] = 0.5
    ...     load(f"{folder}/run.safetensors", optimizer=optimizer, params=model)
    >>> optimizer.param_groups[0]["lr"]
    0.1
    """
    parts = _snapshot.take(
        optimizer=optimizer, scheduler=scheduler, params=params, transposed=transposed
    )
    _file.write(path, {"written_by": f"optbridge {__version__}", **parts})


def load(
    path: str | os.PathLike[str],
    *,
    optimizer: Any = None,
    scheduler: Any = None,
    params: Any = None,
    transposed: Iterable[str] | None = None,
) -> None:
    """Load what `save` wrote, on this framework or another; all that is asked for, or nothing.

    Build the model, the optimizer and the schedule as they were built for the saved run first.

    Args:
        path: the file.
        optimizer: of the class that was saved.
        scheduler: of the class that was saved.
        params: the model, or its named parameters.
        transposed: as for `save`, about these parameters.
    """
    _snapshot.put(
        _file.read(path),
        optimizer=optimizer,
        scheduler=scheduler,
        params=params,
        transposed=transposed,
    )


def move_state(
    *,
    optimizer: tuple[Any, Any] = _NOTHING,
    scheduler: tuple[Any, Any] = _NOTHING,
    params: tuple[Any, Any] = _NOTHING,
    transposed: Iterable[str] | None = None,
) -> None:
    """Give one run's state to another, of any framework: pairs of where from and where to.

    Args:
        optimizer: the pair of optimizers.
        scheduler: the pair of schedules.
        params: the pair of models, or of named parameters.
        transposed: the names of weights that lie one way here and the other way there; the layers
            of the models tell where this is left out.

    >>> import paddle, torch
    >>> ours, theirs = torch.nn.Linear(2, 3), paddle.nn.Linear(2, 3)
    >>> move_state(params=(ours, theirs))
    >>> bool((ours.weight.detach().numpy().T == theirs.weight.numpy()).all())
    True
    """
    names = None if transposed is None else list(transposed)
    parts = _snapshot.take(
        optimizer=optimizer[0], scheduler=scheduler[0], params=params[0], transposed=names
    )
    _snapshot.put(
        parts,
        optimizer=optimizer[1],
        scheduler=scheduler[1],
        params=params[1],
        transposed=None if names is None else (),
    )
