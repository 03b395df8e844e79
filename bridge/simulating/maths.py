"""numpy, and the functions whose last bit differs between it and Python."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable

Array: TypeAlias = Any  # numpy's


def _numpy() -> Any:
    try:
        return import_module("numpy")
    except ImportError as error:
        raise MissingExtraError(
            "closed forms need numpy.\nHint: pip install 'optbridge[plot]', or leave exact=True."
        ) from error


@dataclass(slots=True)
class Maths:
    """Either exact, by Python's own functions, or fast.

    Args:
        exact: whether every bit is that of Python's functions.
        is_rounded: whether a function of numpy's was used in place of one.
        np: numpy.
    """

    exact: bool
    is_rounded: bool = False
    np: Any = field(default_factory=_numpy)

    def cos(self, values: Array) -> Array:
        """Return the cosines."""
        if self.exact:
            return self._of(map(math.cos, values.tolist()), len(values))
        self.is_rounded = True
        return self.np.cos(values)

    def exp(self, values: Array) -> Array:
        """Return e to the power of each."""
        if self.exact:
            return self._of(map(math.exp, values.tolist()), len(values))
        self.is_rounded = True
        return self.np.exp(values)

    def powers(self, base: float, exponents: Array) -> Array:
        """Return the powers of one number."""
        if self.exact:
            return self._of((base**each for each in exponents.tolist()), len(exponents))
        self.is_rounded = True
        return self.np.power(base, exponents)

    def raised(self, bases: Array, exponent: float) -> Array:
        """Return one power of many numbers; that of one is the numbers themselves."""
        if exponent == 1:
            return bases
        if self.exact:
            return self._of((base**exponent for base in bases.tolist()), len(bases))
        self.is_rounded = True
        return self.np.power(bases, exponent)

    def _of(self, values: Iterable[float], length: int) -> Array:
        return self.np.fromiter(values, float, length)
