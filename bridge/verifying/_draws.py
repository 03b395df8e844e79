"""What a script draws at random through a framework, so that every run can draw the same.

The functions are put into the framework's modules, under the names by which scripts reach them.
https://docs.pytorch.org/docs/2.13/torch.html#random-sampling
https://docs.pytorch.org/docs/2.13/data.html#torch.utils.data.RandomSampler
"""

from __future__ import annotations

import sys
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bridge.backends._protocol import Tensor
    from bridge.verifying._tape import Array

# function -> what it draws from; all three frameworks use these names
FUNCTIONS: Final[Mapping[str, str]] = {
    "bernoulli": "bernoulli",
    "multinomial": "multinomial",
    "normal": "normal",
    "rand": "uniform",
    "rand_like": "uniform",
    "randint": "integers",
    "randint_like": "integers",
    "randn": "normal",
    "randn_like": "normal",
    "randperm": "permutation",
}
SAMPLERS: Final = ("RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler")
_SAMPLERS_IN: Final = {"torch": "utils.data", "paddle": "io", "oneflow": "utils.data"}

# the dropouts, and how many arguments stand before their `training`
_DROPOUTS: Final[Mapping[str, Mapping[str, int]]] = {
    "torch": {"dropout": 2, "dropout1d": 2, "dropout2d": 2, "dropout3d": 2},
    "paddle": {"dropout": 3, "dropout2d": 2, "dropout3d": 2},
    "oneflow": {"dropout": 2},
}
_DROPOUTS_IN: Final = {
    "torch": ("nn.functional",),
    "paddle": ("nn.functional",),
    "oneflow": ("nn.functional", "_C"),  # its layer calls the second
}
# random, and nothing that another framework could repeat
UNCARRIED: Final = ("alpha_dropout", "feature_alpha_dropout", "gumbel_softmax", "rrelu")


class Exchanger(Protocol):
    """Who decides what a draw becomes."""

    def drew(self, family: str, tensor: Tensor) -> None:
        """Put into the tensor what it has to hold."""
        ...

    def kept(self, mask: Array) -> Array:
        """Return which entries a dropout has to keep, in place of those that it would."""
        ...

    def shuffled(self, order: list[int]) -> list[int]:
        """Return the order that a loader has to take, in place of its own."""
        ...

    def cannot_carry(self, name: str) -> None:
        """Learn of randomness that is not carried."""
        ...


def watch_draws(framework: str, exchanger: Exchanger) -> None:
    """Show the exchanger everything that the script will draw."""
    module = sys.modules[framework]
    for name, family in FUNCTIONS.items():
        if hasattr(module, name):
            setattr(module, name, _drawing(getattr(module, name), framework, family, exchanger))
    functional = module.nn.functional
    for name in UNCARRIED:
        if hasattr(functional, name):
            setattr(functional, name, _told(getattr(functional, name), name, exchanger))
    for name, before in _DROPOUTS[framework].items():
        dropout = _dropping(getattr(functional, name), framework, before, exchanger)
        for place in _DROPOUTS_IN[framework]:
            setattr(_at(module, place), name, dropout)
    for name in SAMPLERS:
        sampler = getattr(_at(module, _SAMPLERS_IN[framework]), name, None)
        if sampler is not None:
            sampler.__iter__ = _shuffling(sampler.__iter__, exchanger)


def is_called_by(*packages: str) -> bool:
    """Tell whether the caller was called from within one of these packages."""
    caller = str(sys._getframe(2).f_globals.get("__name__"))  # noqa: SLF001 - there is no other way
    return caller.partition(".")[0] in packages


def _drawing(original: Any, framework: str, family: str, exchanger: Exchanger) -> Any:
    @wraps(original)
    def draw(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        # What a framework draws for its own ends, another may not draw at all.
        if not is_called_by(framework):
            exchanger.drew(family, result)
        return result

    return draw


def _told(original: Any, name: str, exchanger: Exchanger) -> Any:
    @wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        exchanger.cannot_carry(name)
        return original(*args, **kwargs)

    return function


def _dropping(original: Any, framework: str, before: int, exchanger: Exchanger) -> Any:
    from bridge.backends import backend  # noqa: PLC0415 - once the framework is there

    xp = backend(framework)
    numpy = import_module("numpy")

    @wraps(original)
    def dropout(x: Any, p: float = 0.5, *args: Any, **kwargs: Any) -> Any:
        is_training = kwargs.get("training", args[before - 2] if len(args) > before - 2 else True)
        if not is_training or not 0 < p < 1:
            return original(x, p, *args, **kwargs)
        drawn = xp.to_numpy(original(xp.zeros_like(x) + 1, p, training=True))
        scaled = exchanger.kept(drawn != 0).astype("float32") / numpy.float32(1 - p)
        dropped = x * xp.from_numpy(scaled, x)
        addend = kwargs.get("addend")  # of OneFlow's layer
        return dropped if addend is None else dropped + addend

    return dropout


def _shuffling(original: Callable[[Any], Iterator[int]], exchanger: Exchanger) -> Any:
    random = import_module("numpy").random

    @wraps(original)
    def iterate(self: Any) -> Iterator[int]:
        # Paddle and OneFlow draw from numpy here, torch does not: the script's own draws from it
        # have to stay the same.
        before = random.get_state()
        order = list(original(self))
        random.set_state(before)
        yield from exchanger.shuffled(order)

    return iterate


def _at(module: Any, path: str) -> Any:
    for name in path.split("."):
        module = getattr(module, name)
    return module
