"""torch.optim.swa_utils: averages of weights, and the schedule that goes with them.

https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
"""

from __future__ import annotations

from abc import ABC
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.backends import BACKENDS, backend, backend_of, typename
from bridge.backends._averaging import equal_average
from bridge.errors import UnknownTensorError
from bridge.optim.lr_scheduler.swalr import SWALR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import ModuleType

    from bridge.backends._protocol import Tensor

    AvgFn: TypeAlias = Callable[[Tensor, Tensor, Tensor | int], Tensor]
    MultiAvgFn: TypeAlias = Callable[[Sequence[Tensor], Sequence[Tensor], Tensor | int], None]

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


class AveragedModel(ABC):  # noqa: B024 - abstract, so that it can know the frameworks' classes
    """A copy of a model, of any framework, that keeps a running average of its parameters.

    What you get is a layer of the model's framework; on torch, torch's own class. The averaging
    functions get the number of models so far as a number, on torch as torch's tensor.
    """

    def __new__(
        cls,
        model: Any,
        device: Any = None,
        avg_fn: AvgFn | None = None,
        multi_avg_fn: MultiAvgFn | None = None,
        use_buffers: bool = False,
    ) -> Any:
        """Return a model of the framework's class."""
        kind = _models_of(model).AveragedModel
        AveragedModel.register(kind)
        return kind(model, device, avg_fn, multi_avg_fn, use_buffers)

    if TYPE_CHECKING:  # what the frameworks' classes have

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        raise TypeError(
            f"AveragedModel makes a layer of the model's framework; {cls.__name__} cannot be one.\n"
            "Hint: give the average as avg_fn, or hold the AveragedModel in a layer of your own."
        )


def update_bn(loader: Iterable[Any], model: Any, device: Any = None) -> None:
    """Measure the statistics of the model's batch norms anew, over the batches of `loader`."""
    _models_of(model).update_bn(loader, model, device)


def get_ema_avg_fn(decay: float = 0.999) -> AvgFn:
    """Return the exponential average of two tensors.

    >>> get_ema_avg_fn(1.5)
    Traceback (most recent call last):
    ...
    ValueError: Invalid decay value 1.5 provided. Please provide a value in [0,1] range.
    """
    _check_decay(decay)

    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Tensor | int) -> Tensor:
        del num_averaged
        with backend_of([ema_param]).no_grad():
            return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> AvgFn:
    """Return the equal average of a new tensor and the average so far."""

    def swa_update(averaged: Tensor, current: Tensor, num_averaged: Tensor | int) -> Tensor:
        with backend_of([averaged]).no_grad():
            return equal_average(averaged, current, num_averaged)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAvgFn:
    """Return the exponential average of two lists of tensors, which it writes into the first."""
    return _in_place(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> MultiAvgFn:
    """Return the equal average of two lists of tensors, which it writes into the first."""
    return _in_place(get_swa_avg_fn())


def _in_place(average: AvgFn) -> MultiAvgFn:
    def update(
        averaged: Sequence[Tensor], current: Sequence[Tensor], num_averaged: Tensor | int
    ) -> None:
        xp = backend_of(averaged)
        with xp.no_grad():
            for mine, theirs in zip(averaged, current, strict=True):
                xp.assign(mine, xp.cast(average(mine, theirs, num_averaged), mine))

    return update


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


def _models_of(model: object) -> ModuleType:
    # By name, as every class of a model descends from its framework's: this imports nothing.
    roots = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    for name in BACKENDS:
        if name in roots:
            backend(name)
            return import_module(f"bridge.backends.{name}_models")
    raise UnknownTensorError(
        f"model must be a layer of {', '.join(BACKENDS)}, got {typename(model)}.\n"
        "Hint: pass the model itself, not its parameters."
    )
